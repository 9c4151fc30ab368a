//! Claims the feeds that are due and starts a poll for each, within limits.

use std::{collections::HashMap, future::pending, time::Duration};

use jiff::Timestamp;
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until as sleep_until_instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, error, info, info_span, warn};

use super::{
    Pulse,
    jump::{Jump, Watch},
    pace::{self, Paces},
    wait::sleep_at_most_until,
};
use crate::{
    config::Limits,
    observe,
    pipeline::{self, Context, commit::Report, poll::PollError, sync},
    store::{ClaimedFeed, StoreError},
};

/// How long a claim holds: longer than any poll may take, so that it runs out only when the
/// process died.
const LEASE: Duration = Duration::from_mins(5);
/// How long to wait after the store refused, before looking again.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);
/// How long polls under way may go on when told to stop: enough to write down what came, not to
/// wait for a server that is slow.
const LAST_POLLS: Duration = Duration::from_secs(3);

/// Polls under way.
#[derive(Debug, Default)]
pub(super) struct Running {
    polls: JoinSet<Result<Report, PollError>>,
    feeds: HashMap<Id, ClaimedFeed>,
    paces: Paces,
}

/// Polls what is due until told to stop; then waits a little for the polls under way. One that is
/// dropped after that is done again at the next start, which takes back its claim.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    let (mut running, mut watch) = (Running::default(), Watch::new(context.clock));
    loop {
        if let Some(jump) = watch.look(context.clock)
            && let Err(error) = land(&context, jump).await
        {
            error!("moving the times of polls: {}", observe::chain(&error));
        }
        // Asked before the table is read, so that a nudge in between is not missed.
        let nudged = context.wake.feeds.notified();
        let (next, rested) = running.start_due(&context).await;
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = running.polls.join_next_with_id() => { running.settle_all(&context, ended).await; }
            () = sleep_at_most_until(context.clock, next) => (),
            () = at(rested) => (),
            () = nudged => (),
        }
    }
    let ended = timeout(LAST_POLLS, async {
        while let Some(ended) = running.polls.join_next_with_id().await {
            running.settle(&context, ended).await;
        }
    });
    if ended.await.is_err() {
        info!("{} polls were dropped and are done again at the next start", running.polls.len());
    }
}

/// After a clock was set, feeds are due as long from now as before; after a sleep, those that are
/// overdue are asked once each, and not all at once.
async fn land(context: &Context, jump: Jump) -> Result<(), StoreError> {
    let (now, in_force) = (context.clock.now(), context.in_force());
    match jump {
        Jump::Set(by) => {
            warn!("the clock was set by {by:#}: the times of polls move along");
            context.store.write(move |tx| tx.shift_feeds(by)).await
        }
        Jump::Slept(time) => {
            info!("slept for {} min: polls that are overdue are spread", time.as_secs() / 60);
            context.store.write(move |tx| sync::spread_overdue(tx, &in_force.live, now)).await
        }
    }
}

/// Counts what a trip brought.
pub(super) fn count(context: &Context, report: &Report) {
    let metrics = &context.metrics;
    for (seen, articles) in
        [("new", report.new), ("revised", report.revised), ("unchanged", report.unchanged)]
    {
        metrics.read(seen, articles);
    }
    metrics.placed("opened", report.stories_opened);
    metrics.placed("joined", report.joined);
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until_instant(moment).await,
        None => pending().await,
    }
}

/// Polls everything that is due now, once, and waits for it; returns what was learned.
pub async fn round(context: &Context) -> Result<(u32, Report), StoreError> {
    let (mut running, mut polls, mut total) = (Running::default(), 0, Report::default());
    loop {
        let free = running.free(&context.in_force().live.limits);
        let started = running.claim(context, free).await?;
        polls += started;
        let now = context.clock.now();
        let due = context.store.read(|tx| tx.next_feed_due(None)).await?;
        // What is due and was not claimed waits for its host.
        let gap = running.paces.next().filter(|_| due.is_some_and(|due| due <= now));
        tokio::select! {
            Some(ended) = running.polls.join_next_with_id() => total += running.settle_all(context, ended).await,
            () = at(gap), if gap.is_some() => (),
            else => return Ok((polls, total)),
        }
    }
}

impl Running {
    fn free(&self, limits: &Limits) -> usize {
        limits.polls.saturating_sub(self.polls.len())
    }

    /// Starts what is due; returns when the next feed is, and when a host has rested that one which
    /// is due waits for.
    async fn start_due(&mut self, context: &Context) -> (Option<Timestamp>, Option<Instant>) {
        let free = self.free(&context.in_force().live.limits);
        let now = context.clock.now();
        let looked = async {
            self.claim(context, free).await?;
            let due = context
                .store
                .read(move |tx| Ok((tx.next_feed_due(None)?, tx.next_feed_due(Some(now))?)));
            due.await
        };
        match looked.await {
            Ok((first, next)) => {
                let waits = first.is_some_and(|first| first <= now);
                (next, if waits { self.paces.next() } else { None })
            }
            Err(error) => {
                error!("looking for feeds that are due: {}", observe::chain(&error));
                (Some(now + AFTER_REFUSAL), None)
            }
        }
    }

    async fn claim(&mut self, context: &Context, free: usize) -> Result<u32, StoreError> {
        if free == 0 {
            return Ok(0);
        }
        let (now, in_force) = (context.clock.now(), context.in_force());
        let due = context.store.read(|tx| tx.next_feed_due(None)).await?;
        if due.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let places = self.paces.places(&in_force.live);
        let claimed = context
            .store
            .write(move |tx| tx.claim_feeds(now, LEASE, free, pace::USUAL, &places))
            .await?;
        let started = u32::try_from(claimed.len()).unwrap_or(u32::MAX);
        for feed in claimed {
            self.paces.begin(&feed, &in_force.live);
            self.start(context, feed);
        }
        Ok(started)
    }

    fn start(&mut self, context: &Context, feed: ClaimedFeed) {
        let lag = context.clock.now().duration_since(feed.was_due);
        debug!(feed.name = %feed.state.name, lag_ms = lag.as_millis(), "polling");
        context.metrics.poll_began(lag.unsigned_abs());
        let span =
            info_span!("poll", feed.name = %feed.state.name, claim.number = feed.claim.number);
        let (trip, claimed) = (context.clone(), feed.clone());
        let poll = async move { pipeline::poll::run(&trip, &claimed).await };
        let id = self.polls.spawn(poll.instrument(span)).id();
        self.feeds.insert(id, feed);
    }

    /// Settles a poll that ended and all that ended meanwhile, so that their places are claimed in
    /// one transaction.
    async fn settle_all(
        &mut self,
        context: &Context,
        ended: Result<(Id, Result<Report, PollError>), JoinError>,
    ) -> Report {
        let mut total = self.settle(context, ended).await;
        while let Some(ended) = self.polls.try_join_next_with_id() {
            total += self.settle(context, ended).await;
        }
        total
    }

    /// A poll that panicked or broke is a failure of its feed: written down, and tried again with a
    /// growing pause. One that could not be written down comes again when its lease runs out.
    async fn settle(
        &mut self,
        context: &Context,
        ended: Result<(Id, Result<Report, PollError>), JoinError>,
    ) -> Report {
        let (id, detail) = match ended {
            Ok((id, Ok(report))) => {
                self.forget(id);
                count(context, &report);
                return report;
            }
            Ok((id, Err(PollError::Fault { detail, .. }))) => (id, detail),
            Ok((id, Err(error))) => {
                error!("{}", observe::chain(&error));
                self.forget(id);
                return Report::default();
            }
            Err(fault) => (fault.id(), fault.to_string()),
        };
        context.metrics.broke("poller");
        if let Some(feed) = self.forget(id) {
            error!(feed.name = %feed.state.name, "working on feed `{}` broke: {detail}", feed.state.name);
            if let Err(error) = pipeline::poll::record_fault(context, &feed, detail).await {
                error!("{}", observe::chain(&error));
            }
        }
        Report::default()
    }

    fn forget(&mut self, id: Id) -> Option<ClaimedFeed> {
        let feed = self.feeds.remove(&id)?;
        self.paces.end(&feed);
        Some(feed)
    }
}

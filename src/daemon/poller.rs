//! Claims the feeds that are due and starts a poll for each, within limits.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, error, info, info_span};

use super::{Pulse, wait::sleep_until};
use crate::{
    config::Limits,
    observe,
    pipeline::{self, Context, commit::Report, poll::PollError},
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
    hosts: BTreeMap<String, usize>,
}

/// Polls what is due until told to stop; then waits a little for the polls under way. One that is
/// dropped after that is done again at the next start, which takes back its claim.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    let mut running = Running::default();
    loop {
        // Asked before the table is read, so that a nudge in between is not missed.
        let nudged = context.wake.feeds.notified();
        let next = running.start_due(&context).await;
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = running.polls.join_next_with_id() => { running.settle(&context, ended).await; }
            () = sleep_until(context.clock, next) => (),
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

/// Polls everything that is due now, once, and waits for it; returns what was learned.
pub async fn round(context: &Context) -> Result<(u32, Report), StoreError> {
    let (mut running, mut polls, mut total) = (Running::default(), 0, Report::default());
    loop {
        let free = running.free(&context.in_force().live.limits);
        let started = running.claim(context, free).await?;
        polls += started;
        match running.polls.join_next_with_id().await {
            Some(ended) => total += running.settle(context, ended).await,
            None => return Ok((polls, total)),
        }
    }
}

impl Running {
    fn free(&self, limits: &Limits) -> usize {
        limits.polls.saturating_sub(self.polls.len())
    }

    /// Starts what is due and returns when to look again; never, when a poll must end first.
    async fn start_due(&mut self, context: &Context) -> Option<Timestamp> {
        let free = self.free(&context.in_force().live.limits);
        let now = context.clock.now();
        let looked = async {
            let started = self.claim(context, free).await?;
            let next = context.store.read(|tx| tx.next_feed_due()).await?;
            Ok::<_, StoreError>((started, next))
        };
        match looked.await {
            // A feed that is due and was not claimed waits for a slot, or for its host.
            Ok((_, Some(next))) if next <= now && !self.polls.is_empty() => None,
            Ok((_, next)) => next,
            Err(error) => {
                error!("looking for feeds that are due: {}", observe::chain(&error));
                Some(now + AFTER_REFUSAL)
            }
        }
    }

    async fn claim(&mut self, context: &Context, free: usize) -> Result<u32, StoreError> {
        if free == 0 {
            return Ok(0);
        }
        let (now, per_host) = (context.clock.now(), context.in_force().live.limits.polls_per_host);
        let due = context.store.read(move |tx| tx.next_feed_due()).await?;
        if due.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let hosts = self.hosts.clone();
        let claimed = context
            .store
            .write(move |tx| tx.claim_feeds(now, LEASE, free, per_host, &hosts))
            .await?;
        let started = u32::try_from(claimed.len()).unwrap_or(u32::MAX);
        for feed in claimed {
            self.start(context, feed);
        }
        Ok(started)
    }

    fn start(&mut self, context: &Context, feed: ClaimedFeed) {
        let lag = context.clock.now().duration_since(feed.was_due);
        debug!(feed.name = %feed.state.name, lag_ms = lag.as_millis(), "polling");
        let span =
            info_span!("poll", feed.name = %feed.state.name, claim.number = feed.claim.number);
        let (trip, claimed) = (context.clone(), feed.clone());
        let poll = async move { pipeline::poll::run(&trip, &claimed).await };
        let id = self.polls.spawn(poll.instrument(span)).id();
        *self.hosts.entry(feed.host.clone()).or_default() += 1;
        self.feeds.insert(id, feed);
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
        if let Some(polls) = self.hosts.get_mut(&feed.host) {
            *polls -= 1;
            if *polls == 0 {
                self.hosts.remove(&feed.host);
            }
        }
        Some(feed)
    }
}

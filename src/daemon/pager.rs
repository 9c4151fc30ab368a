//! Claims the pages that articles wait for and fetches each, one at a time of each host.

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
use tracing::{Instrument, error, info, info_span};

use super::{
    Pulse,
    poller::count,
    wait::{sleep_at_most_until, sleep_until},
};
use crate::{
    observe,
    pipeline::{
        self, Context,
        commit::Report,
        page::{PageError, Visit},
    },
    store::{ClaimedPage, Resting, StoreError},
};

/// Hosts that are visited at once.
const HOSTS: usize = 8;
/// How long a claim holds: longer than an article waits, so that it runs out only when the process
/// died.
const LEASE: Duration = Duration::from_mins(3);
/// How long to wait after the store refused, before looking again.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);
/// How long pages under way may go on when told to stop.
const LAST_PAGES: Duration = Duration::from_secs(3);

/// Pages under way.
#[derive(Debug, Default)]
struct Running {
    visits: JoinSet<Result<Visit, PageError>>,
    /// The host that each visits, unless its time was over.
    hosts: HashMap<Id, Option<String>>,
    /// Until when hosts are left alone: while they are visited, and for a while afterwards.
    resting: BTreeMap<String, Timestamp>,
}

/// Fetches the pages that articles wait for until told to stop. One that is dropped then is done
/// again at the next start, which takes back its claim.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    let mut running = Running::default();
    loop {
        let nudged = context.wake.pages.notified();
        let next = match running.start_due(&context).await {
            Ok(next) => next,
            Err(error) => {
                error!("looking for pages that are due: {}", observe::chain(&error));
                Some(context.clock.now() + AFTER_REFUSAL)
            }
        };
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = running.visits.join_next_with_id() => { running.settle(&context, ended); }
            () = sleep_at_most_until(context.clock, next) => (),
            () = nudged => (),
        }
    }
    let ended = timeout(LAST_PAGES, async {
        while let Some(ended) = running.visits.join_next_with_id().await {
            running.settle(&context, ended);
        }
    });
    if ended.await.is_err() {
        info!("{} pages were dropped and are fetched at the next start", running.visits.len());
    }
}

/// Fetches every page that an article waits for, and waits until none does.
pub async fn round(context: &Context) -> Result<Report, StoreError> {
    let (mut running, mut total) = (Running::default(), Report::default());
    loop {
        let next = running.start_due(context).await?;
        if next.is_none() && running.visits.is_empty() {
            return Ok(total);
        }
        tokio::select! {
            Some(ended) = running.visits.join_next_with_id() => total += running.settle(context, ended),
            () = sleep_until(context.clock, next) => (),
        }
    }
}

impl Running {
    /// Starts what is due and returns when to look again.
    async fn start_due(&mut self, context: &Context) -> Result<Option<Timestamp>, StoreError> {
        let now = context.clock.now();
        self.resting.retain(|_, until| *until > now);
        let resting = self.left_alone();
        let next = context.store.read(move |tx| tx.next_page(&resting)).await?;
        if next.is_none_or(|next| next > now) {
            return Ok(next);
        }
        let (free, resting) = (self.free(), self.left_alone());
        let claim = context.store.write(move |tx| tx.claim_pages(now, LEASE, free, &resting));
        for page in claim.await? {
            self.start(context, page, now);
        }
        let resting = self.left_alone();
        context.store.read(move |tx| tx.next_page(&resting)).await
    }

    fn free(&self) -> usize {
        HOSTS.saturating_sub(self.hosts.values().flatten().count())
    }

    /// The hosts that rest: all of them while as many are visited as may be at once.
    fn left_alone(&self) -> Resting {
        let others = if self.free() == 0 { Timestamp::MAX } else { Timestamp::UNIX_EPOCH };
        Resting { hosts: self.resting.clone(), others }
    }

    fn start(&mut self, context: &Context, page: ClaimedPage, now: Timestamp) {
        let host = (page.until > now).then(|| page.wanted.host.clone());
        if let Some(host) = &host {
            self.resting.insert(host.clone(), Timestamp::MAX);
        }
        let span = info_span!("page", feed.name = %page.feed_name, url.host = page.wanted.host);
        let trip = context.clone();
        let visit = async move { pipeline::page::run(&trip, &page).await };
        let id = self.visits.spawn(visit.instrument(span)).id();
        self.hosts.insert(id, host);
    }

    /// An attempt that broke is done again when its lease runs out, without the page if the time
    /// for it is over by then.
    fn settle(
        &mut self,
        context: &Context,
        ended: Result<(Id, Result<Visit, PageError>), JoinError>,
    ) -> Report {
        let (id, visit) = match ended {
            Ok((id, Ok(visit))) => (id, visit),
            Ok((id, Err(error))) => {
                error!("{}", observe::chain(&error));
                (id, Visit::default())
            }
            Err(fault) => {
                context.metrics.broke("pager");
                error!("working on a page broke: {fault}");
                (fault.id(), Visit::default())
            }
        };
        if let Some(host) = self.hosts.remove(&id).flatten() {
            self.resting.insert(host, context.clock.now() + visit.rest);
        }
        count(context, &visit.report);
        visit.report
    }
}

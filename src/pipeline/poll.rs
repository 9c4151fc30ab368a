//! One feed, once: ask, read, prepare, write down.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::{debug, info, warn};

use super::{
    Context, InForce,
    commit::{self, Batch, Report},
    full_text::{self, Sorted},
    identity::{self, Ids},
    learned::{self, Learned},
    older,
    prepare::{self, Circumstances, Prepared},
    spool, verdict,
};
use crate::{
    fetch::{FetchError, Request},
    model::{
        FeedName, FeedSpec, Identity, Item, PageText, PollOutcome, Problem, ProblemKind, RuleName,
    },
    parse,
    schedule::Gap,
    store::{ClaimedFeed, PageMemory, PollEnd, StoreError, WantedPage},
};

/// New items that one transaction takes; the rest follow in further slices, so that others are
/// not kept from the writer.
const SLICE: usize = 200;

/// A poll that could not be written down; its lease runs out and it is done again.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// Reading what is known failed.
    #[error("looking up the items of feed `{feed}`")]
    LookUp {
        /// Which feed.
        feed: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Writing failed.
    #[error("storing the poll of feed `{feed}`")]
    Commit {
        /// Which feed.
        feed: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// A fault of ours while reading or preparing.
    #[error("working on feed `{feed}`: {detail}")]
    Fault {
        /// Which feed.
        feed: String,
        /// What broke.
        detail: String,
    },
}

/// Polls a feed that was claimed, and writes down what it learned.
pub async fn run(context: &Context, claimed: &ClaimedFeed) -> Result<Report, PollError> {
    let in_force = context.in_force();
    let Some(spec) = in_force.live.feeds.get(&claimed.state.name).cloned() else {
        // It left the configuration after it was claimed; the row is retired.
        return Ok(Report::default());
    };
    let started = context.clock.now();
    let state = &claimed.state;
    if spec.is_spool {
        let (report, learned) = spool::run(context, claimed, &spec, &in_force, started).await?;
        let mut total = report;
        if !total.stale {
            total += store(context, claimed, &spec, &in_force, started, learned).await?;
        }
        return Ok(told(context, &spec, &in_force, total));
    }
    let url = state.habits.address(&spec.url).to_owned();
    let feed = Some(spec.url.clone());
    let request = Request { url, feed, validators: state.validators.clone() };
    let learned = match in_force.fetcher.feed(&request).await {
        Ok(reply) => {
            let learned = learned::read(context, state, spec.format, reply).await;
            learned.map_err(|error| fault(claimed, &error))?
        }
        Err(error) => Learned::failed(state, error),
    };
    let report = store(context, claimed, &spec, &in_force, started, learned).await?;
    Ok(told(context, &spec, &in_force, report))
}

/// Says what a poll brought, and wakes those who have to do with it.
fn told(context: &Context, spec: &FeedSpec, in_force: &InForce, report: Report) -> Report {
    if report.new + report.revised + report.waiting > 0 {
        info!(
            feed.name = %spec.name, new = report.new, revised = report.revised, joined = report.joined,
            waiting = report.waiting, alerts = report.alerts, config.generation = %in_force.live.generation,
            "feed `{}`: {} new, {} revised, {} wait for their page, {} alerts",
            spec.name, report.new, report.revised, report.waiting, report.alerts,
        );
    } else {
        debug!(feed.name = %spec.name, unchanged = report.unchanged, "feed `{}`: nothing new", spec.name);
    }
    if report.alerts > 0 {
        context.wake.deliveries.notify_one();
    }
    if report.held > 0 {
        context.wake.held.notify_one();
    }
    if report.waiting > 0 {
        context.wake.pages.notify_one();
    }
    report
}

/// Writes down that working on a feed broke, so that it is tried again with a growing pause.
pub async fn record_fault(
    context: &Context,
    claimed: &ClaimedFeed,
    detail: String,
) -> Result<(), PollError> {
    let in_force = context.in_force();
    let Some(spec) = in_force.live.feeds.get(&claimed.state.name).cloned() else { return Ok(()) };
    let error = FetchError::from(Problem::new(ProblemKind::Fault, detail));
    let learned = Learned::failed(&claimed.state, error);
    store(context, claimed, &spec, &in_force, context.clock.now(), learned).await?;
    Ok(())
}

async fn store(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    in_force: &Arc<InForce>,
    started: Timestamp,
    mut learned: Learned,
) -> Result<Report, PollError> {
    let ids = Ids::of(&learned.items);
    let (mut items, gap) = unseen(context, claimed, in_force, started, &mut learned).await?;
    let identity = identity::settle(context, claimed, &ids, &items).await;
    let identity = identity.map_err(|source| look_up(claimed, source))?;
    if identity == Identity::Link {
        parse::by_link(&mut items);
        items = unknown(context, claimed, items).await?;
    }
    let now = context.clock.now();
    let items = with_pages(context, claimed, items).await?;
    let Sorted { ready, waiting } =
        full_text::sort(items, spec, claimed.state.last_success.is_none());
    let prepared = prepare_all(context, claimed, spec, in_force, ready, now).await?;
    let outage = is_outage(context, claimed, &learned, started).await?;
    let poll = verdict::Poll {
        claimed,
        spec,
        live: &in_force.live,
        new_items: u32::try_from(prepared.len() + waiting.len()).unwrap_or(u32::MAX),
        gap,
        outage,
        started,
        now,
    };
    let end = poll.end(learned);
    context.metrics.poll_ended(end.outcome.as_str(), end.notes.took);
    tell_problem(spec, claimed, &end);
    write(context, claimed, in_force, identity, (prepared, waiting), end, now).await
}

/// Whether nobody could be reached, so that it is no fault of this feed.
async fn is_outage(
    context: &Context,
    claimed: &ClaimedFeed,
    learned: &Learned,
    started: Timestamp,
) -> Result<bool, PollError> {
    let PollOutcome::Failed { problem } = &learned.outcome else { return Ok(false) };
    if !problem.kind.is_unreached() {
        return Ok(false);
    }
    let host = claimed.host.clone();
    let asked = context
        .store
        .read(move |tx| Ok((tx.is_our_outage(&host, started)?, tx.outage()?.is_none())));
    let (is_ours, is_new) = asked.await.map_err(|source| look_up(claimed, source))?;
    if is_ours && is_new {
        warn!("one host after the other cannot be reached: no feed is blamed until one answers");
    }
    Ok(is_ours)
}

/// The items that are not stored as they are, and the time in which some may have come and gone
/// unseen. Where there may be such a time, or nothing is known yet, older pages are read too.
async fn unseen(
    context: &Context,
    claimed: &ClaimedFeed,
    in_force: &InForce,
    started: Timestamp,
    learned: &mut Learned,
) -> Result<(Vec<Item>, Option<Gap>), PollError> {
    let state = &claimed.state;
    let shown = std::mem::take(&mut learned.items);
    let count = shown.len();
    let all_keys = |item: &Item| [&item.keys[..], &item.aliases].concat();
    let keys: Vec<_> = shown.iter().flat_map(all_keys).collect();
    let mut items = unknown(context, claimed, shown).await?;
    let is_all_new = learned.is_whole_document() && count > 0 && items.len() == count;
    if !is_all_new {
        return Ok((items, None));
    }
    let gap = match state.last_success.filter(|_| state.cadence.window_items.is_some()) {
        None => None,
        Some(since) => {
            let feed = state.id;
            let known = context.store.read(move |tx| tx.knows_any(feed, &keys)).await;
            if known.map_err(|source| look_up(claimed, source))? {
                return Ok((items, None));
            }
            Some(Gap { since, until: started, items: learned.notes.items })
        }
    };
    let Some(address) = learned.older.take() else { return Ok((items, gap)) };
    let horizon = started - in_force.live.story.window;
    let since = gap.as_ref().map_or(horizon, |gap| gap.since.min(horizon));
    let configured = in_force.live.feeds.get(&state.name).map(|spec| spec.url.as_str());
    let start =
        older::Start { feed: state.id, configured, url: &learned.url, older: address, since };
    let older = older::read(context, in_force, start).await;
    let older = older.map_err(|source| look_up(claimed, source))?;
    items.extend(unknown(context, claimed, older.items).await?);
    Ok((items, gap.filter(|_| !older.is_complete)))
}

/// The items that are not stored exactly as they are.
pub(super) async fn unknown(
    context: &Context,
    claimed: &ClaimedFeed,
    items: Vec<Item>,
) -> Result<Vec<Item>, PollError> {
    if items.is_empty() {
        return Ok(items);
    }
    let feed = claimed.state.id;
    let fingerprints: Vec<_> = items.iter().map(prepare::fingerprint).collect();
    let known = context.store.read(move |tx| tx.known(feed, &fingerprints)).await;
    let known = known.map_err(|source| look_up(claimed, source))?;
    Ok(items.into_iter().zip(known).filter_map(|(item, known)| (!known).then_some(item)).collect())
}

/// Items with what is known of their pages.
async fn with_pages(
    context: &Context,
    claimed: &ClaimedFeed,
    items: Vec<Item>,
) -> Result<Vec<(Item, Option<PageMemory>)>, PollError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let feed = claimed.state.id;
    let known = context.store.read(move |tx| {
        let pages = tx.page_memories(feed, items.iter().map(|item| item.keys.as_slice()))?;
        Ok(items.into_iter().zip(pages).collect())
    });
    known.await.map_err(|source| look_up(claimed, source))
}

pub(super) async fn prepare_all(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    in_force: &Arc<InForce>,
    items: Vec<(Item, Option<PageText>)>,
    now: Timestamp,
) -> Result<Vec<Prepared>, PollError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let (spec, in_force) = (Arc::clone(spec), Arc::clone(in_force));
    let first_poll = claimed.state.last_success.is_none();
    let began = context.clock.counted();
    let prepared = context.compute(move || {
        let around = Circumstances { spec: &spec, live: &in_force.live, first_poll, now };
        let prepare = |(item, page): &(Item, Option<PageText>)| {
            prepare::prepare_one(item, page.as_ref(), &around)
        };
        items.iter().map(prepare).collect::<Vec<_>>()
    });
    let prepared = prepared.await.map_err(|error| fault(claimed, &error))?;
    let matches = prepared.iter().flat_map(|one| &one.matches).map(|found| found.rule.as_str());
    context.metrics.prepared(context.clock.counted().saturating_sub(began), matches);
    for one in &prepared {
        warn_if_cut_short(&claimed.state.name, one);
        warn_if_withheld(&claimed.state.name, one);
    }
    Ok(prepared)
}

/// Tells of what waits for another word of its agency.
fn warn_if_withheld(feed: &FeedName, one: &Prepared) {
    let article = &one.described.article;
    if article.held == Some(Timestamp::MAX) {
        warn!(
            feed.name = %feed,
            "feed `{feed}`: `{}` is withheld, or has a status that nobody knows; nobody is told of \
             it before a version comes that is usable",
            article.title,
        );
    }
}

/// Tells of rules whose verdict on an article is in doubt.
pub(super) fn warn_if_cut_short(feed: &FeedName, one: &Prepared) {
    if one.cut_short.is_empty() {
        return;
    }
    let article = &one.described.article;
    let rules: Vec<_> = one.cut_short.iter().map(RuleName::as_str).collect();
    warn!(
        feed.name = %feed,
        article.url,
        "rules were cut short on `{}` and may have missed it, since it says the same words over \
         and over: {}; a narrower distance, or a rarer word joined by AND, mends that",
        article.title,
        rules.join(", ")
    );
}

async fn write(
    context: &Context,
    claimed: &ClaimedFeed,
    in_force: &Arc<InForce>,
    identity: Identity,
    (mut prepared, waiting): (Vec<Prepared>, Vec<WantedPage>),
    end: PollEnd,
    now: Timestamp,
) -> Result<Report, PollError> {
    let mut report = Report::default();
    let (mut end, mut waiting) = (Some(end), Some(waiting));
    while !report.stale && (end.is_some() || !prepared.is_empty()) {
        let rest = prepared.split_off(prepared.len().min(SLICE));
        let last = rest.is_empty();
        let batch = Batch {
            feed: claimed.state.id,
            claim: claimed.claim,
            prepared: std::mem::replace(&mut prepared, rest),
            waiting: waiting.take_if(|_| last).unwrap_or_default(),
            files: Vec::new(),
            end: if last { end.take() } else { None },
            now,
        };
        let in_force = Arc::clone(in_force);
        let written = context.store.write(move |tx| {
            if identity == Identity::Link {
                tx.recognise_by_link(batch.feed)?;
            }
            commit::commit(tx, &batch, &in_force.live)
        });
        report += written
            .await
            .map_err(|source| PollError::Commit { feed: claimed.state.name.to_string(), source })?;
    }
    Ok(report)
}

/// A failing feed is told of at the first failure and at each doubling, a damaged one when that is
/// new, and either when it is well again; an outage once, and a possible gap each time.
fn tell_problem(spec: &FeedSpec, claimed: &ClaimedFeed, end: &PollEnd) {
    let before = claimed.state.problem.as_ref().map(|(kind, ..)| kind.as_str());
    let (name, failures) = (&spec.name, end.failures);
    match end.outcome.problem() {
        Some(problem) if end.outage => {
            debug!(feed.name = %name, "feed `{name}` could not be asked: {problem}");
        }
        Some(problem)
            if failures.is_power_of_two()
                || (failures == 0 && before != Some(problem.kind.as_str())) =>
        {
            warn!(feed.name = %name, problem.kind = %problem.kind, failures, "feed `{name}`: {problem}");
        }
        None if before.is_some() => info!(feed.name = %name, "feed `{name}` is well again"),
        _ => {}
    }
    if let Some(Gap { since, until, items }) = &end.gap {
        warn!(
            feed.name = %name,
            "feed `{name}`: nothing is left of what it showed at {since:.0}; more may have come and \
             gone until {until:.0} than its {items} items"
        );
    }
    if let Some(moved) = end.habits.moved.as_ref().filter(|moved| moved.settled)
        && claimed.state.habits.moved.as_ref().is_none_or(|before| !before.settled)
    {
        info!(feed.name = %name, "feed `{name}` has moved for good, as its server says since {:.0}: the new address is asked from now on", moved.since);
    }
}

fn look_up(claimed: &ClaimedFeed, source: StoreError) -> PollError {
    PollError::LookUp { feed: claimed.state.name.to_string(), source }
}

pub(super) fn fault(claimed: &ClaimedFeed, error: &tokio::task::JoinError) -> PollError {
    PollError::Fault { feed: claimed.state.name.to_string(), detail: error.to_string() }
}

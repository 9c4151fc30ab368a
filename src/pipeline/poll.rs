//! One feed, once: ask, read, prepare, write down.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::{debug, info, warn};

use super::{
    Context, InForce,
    commit::{self, Batch, Report},
    prepare::{self, Circumstances, Prepared},
    sync,
};
use crate::{
    fetch::{FetchError, Reply, Request},
    model::{FeedSpec, Hints, Item, PollOutcome, Problem, ProblemKind, RuleName, Validators},
    parse::{self, Parsed},
    schedule::{self, Situation, cadence},
    store::{ClaimedFeed, PollEnd, StoreError},
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

/// What the server's answer came to, before the store is asked.
struct Learned {
    outcome: PollOutcome,
    validators: Validators,
    hints: Hints,
    items: Vec<Item>,
}

/// Polls a feed that was claimed, and writes down what it learned.
pub async fn run(context: &Context, claimed: &ClaimedFeed) -> Result<Report, PollError> {
    let in_force = context.in_force();
    let Some(spec) = in_force.live.feeds.get(&claimed.state.name).cloned() else {
        // It left the configuration after it was claimed; the row is retired.
        return Ok(Report::default());
    };
    let started = context.clock.now();
    let request = Request { url: spec.url.clone(), validators: claimed.state.validators.clone() };
    let learned = match in_force.fetcher.get(&request).await {
        Ok(reply) => read(context, claimed, reply).await?,
        Err(error) => failed(claimed, error),
    };
    let report = store(context, claimed, &spec, &in_force, started, learned).await?;
    if report.new + report.revised > 0 {
        info!(
            feed.name = %spec.name, new = report.new, revised = report.revised, joined = report.joined,
            alerts = report.alerts, config.generation = %in_force.live.generation,
            "feed `{}`: {} new, {} revised, {} alerts", spec.name, report.new, report.revised, report.alerts,
        );
    } else {
        debug!(feed.name = %spec.name, unchanged = report.unchanged, "feed `{}`: nothing new", spec.name);
    }
    if report.alerts > 0 {
        context.wake.deliveries.notify_one();
    }
    Ok(report)
}

/// Writes down that working on a feed broke, so that it is tried again with a growing pause.
pub async fn record_fault(
    context: &Context,
    claimed: &ClaimedFeed,
    detail: String,
) -> Result<(), PollError> {
    let in_force = context.in_force();
    let Some(spec) = in_force.live.feeds.get(&claimed.state.name).cloned() else { return Ok(()) };
    let error =
        FetchError { problem: Problem::new(ProblemKind::Fault, detail), hints: Box::default() };
    let learned = failed(claimed, error);
    store(context, claimed, &spec, &in_force, context.clock.now(), learned).await?;
    Ok(())
}

fn failed(claimed: &ClaimedFeed, error: FetchError) -> Learned {
    Learned {
        outcome: PollOutcome::Failed { problem: error.problem },
        validators: claimed.state.validators.clone(),
        hints: *error.hints,
        items: Vec::new(),
    }
}

async fn read(
    context: &Context,
    claimed: &ClaimedFeed,
    reply: Reply,
) -> Result<Learned, PollError> {
    let known = &claimed.state.validators;
    let Reply { status, body, truncated, validators, hints, content_type, url, .. } = reply;
    if status == 304 {
        let kept = Validators {
            etag: validators.etag.or_else(|| known.etag.clone()),
            last_modified: validators.last_modified.or_else(|| known.last_modified.clone()),
            body_hash: known.body_hash,
        };
        return Ok(Learned {
            outcome: PollOutcome::NotModified,
            validators: kept,
            hints,
            items: Vec::new(),
        });
    }
    if !truncated && validators.body_hash.is_some() && validators.body_hash == known.body_hash {
        return Ok(Learned {
            outcome: PollOutcome::Unchanged,
            validators,
            hints,
            items: Vec::new(),
        });
    }
    let parsed = context.compute(move || {
        parse::parse(
            &body,
            &parse::Context { url: Some(&url), content_type: content_type.as_deref() },
        )
    });
    let parsed = parsed.await.map_err(|error| fault(claimed, &error))?;
    Ok(match parsed {
        Err(problem) => Learned {
            outcome: PollOutcome::Failed { problem },
            validators: known.clone(),
            hints,
            items: Vec::new(),
        },
        Ok(parsed) => learned(parsed, validators, &hints, known, truncated),
    })
}

/// A document that was cut gives its items, but not its validators: it must be asked for again.
fn learned(
    parsed: Parsed,
    validators: Validators,
    server: &Hints,
    known: &Validators,
    cut: bool,
) -> Learned {
    let Hints { fresh_for, retry_after, .. } = *server;
    let hints = Hints { fresh_for, retry_after, ..parsed.hints };
    let items = parsed.items.len();
    let damage = if cut { "the answer was cut off" } else { "the document ends too early" };
    let (outcome, validators) = if cut || parsed.truncated {
        let detail = format!("{damage}; items that could be read: {items}");
        let problem = Problem::new(ProblemKind::Damaged, detail);
        (PollOutcome::Damaged { problem }, Validators { body_hash: None, ..known.clone() })
    } else {
        (PollOutcome::Fresh { items }, validators)
    };
    Learned { outcome, validators, hints, items: parsed.items }
}

async fn store(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    in_force: &Arc<InForce>,
    started: Timestamp,
    learned: Learned,
) -> Result<Report, PollError> {
    let Learned { outcome, validators, hints, items } = learned;
    let in_document = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let items = unknown(context, claimed, items).await?;
    let now = context.clock.now();
    let prepared = prepare_all(context, claimed, spec, in_force, items, now).await?;
    let failed = matches!(outcome, PollOutcome::Failed { .. });
    let failures = if failed { claimed.state.failures.saturating_add(1) } else { 0 };
    tell_problem(spec, claimed, outcome.problem(), failures);
    let new_items = u32::try_from(prepared.len()).unwrap_or(u32::MAX);
    let since = claimed
        .state
        .last_success
        .map_or(Duration::ZERO, |last| started.duration_since(last).unsigned_abs());
    let cadence = if failed {
        claimed.state.cadence.clone()
    } else {
        cadence::observe(&claimed.state.cadence, in_document, new_items, since)
    };
    let next_due = schedule::next_poll(&Situation {
        outcome: &outcome,
        hints: &hints,
        cadence: &cadence,
        interval: spec.interval,
        allowed: in_force.live.allows(&spec.url),
        conditional: validators.etag.is_some() || validators.last_modified.is_some(),
        failures,
        started,
        now,
        seed: sync::seed(spec.name.as_str()),
    });
    let end = PollEnd { outcome, validators, cadence, failures, next_due, started, new_items };
    write(context, claimed, in_force, prepared, end, now).await
}

/// The items that are not stored exactly as they are.
async fn unknown(
    context: &Context,
    claimed: &ClaimedFeed,
    items: Vec<Item>,
) -> Result<Vec<Item>, PollError> {
    if items.is_empty() {
        return Ok(items);
    }
    let (feed, name) = (claimed.state.id, claimed.state.name.to_string());
    let fingerprints: Vec<_> = items.iter().map(prepare::fingerprint).collect();
    let known = context.store.read(move |tx| tx.known(feed, &fingerprints)).await;
    let known = known.map_err(|source| PollError::LookUp { feed: name, source })?;
    Ok(items.into_iter().zip(known).filter_map(|(item, known)| (!known).then_some(item)).collect())
}

async fn prepare_all(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    in_force: &Arc<InForce>,
    items: Vec<Item>,
    now: Timestamp,
) -> Result<Vec<Prepared>, PollError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let (spec, in_force) = (Arc::clone(spec), Arc::clone(in_force));
    let first_poll = claimed.state.last_success.is_none();
    let prepared = context.compute(move || {
        prepare::prepare(
            &items,
            &Circumstances { spec: &spec, live: &in_force.live, first_poll, now },
        )
    });
    let prepared = prepared.await.map_err(|error| fault(claimed, &error))?;
    for one in prepared.iter().filter(|one| !one.cut_short.is_empty()) {
        let article = &one.described.article;
        let rules: Vec<_> = one.cut_short.iter().map(RuleName::as_str).collect();
        warn!(
            feed.name = %claimed.state.name,
            article.url,
            "rules were cut short on `{}` and may have missed it, since it says the same words over \
             and over: {}; a narrower distance, or a rarer word joined by AND, mends that",
            article.title,
            rules.join(", ")
        );
    }
    Ok(prepared)
}

async fn write(
    context: &Context,
    claimed: &ClaimedFeed,
    in_force: &Arc<InForce>,
    mut prepared: Vec<Prepared>,
    end: PollEnd,
    now: Timestamp,
) -> Result<Report, PollError> {
    let mut report = Report::default();
    let mut end = Some(end);
    while !report.stale && (end.is_some() || !prepared.is_empty()) {
        let rest = prepared.split_off(prepared.len().min(SLICE));
        let last = rest.is_empty();
        let batch = Batch {
            feed: claimed.state.id,
            claim: claimed.claim,
            prepared: std::mem::replace(&mut prepared, rest),
            end: if last { end.take() } else { None },
            now,
        };
        let in_force = Arc::clone(in_force);
        let written =
            context.store.write(move |tx| commit::commit(tx, &batch, &in_force.live)).await;
        report += written
            .map_err(|source| PollError::Commit { feed: claimed.state.name.to_string(), source })?;
    }
    Ok(report)
}

/// A failing feed is told of at the first failure and at each doubling, a damaged one when that is
/// new, and either when it is well again.
fn tell_problem(spec: &FeedSpec, claimed: &ClaimedFeed, problem: Option<&Problem>, failures: u32) {
    let before = claimed.state.problem.as_ref().map(|(kind, ..)| kind.as_str());
    match problem {
        Some(problem)
            if failures.is_power_of_two()
                || (failures == 0 && before != Some(problem.kind.as_str())) =>
        {
            warn!(feed.name = %spec.name, problem.kind = %problem.kind, failures, "feed `{}`: {problem}", spec.name);
        }
        None if before.is_some() => {
            info!(feed.name = %spec.name, "feed `{}` is well again", spec.name);
        }
        _ => {}
    }
}

fn fault(claimed: &ClaimedFeed, error: &tokio::task::JoinError) -> PollError {
    PollError::Fault { feed: claimed.state.name.to_string(), detail: error.to_string() }
}

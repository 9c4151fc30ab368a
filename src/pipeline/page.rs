//! One page, once: ask what its site allows, fetch and read it, place the article that waits.

use std::{sync::Arc, time::Duration};

use tokio::{task::spawn_blocking, time::timeout};
use tracing::{debug, error, info};
use url::Url;

use super::{
    Context, InForce,
    commit::{self, Report},
    full_text, poll,
    prepare::{self, Circumstances},
    robots,
};
use crate::{
    extract::{self, Page},
    fetch::{FetchError, Reply, Request, Robots},
    model::{FeedSpec, PageText, ProblemKind, Validators},
    observe, parse,
    store::{ClaimedPage, PageEnd, StoreError},
    worker::Failure,
};

/// How often a page is tried while its article waits, and how long the first pause is; each further
/// one is three times as long.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(15);

/// How long a host rests between two pages, and at most when it asks for more (`Crawl-delay`).
const GAP: Duration = Duration::from_secs(5);
const LONGEST_GAP: Duration = Duration::from_secs(30);

/// How long a host rests that has had too many requests, where it does not say, and at most.
const THROTTLED: Duration = Duration::from_mins(5);
const LONGEST_REST: Duration = Duration::from_hours(1);

/// A page that was read for another feed so long ago is not fetched again.
const RECENTLY: Duration = Duration::from_hours(1);

/// An attempt that could not be written down; its lease runs out and it is done again.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Reading what is known failed.
    #[error("looking up a page of feed `{feed}`")]
    LookUp {
        /// Which feed.
        feed: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Writing failed.
    #[error("storing an article of feed `{feed}` with its page")]
    Commit {
        /// Which feed.
        feed: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// A fault of ours while preparing.
    #[error("working on a page of feed `{feed}`: {detail}")]
    Fault {
        /// Which feed.
        feed: String,
        /// What broke.
        detail: String,
    },
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visit {
    /// What became of the article.
    pub report: Report,
    /// How long the host rests after it.
    pub rest: Duration,
}

/// What came of a page.
enum Came {
    /// Its text.
    Text(PageText, Validators),
    /// What it was when it was fetched before.
    Unchanged(Validators),
    /// Nothing that may be used.
    Nothing(String),
    /// Nothing for now.
    NotNow { why: String, pause: Duration },
}

/// Tries a page that was claimed, and places its article unless it is tried once more.
pub async fn run(context: &Context, page: &ClaimedPage) -> Result<Visit, PageError> {
    let in_force = context.in_force();
    let Some(spec) = in_force.live.feeds.get(&page.feed_name).cloned() else {
        // It left the configuration after the page was claimed; the row is retired.
        return Ok(Visit::default());
    };
    let left = context.clock.until(page.until);
    let (came, rest) = if left.is_zero() {
        (late(), Duration::ZERO)
    } else {
        let visited = timeout(left, visit(context, &in_force, page, &spec.url)).await;
        visited.unwrap_or_else(|_| Ok((late(), GAP)))?
    };
    let now = context.clock.now();
    let came = match came {
        Came::NotNow { why, pause } if page.attempts >= TRIES || now + pause >= page.until => {
            Came::Nothing(why)
        }
        came => came,
    };
    let report = match came {
        Came::NotNow { why, pause } => {
            debug!(
                url.host = page.wanted.host,
                "page of `{}` is tried again: {why}", page.wanted.host
            );
            let (page, feed) = (page.clone(), page.feed_name.to_string());
            let written = context.store.write(move |tx| tx.retry_page(&page, now + pause)).await;
            written.map_err(|source| PageError::Commit { feed, source })?;
            Report::default()
        }
        Came::Text(text, validators) => {
            let end = PageEnd { used: Some(text.clone()), validators, note: None };
            place(context, &in_force, &spec, page, Some(text), end).await?
        }
        Came::Unchanged(validators) => {
            let end = PageEnd { used: None, validators, note: None };
            place(context, &in_force, &spec, page, page.kept.clone(), end).await?
        }
        Came::Nothing(why) => {
            debug!(
                url.host = page.wanted.host,
                "page of `{}` is not used: {why}", page.wanted.host
            );
            let validators = page.validators.clone();
            let end = PageEnd { used: None, validators, note: Some(why) };
            place(context, &in_force, &spec, page, page.kept.clone(), end).await?
        }
    };
    if report.alerts > 0 {
        context.wake.deliveries.notify_one();
    }
    Ok(Visit { report, rest })
}

fn late() -> Came {
    Came::Nothing("it did not come in time".to_owned())
}

/// Places the article that waits with the text that was found for it. Where a poll has brought a
/// newer version of the item meanwhile, it is that which is placed.
async fn place(
    context: &Context,
    in_force: &Arc<InForce>,
    spec: &Arc<FeedSpec>,
    page: &ClaimedPage,
    text: Option<PageText>,
    end: PageEnd,
) -> Result<Report, PageError> {
    let feed = page.feed_name.to_string();
    let mut newest = page.clone();
    loop {
        let report = place_one(context, in_force, spec, &newest, text.clone(), &end).await?;
        if !report.stale {
            return Ok(report);
        }
        let (store, old) = (&context.store, newest.clone());
        let newer = store.read(move |tx| tx.newest_of_page(&old)).await;
        match newer.map_err(|source| PageError::LookUp { feed: feed.clone(), source })? {
            Some(newer) if newer.wanted.item_hash != newest.wanted.item_hash => newest = newer,
            _ => return Ok(report),
        }
    }
}

/// Prepares an article and writes it down, unless the claim is lost or there is a newer version.
async fn place_one(
    context: &Context,
    in_force: &Arc<InForce>,
    spec: &Arc<FeedSpec>,
    page: &ClaimedPage,
    text: Option<PageText>,
    end: &PageEnd,
) -> Result<Report, PageError> {
    let feed = page.feed_name.to_string();
    let (spec, orders, claimed) = (Arc::clone(spec), Arc::clone(in_force), page.clone());
    let prepared = context.compute(move || {
        let around = Circumstances {
            spec: &spec,
            live: &orders.live,
            first_poll: claimed.wanted.baseline,
            now: claimed.seen_at,
        };
        prepare::prepare_one(&claimed.wanted.item, text.as_ref(), &around)
    });
    let prepared = prepared
        .await
        .map_err(|error| PageError::Fault { feed: feed.clone(), detail: error.to_string() })?;
    poll::warn_if_cut_short(&page.feed_name, &prepared);
    let (orders, claimed, end) = (Arc::clone(in_force), page.clone(), end.clone());
    let now = context.clock.now();
    let written = context
        .store
        .write(move |tx| commit::commit_page(tx, &claimed, &prepared, &end, &orders.live, now));
    let report = written.await.map_err(|source| PageError::Commit { feed, source })?;
    if !report.stale {
        info!(
            feed.name = %page.feed_name, new = report.new, revised = report.revised, joined = report.joined,
            alerts = report.alerts, config.generation = %in_force.live.generation,
            "feed `{}`, after a page: {} new, {} revised, {} alerts",
            page.feed_name, report.new, report.revised, report.alerts,
        );
    }
    Ok(report)
}

/// Gets the text of a page, and how long its host rests after it.
async fn visit(
    context: &Context,
    in_force: &Arc<InForce>,
    page: &ClaimedPage,
    feed_url: &str,
) -> Result<(Came, Duration), PageError> {
    let (url, since) = (page.wanted.url.clone(), context.clock.now() - RECENTLY);
    if page.kept.is_none() {
        let read = context.store.read(move |tx| tx.page_text(&url, since)).await;
        let feed = page.feed_name.to_string();
        if let Some(text) = read.map_err(|source| PageError::LookUp { feed, source })? {
            return Ok((Came::Text(text, Validators::default()), Duration::ZERO));
        }
    }
    let url = &page.wanted.url;
    let gap = if in_force.live.allows(url) { Duration::ZERO } else { GAP };
    let robots = match robots::of(context, in_force, url, feed_url).await {
        Ok(robots) => robots,
        Err(problem) if may_pass(problem.kind) => {
            return Ok((not_now(page, problem.detail, gap), gap));
        }
        Err(problem) => return Ok((Came::Nothing(problem.detail), gap)),
    };
    let gap = robots.delay().map_or(gap, |delay| delay.min(LONGEST_GAP).max(gap));
    if !robots.allows(url) {
        return Ok((disallowed(), gap));
    }
    let feed = Some(feed_url.to_owned());
    let request = Request { url: url.clone(), feed, validators: page.validators.clone() };
    Ok(match in_force.fetcher.page(&request, extract::MAX_BYTES).await {
        Ok(reply) if reply.status == 304 => (Came::Unchanged(reply.validators), gap),
        Ok(reply) => (read(context, in_force, page, reply, &robots, feed_url).await, gap),
        Err(error) => failed(page, error, gap),
    })
}

/// Reads a page that came, unless a redirect led to where it may not be read.
async fn read(
    context: &Context,
    in_force: &Arc<InForce>,
    page: &ClaimedPage,
    reply: Reply,
    robots: &Robots,
    feed_url: &str,
) -> Came {
    let Reply { url, body, content_type, validators, .. } = reply;
    let allowed = if is_same_origin(&url, &page.wanted.url) {
        robots.allows(&url)
    } else {
        robots::of(context, in_force, &url, feed_url).await.is_ok_and(|robots| robots.allows(&url))
    };
    if !allowed {
        return disallowed();
    }
    match extracted(context, url.clone(), body, content_type).await {
        Ok(found) => match full_text::choose(&page.wanted.item, found, &url) {
            Ok(text) => Came::Text(text, validators),
            Err(why) => Came::Nothing(why.to_owned()),
        },
        Err(why) => Came::Nothing(why),
    }
}

fn is_same_origin(a: &str, b: &str) -> bool {
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
    origin(a) == origin(b)
}

fn disallowed() -> Came {
    Came::Nothing("its site does not allow it (robots.txt)".to_owned())
}

/// Reads a page in the process that may fail, one page at a time.
async fn extracted(
    context: &Context,
    url: String,
    body: Vec<u8>,
    content_type: Option<String>,
) -> Result<Page, String> {
    let mut worker = Arc::clone(&context.worker).lock_owned().await;
    let read = spawn_blocking(move || {
        let from = parse::Context { url: Some(&url), content_type: content_type.as_deref() };
        worker.extract(&body, &from)
    });
    match read.await {
        Ok(Ok(page)) => Ok(page),
        Ok(Err(failure)) => {
            if let Failure::Start(_) = failure {
                error!("{}", observe::chain(&failure));
            }
            Err(failure.to_string())
        }
        Err(fault) => Err(fault.to_string()),
    }
}

/// A failure that may pass is tried again; a host that has had too many requests rests.
fn failed(page: &ClaimedPage, error: FetchError, gap: Duration) -> (Came, Duration) {
    let FetchError { problem, hints, status } = error;
    let answered = status.is_some_and(|status| status < 500 && status != 429);
    if answered || !may_pass(problem.kind) {
        return (Came::Nothing(problem.detail), gap);
    }
    let rest = match problem.kind {
        ProblemKind::Throttled => hints.retry_after.unwrap_or(THROTTLED).clamp(gap, LONGEST_REST),
        _ => gap,
    };
    (not_now(page, problem.detail, rest), rest)
}

/// Whether another try may end better.
fn may_pass(kind: ProblemKind) -> bool {
    use ProblemKind::{Connect, Dns, Protocol, Status, Throttled, Timeout, Tls};
    matches!(kind, Connect | Dns | Protocol | Status | Throttled | Timeout | Tls)
}

fn not_now(page: &ClaimedPage, why: String, rest: Duration) -> Came {
    let pause = PAUSE * 3_u32.saturating_pow(page.attempts.saturating_sub(1));
    Came::NotNow { why, pause: pause.max(rest) }
}

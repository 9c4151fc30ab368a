//! Pages with older items (RFC 5005, JSON Feed `next_url`): read when a feed is new, or after a gap.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tokio::time::{sleep, timeout};
use url::Url;

use super::{Context, InForce, learned};
use crate::{
    fetch::Request,
    model::{FeedFormat, FeedId, Item},
    store::StoreError,
};

/// Pages that are read at most.
const PAGES: usize = 5;

/// The pause before each.
const PAUSE: Duration = Duration::from_secs(1);

/// How long it may take altogether: with the longest answer before, less than the claim holds.
const LONGEST: Duration = Duration::from_secs(45);

/// Where to begin, and where to stop.
pub(super) struct Start<'a> {
    pub(super) feed: FeedId,
    /// The address of the feed in the configuration.
    pub(super) configured: Option<&'a str>,
    /// The address that answered.
    pub(super) url: &'a str,
    /// That of its first page of older items.
    pub(super) older: String,
    /// Items older than this are of no interest.
    pub(super) since: Timestamp,
}

/// What the pages had.
#[derive(Default)]
pub(super) struct Older {
    pub(super) items: Vec<Item>,
    /// They reach back to what was known, so that nothing is missing.
    pub(super) is_complete: bool,
}

/// Reads page after page of the same host, until one has an item that is known, or only items of no
/// interest. A page that cannot be read ends it.
pub(super) async fn read(
    context: &Context,
    in_force: &InForce,
    start: Start<'_>,
) -> Result<Older, StoreError> {
    let mut older = Older::default();
    let read = timeout(LONGEST, pages(context, in_force, start, &mut older));
    read.await.unwrap_or(Ok(()))?;
    Ok(older)
}

async fn pages(
    context: &Context,
    in_force: &InForce,
    start: Start<'_>,
    older: &mut Older,
) -> Result<(), StoreError> {
    let mut visited = BTreeSet::from([start.url.to_owned()]);
    let mut next = Some(start.older);
    while let Some(url) = next.take() {
        let is_new = visited.len() <= PAGES && visited.insert(url.clone());
        if !is_new || !is_beside(&url, start.url) {
            return Ok(());
        }
        sleep(PAUSE).await;
        let feed = start.configured.map(str::to_owned);
        let request = Request { url, feed, ..Request::default() };
        let Ok(reply) = in_force.fetcher.get(&request).await else { return Ok(()) };
        if !is_beside(&reply.url, start.url) {
            return Ok(());
        }
        let read = learned::parse_body(context, FeedFormat::Any, reply).await;
        let Ok(Ok((parsed, _))) = read else { return Ok(()) };
        let keys: Vec<_> = parsed.items.iter().flat_map(|item| item.keys.clone()).collect();
        older.is_complete = context.store.read(move |tx| tx.knows_any(start.feed, &keys)).await?;
        let is_recent = |item: &Item| item.published.is_none_or(|at| at >= start.since);
        let is_old = !parsed.items.iter().any(is_recent);
        older.items.extend(parsed.items);
        if older.is_complete || is_old {
            return Ok(());
        }
        next = parsed.older;
    }
    Ok(())
}

/// Whether two addresses are on one host, and the second is not less secure.
fn is_beside(url: &str, feed: &str) -> bool {
    let (Ok(url), Ok(feed)) = (Url::parse(url), Url::parse(feed)) else { return false };
    url.host() == feed.host() && (url.scheme() == feed.scheme() || url.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_beside_their_feed() {
        let feed = "https://post.example/feed";
        assert!(is_beside("https://post.example/feed?page=2", feed));
        assert!(is_beside("https://post.example/b", "http://post.example/a"));
        for elsewhere in
            ["http://post.example/2", "https://www.post.example/2", "https://b.example/", "feed"]
        {
            assert!(!is_beside(elsewhere, feed), "{elsewhere}");
        }
    }
}

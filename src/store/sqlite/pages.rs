//! Pages that articles wait for: claiming the due ones, and writing down how each ended.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{
    ReadTx, WriteTx, articles,
    items::{about_from, about_to, item_from, item_to, keys_from},
    rows::{from_ms, to_ms},
};
use crate::{
    model::{ArticleId, Claim, FeedId, FeedName, Item, ItemKey, PageId, PageText, Validators},
    store::StoreError,
};

/// An item whose page is wanted before its article is placed.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedPage {
    /// The item as published.
    pub item: Item,
    /// Its hash as published.
    pub item_hash: u64,
    /// The hash of the texts that the feed gave.
    pub feed_hash: u64,
    /// The address of its page.
    pub url: String,
    /// What pacing counts by.
    pub host: String,
    /// Whether it was seen in the first poll of its feed.
    pub baseline: bool,
}

/// A page that this process may fetch until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedPage {
    /// Its row.
    pub id: PageId,
    /// The feed of its item.
    pub feed: FeedId,
    /// The name of that feed.
    pub feed_name: FeedName,
    /// Its item, with what is wanted of it.
    pub wanted: WantedPage,
    /// What to ask with; empty unless `kept` is there.
    pub validators: Validators,
    /// What it gave to an earlier version of the article.
    pub kept: Option<PageText>,
    /// When its item was seen.
    pub seen_at: Timestamp,
    /// When its article is placed without it.
    pub until: Timestamp,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// The fence.
    pub claim: Claim,
}

/// Hosts that are left alone.
#[derive(Clone, Debug)]
pub struct Resting {
    /// Until when, by host.
    pub hosts: BTreeMap<String, Timestamp>,
    /// Until when all others are.
    pub others: Timestamp,
}

/// Pages whose time is over that are claimed at once.
const MOST_LATE: usize = 100;

/// What came of a page whose article was placed.
#[derive(Clone, Debug, PartialEq)]
pub struct PageEnd {
    /// What it gave; `None` when the text is another's.
    pub used: Option<PageText>,
    /// What to ask with when the item changes.
    pub validators: Validators,
    /// Why its text is not used.
    pub note: Option<String>,
}

/// What is known of the page of a stored article.
#[derive(Clone, Debug, PartialEq)]
pub struct PageMemory {
    /// The hash of the texts that the feed gave with the item that it was fetched for.
    pub feed_hash: u64,
    /// How often the article waited for it.
    pub times: u32,
    /// What it gave, when that is used.
    pub kept: Option<PageText>,
}

/// A page as `explain` tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRow {
    /// Its address.
    pub url: String,
    /// The headline of the item that waits for it, if one does.
    pub waiting: Option<String>,
    /// When the item was seen.
    pub seen_at: Timestamp,
    /// When the article is placed without it.
    pub until: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether its text is the article's.
    pub is_used: bool,
    /// Whether that text may be wrong.
    pub is_doubtful: bool,
    /// Why its text is not used, or not its newest.
    pub note: Option<String>,
    /// When it was fetched or given up.
    pub ended_at: Option<Timestamp>,
}

/// Items of one feed that wait.
struct Waiting(HashMap<ItemKey, (i64, i64)>);

impl Waiting {
    fn of(db: &ReadTx<'_>, feed: FeedId) -> Result<Self, StoreError> {
        let mut rows = db.db.prepare_cached(
            "SELECT id, item_hash, keys FROM page WHERE feed = ?1 AND item IS NOT NULL",
        )?;
        let mut rows = rows.query([feed.0])?;
        let mut waiting = HashMap::new();
        while let Some(row) = rows.next()? {
            let page = (row.get(0)?, row.get(1)?);
            let keys: Vec<u8> = row.get(2)?;
            waiting.extend(keys_from(&keys).into_iter().map(|key| (key, page)));
        }
        Ok(Self(waiting))
    }

    /// The page that an item waits for, and the hash of the item as it waits.
    fn find(&self, keys: &[ItemKey]) -> Option<(i64, i64)> {
        articles::identify(keys, |key| Ok(self.0.get(key).copied())).ok().flatten()
    }
}

const ABOUT: &str = "page.about, article.text";

/// What a page gave to its article, when that is used.
fn kept(row: &Row<'_>, at: usize) -> Result<Option<PageText>, StoreError> {
    let about: Option<String> = row.get(at)?;
    let text: Option<String> = row.get(at + 1)?;
    about.zip(text).map(|(about, text)| about_from(&about, text)).transpose()
}

impl ReadTx<'_> {
    /// For each item whether exactly it waits for its page; `None` when no version of it does.
    pub(super) fn waits(
        &self,
        feed: FeedId,
        items: &[(Vec<ItemKey>, u64)],
    ) -> Result<Vec<Option<bool>>, StoreError> {
        let waiting = Waiting::of(self, feed)?;
        let known = items.iter().map(|(keys, hash)| {
            waiting.find(keys).map(|(_, waiting)| waiting == hash.cast_signed())
        });
        Ok(known.collect())
    }

    /// What is known of the pages of these items, where they are stored articles.
    pub fn page_memories<'k>(
        &self,
        feed: FeedId,
        items: impl IntoIterator<Item = &'k [ItemKey]>,
    ) -> Result<Vec<Option<PageMemory>>, StoreError> {
        let mut page = self.db.prepare_cached(&format!(
            "SELECT feed_hash, times, {ABOUT} FROM page JOIN article ON article.id = page.article
             WHERE page.article = ?1"
        ))?;
        let memory = |keys: &[ItemKey]| {
            let Some(article) = articles::find(self, feed, keys)? else { return Ok(None) };
            let mut rows = page.query([article.0])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            Ok(Some(PageMemory {
                feed_hash: row.get::<_, i64>(0)?.cast_unsigned(),
                times: row.get(1)?,
                kept: kept(row, 2)?,
            }))
        };
        items.into_iter().map(memory).collect()
    }

    /// What the page of that address gave to an article since `since`, in whatever feed.
    pub fn page_text(&self, url: &str, since: Timestamp) -> Result<Option<PageText>, StoreError> {
        let mut page = self.db.prepare_cached(&format!(
            "SELECT {ABOUT} FROM page JOIN article ON article.id = page.article
             WHERE page.url = ?1 AND about IS NOT NULL AND note IS NULL AND ended_at >= ?2
             ORDER BY ended_at DESC LIMIT 1"
        ))?;
        let mut rows = page.query((url, to_ms(since)))?;
        rows.next()?.map_or(Ok(None), |row| kept(row, 0))
    }

    /// When the next page may be claimed.
    pub fn next_page(&self, resting: &Resting) -> Result<Option<Timestamp>, StoreError> {
        let mut next = self.db.prepare_cached(
            "SELECT min(max(page.due_at, min(coalesce(value, ?2), until_at)))
             FROM page JOIN feed ON feed.id = page.feed LEFT JOIN json_each(?1) ON key = page.host
             WHERE item IS NOT NULL AND page.due_at < ?3 AND retired = 0",
        )?;
        let resting = (in_ms(&resting.hosts)?, to_ms(resting.others), i64::MAX);
        let next: Option<i64> = next.query_row(resting, |row| row.get(0))?;
        Ok(next.map(from_ms))
    }

    /// A page that is claimed, with the newest version of its item; `None` when the claim is lost.
    pub fn newest_of_page(&self, page: &ClaimedPage) -> Result<Option<ClaimedPage>, StoreError> {
        let newest = self.claimed_page(page.id, page.claim.until)?;
        Ok(newest.filter(|newest| newest.claim.number == page.claim.number))
    }

    fn claimed_page(
        &self,
        id: PageId,
        until: Timestamp,
    ) -> Result<Option<ClaimedPage>, StoreError> {
        let mut page = self.db.prepare_cached(&format!(
            "SELECT page.feed, feed.name, page.url, page.host, keys, item, page.item_hash, feed_hash, baseline,
                 page.seen_at, until_at, page.claim, attempts, page.etag, page.last_modified, {ABOUT}
             FROM page JOIN feed ON feed.id = page.feed LEFT JOIN article ON article.id = page.article
             WHERE page.id = ?1 AND page.claimed = 1"
        ))?;
        let mut rows = page.query([id.0])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (keys, item): (Vec<u8>, String) = (row.get(4)?, row.get(5)?);
        let wanted = WantedPage {
            item: item_from(&item, &keys)?,
            item_hash: row.get::<_, i64>(6)?.cast_unsigned(),
            feed_hash: row.get::<_, i64>(7)?.cast_unsigned(),
            url: row.get(2)?,
            host: row.get(3)?,
            baseline: row.get(8)?,
        };
        let kept = kept(row, 15)?;
        let validators =
            Validators { etag: row.get(13)?, last_modified: row.get(14)?, body_hash: None };
        Ok(Some(ClaimedPage {
            id,
            feed: FeedId(row.get(0)?),
            feed_name: FeedName::new(row.get::<_, String>(1)?),
            wanted,
            validators: if kept.is_some() { validators } else { Validators::default() },
            kept,
            seen_at: from_ms(row.get(9)?),
            until: from_ms(row.get(10)?),
            attempts: row.get(12)?,
            claim: Claim { number: row.get(11)?, until },
        }))
    }

    /// The page of an article, if one was ever wanted.
    pub fn page_of(&self, article: ArticleId) -> Result<Option<PageRow>, StoreError> {
        self.page("article = ?1", [article.0])
    }

    /// The page that an item with that link waits for, as published or made comparable.
    pub fn page_waiting_at(
        &self,
        url: &str,
        canonical: &str,
    ) -> Result<Option<PageRow>, StoreError> {
        self.page(
            "item IS NOT NULL AND (item ->> 'url' IN (?1, ?2) OR item ->> 'canonical_url' = ?2)",
            (url, canonical),
        )
    }

    fn page(
        &self,
        condition: &str,
        values: impl rusqlite::Params,
    ) -> Result<Option<PageRow>, StoreError> {
        let page = self.db.query_row(
            &format!(
                "SELECT url, item IS NOT NULL, item ->> 'title', seen_at, until_at, attempts,
                     about IS NOT NULL, coalesce(about ->> 'is_doubtful', 0), note, ended_at
                 FROM page WHERE {condition} ORDER BY id DESC LIMIT 1"
            ),
            values,
            |row| {
                let title: Option<String> = row.get(2)?;
                Ok(PageRow {
                    url: row.get(0)?,
                    waiting: row.get::<_, bool>(1)?.then(|| title.unwrap_or_default()),
                    seen_at: from_ms(row.get(3)?),
                    until: from_ms(row.get(4)?),
                    attempts: row.get(5)?,
                    is_used: row.get(6)?,
                    is_doubtful: row.get(7)?,
                    note: row.get(8)?,
                    ended_at: row.get::<_, Option<i64>>(9)?.map(from_ms),
                })
            },
        );
        Ok(page.optional()?)
    }
}

impl WriteTx<'_> {
    /// Lets the article of an item wait for its page. A newer version of an item that waits takes
    /// its place, waits no longer than that would have, and goes with the attempt under way.
    pub fn await_page(
        &self,
        feed: FeedId,
        wanted: &WantedPage,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (item, keys) = item_to(&wanted.item)?;
        let article = articles::find(&self.reader(), feed, &wanted.item.keys)?;
        let waiting = Waiting::of(&self.reader(), feed)?.find(&wanted.item.keys);
        let row = match (waiting, article) {
            (Some((page, _)), _) => Some(page),
            (None, Some(article)) => self.begin_again(article, now, until)?,
            (None, None) => None,
        };
        let row = if let Some(row) = row {
            row
        } else {
            let mut insert = self.db.prepare_cached(
                "INSERT INTO page (feed, article, url, host, keys, item_hash, feed_hash, baseline, seen_at, until_at, due_at)
                 VALUES (?1, ?2, '', '', ?3, 0, 0, ?4, ?5, ?6, ?5)",
            )?;
            insert.execute(rusqlite::params![
                feed.0,
                article.map(|article| article.0),
                keys,
                wanted.baseline,
                to_ms(now),
                to_ms(until),
            ])?;
            self.db.last_insert_rowid()
        };
        let mut put = self.db.prepare_cached(
            "UPDATE page SET url = ?2, host = ?3, keys = ?4, item = ?5, item_hash = ?6, feed_hash = ?7
             WHERE id = ?1",
        )?;
        put.execute(rusqlite::params![
            row,
            wanted.url,
            wanted.host,
            keys,
            item,
            wanted.item_hash.cast_signed(),
            wanted.feed_hash.cast_signed(),
        ])?;
        Ok(())
    }

    /// The row of the page of an article, to be waited for once more.
    fn begin_again(
        &self,
        article: ArticleId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut again = self.db.prepare_cached(
            "UPDATE page SET baseline = 0, seen_at = ?2, until_at = ?3, due_at = ?2, attempts = 0,
                 times = times + 1, note = NULL
             WHERE article = ?1 RETURNING id",
        )?;
        let again = again.query_row((article.0, to_ms(now), to_ms(until)), |row| row.get(0));
        Ok(again.optional()?)
    }

    /// Lets items wait no longer, since versions of them were placed that need no page.
    pub fn end_waiting<'k>(
        &self,
        feed: FeedId,
        items: impl IntoIterator<Item = &'k [ItemKey]>,
    ) -> Result<(), StoreError> {
        let waiting = Waiting::of(&self.reader(), feed)?;
        for (page, _) in items.into_iter().filter_map(|keys| waiting.find(keys)) {
            self.db
                .prepare_cached(
                    "UPDATE page SET item = NULL, claim = claim + 1, claimed = 0 WHERE id = ?1",
                )?
                .execute([page])?;
            self.db
                .prepare_cached("DELETE FROM page WHERE id = ?1 AND article IS NULL")?
                .execute([page])?;
        }
        Ok(())
    }

    /// Notes that the text of an article is no longer that of its page.
    pub fn drop_page_text(&self, article: ArticleId) -> Result<(), StoreError> {
        let mut drop = self.db.prepare_cached(
            "UPDATE page SET about = NULL, note = 'the feed has another text since'
             WHERE article = ?1 AND about IS NOT NULL",
        )?;
        drop.execute([article.0])?;
        Ok(())
    }

    /// Claims pages whose time is over, and at most `most` others that are due, the longest due
    /// first: of each host one, and of those that rest none.
    pub fn claim_pages(
        &self,
        now: Timestamp,
        lease: Duration,
        most: usize,
        resting: &Resting,
    ) -> Result<Vec<ClaimedPage>, StoreError> {
        let mut due = self.db.prepare_cached(
            "SELECT id, until_at <= ?1 AS late FROM (
                 SELECT page.id, page.due_at, until_at, coalesce(value, ?3) AS rests,
                     row_number() OVER (PARTITION BY page.host ORDER BY page.due_at, page.id) AS place
                 FROM page JOIN feed ON feed.id = page.feed LEFT JOIN json_each(?2) ON key = page.host
                 WHERE item IS NOT NULL AND page.due_at <= ?1 AND retired = 0)
             WHERE late OR (rests <= ?1 AND place = 1)
             ORDER BY late DESC, due_at, id LIMIT ?4",
        )?;
        let at = to_ms(now);
        let resting = (at, in_ms(&resting.hosts)?, to_ms(resting.others), MOST_LATE + most);
        let due: Vec<(i64, bool)> = due
            .query_map(resting, |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let (late, others): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, late)| *late);
        let due = late.into_iter().chain(others.into_iter().take(most)).map(|(id, _)| id);
        let until = now + lease;
        let mut claim = self.db.prepare_cached(
            "UPDATE page SET due_at = ?2, claim = claim + 1, claimed = 1, attempts = attempts + 1 WHERE id = ?1",
        )?;
        let mut claimed = Vec::new();
        for id in due {
            claim.execute((id, to_ms(until)))?;
            claimed.extend(self.reader().claimed_page(PageId(id), until)?);
        }
        Ok(claimed)
    }

    /// Whether the claim is still ours and the item the one that waits; the first thing that placing
    /// its article asks.
    pub fn holds_page(&self, page: &ClaimedPage) -> Result<bool, StoreError> {
        let mut held = self.db.prepare_cached(
            "SELECT 1 FROM page WHERE id = ?1 AND claim = ?2 AND claimed = 1 AND item_hash = ?3",
        )?;
        let hash = page.wanted.item_hash.cast_signed();
        Ok(held.exists((page.id.0, page.claim.number, hash))?)
    }

    /// Lets go of the claim until `at`, when the page is tried once more.
    pub fn retry_page(&self, page: &ClaimedPage, at: Timestamp) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "UPDATE page SET due_at = ?3, claimed = 0 WHERE id = ?1 AND claim = ?2",
            )?
            .execute((page.id.0, page.claim.number, to_ms(at)))?;
        Ok(())
    }

    /// Writes down what came of a page whose article was placed, under the claim.
    pub fn finish_page(
        &self,
        page: &ClaimedPage,
        end: &PageEnd,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let article = articles::find(&self.reader(), page.feed, &page.wanted.item.keys)?;
        let article = article.map(|article| article.0);
        self.db
            .prepare_cached("DELETE FROM page WHERE article = ?1 AND id <> ?2")?
            .execute((article, page.id.0))?;
        self.db
            .prepare_cached(
                "UPDATE page SET article = ?3, item = NULL, claimed = 0, etag = ?4, last_modified = ?5,
                     about = coalesce(?6, about), note = ?7, ended_at = ?8
                 WHERE id = ?1 AND claim = ?2",
            )?
            .execute(rusqlite::params![
                page.id.0,
                page.claim.number,
                article,
                end.validators.etag,
                end.validators.last_modified,
                end.used.as_ref().map(about_to).transpose()?,
                end.note,
                to_ms(now),
            ])?;
        Ok(())
    }
}

/// Moments by host as a JSON object of milliseconds.
fn in_ms(moments: &BTreeMap<String, Timestamp>) -> Result<String, StoreError> {
    let moments: BTreeMap<_, _> = moments.iter().map(|(host, at)| (host, to_ms(*at))).collect();
    serde_json::to_string(&moments).map_err(|error| StoreError::Content(error.to_string()))
}

//! Writes down everything one poll or one page taught, or nothing.

use jiff::Timestamp;

use super::{full_text, notice, prepare::Prepared, promise};
use crate::{
    alert::{Happened, Kill},
    config::Live,
    model::{Article, ArticleId, Claim, FeedId, StoryId},
    store::{
        ClaimedPage, Described, ExactCopy, FileMark, PageEnd, Place, PollEnd, Recognised, Revision,
        StoreError, WantedPage, WriteTx,
    },
    story::{Account, Assignment, Signals},
};

/// Candidates compared in full: the best forty by shared hashes (`stories.md` section 3.4).
const CANDIDATES: usize = 40;

/// What a poll learned: all of it, or a slice when there is very much.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The feed.
    pub feed: FeedId,
    /// The fence.
    pub claim: Claim,
    /// The articles, in the order of the document.
    pub prepared: Vec<Prepared>,
    /// Items whose articles wait for their pages; only with the last slice.
    pub waiting: Vec<WantedPage>,
    /// Files of a spool that the articles are from.
    pub files: Vec<FileMark>,
    /// How the poll ended; only with the last slice, so that validators are never ahead of articles.
    pub end: Option<PollEnd>,
    /// Now.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// Articles that were not known.
    pub new: u32,
    /// Articles with other words than before.
    pub revised: u32,
    /// Articles that were known.
    pub unchanged: u32,
    /// Stories opened.
    pub stories_opened: u32,
    /// Articles that joined a story.
    pub joined: u32,
    /// Items that wait for their page.
    pub waiting: u32,
    /// Articles that nobody is told of yet.
    pub held: u32,
    /// Alerts made.
    pub alerts: u32,
    /// Somebody else polled meanwhile: nothing was written.
    pub stale: bool,
}

impl std::ops::AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.revised += other.revised;
        self.unchanged += other.unchanged;
        self.stories_opened += other.stories_opened;
        self.joined += other.joined;
        self.waiting += other.waiting;
        self.held += other.held;
        self.alerts += other.alerts;
        self.stale |= other.stale;
    }
}

/// Writes down a batch inside one transaction.
pub fn commit(tx: &mut WriteTx<'_>, batch: &Batch, live: &Live) -> Result<Report, StoreError> {
    let mut report = Report::default();
    if !tx.holds(batch.feed, &batch.claim)? {
        return Ok(Report { stale: true, ..report });
    }
    place(tx, batch.feed, &batch.prepared, live, batch.now, &mut report)?;
    let placed = batch.prepared.iter().map(|one| one.described.article.keys.as_slice());
    tx.end_waiting(batch.feed, placed)?;
    for wanted in &batch.waiting {
        tx.await_page(batch.feed, wanted, batch.now, full_text::until(batch.now))?;
        report.waiting += 1;
    }
    if !batch.files.is_empty() {
        tx.note_spooled(batch.feed, &batch.files, batch.now)?;
    }
    if let Some(end) = &batch.end {
        tx.finish_poll(batch.feed, &batch.claim, end)?;
    }
    Ok(report)
}

/// Writes down an article that waited for its page, and how that ended, inside one transaction.
pub fn commit_page(
    tx: &mut WriteTx<'_>,
    page: &ClaimedPage,
    prepared: &Prepared,
    end: &PageEnd,
    live: &Live,
    now: Timestamp,
) -> Result<Report, StoreError> {
    let mut report = Report::default();
    if !tx.holds_page(page)? {
        return Ok(Report { stale: true, ..report });
    }
    place(tx, page.feed, std::slice::from_ref(prepared), live, now, &mut report)?;
    tx.finish_page(page, end, now)?;
    Ok(report)
}

/// Stores articles, finds their stories, and tells of them.
fn place(
    tx: &mut WriteTx<'_>,
    feed: FeedId,
    prepared: &[Prepared],
    live: &Live,
    now: Timestamp,
    report: &mut Report,
) -> Result<(), StoreError> {
    let horizon = now - live.story.window;
    tx.open_window(horizon, live.story.articles)?;
    for prepared in prepared {
        let Some((placed, what)) = settle(tx, feed, prepared, live, horizon, report)? else {
            continue;
        };
        tx.put_matches(what.article, &prepared.matches, live.generation, prepared.baseline)?;
        if prepared.described.article.held.is_some() && what.kill == Kill::Not {
            // Its time is written down: then it is told of.
            report.held += 1;
            continue;
        }
        report.alerts += promise::tell(tx, placed, &what, live, now)?;
        report.alerts += promise::tell_related(tx, placed, &what, live, now)?;
    }
    Ok(())
}

/// Stores one article and finds its story; `None` when there is nothing to tell about it.
fn settle(
    tx: &mut WriteTx<'_>,
    feed: FeedId,
    prepared: &Prepared,
    live: &Live,
    horizon: Timestamp,
    report: &mut Report,
) -> Result<Option<(StoryId, Happened)>, StoreError> {
    let described = &prepared.described;
    let recognised = tx.recognise(feed, &described.article)?;
    let before = match recognised {
        Recognised::Revised(id) | Recognised::Touched(id) if described.article.wire.is_some() => {
            tx.reader().article(id)?.map(|row| row.article)
        }
        _ => None,
    };
    let before = before.as_ref();
    if before.is_some_and(|before| described.article.is_before(before)) {
        report.unchanged += 1;
        return Ok(None);
    }
    let signals = recalling(prepared, before);
    match recognised {
        Recognised::Same => {
            report.unchanged += 1;
            Ok(None)
        }
        Recognised::Touched(article) => {
            report.unchanged += 1;
            let story = tx.touch_article(article, feed, described)?;
            note_source(tx, article, prepared)?;
            tx.settle_lead(story, &live.story)?;
            // The same words, which may be told of now.
            let is_freed = before.is_some_and(|before| before.held.is_some());
            let is_freed = is_freed && described.article.held.is_none();
            Ok(is_freed.then(|| (story, Happened::of(article))))
        }
        Recognised::Revised(article) => {
            report.revised += 1;
            let revision = tx.revise_article(article, feed, described)?;
            note_source(tx, article, prepared)?;
            tx.settle_lead(revision.story, &live.story)?;
            let headline = revision.retitled && tx.reader().lead(revision.story)? == Some(article);
            let was_killed = before.is_some_and(Article::is_recalled);
            let signals = notice::news(tx, revision.story, article, signals, was_killed)?;
            let Revision { story, revision, .. } = revision;
            let happened = happening(article, revision, signals, headline, described);
            Ok(Some((story, happened)))
        }
        Recognised::New => {
            report.new += 1;
            let (place, accounts) = find_place(tx, feed, prepared, live, horizon)?;
            if place.story.is_some() {
                report.joined += 1;
            } else {
                report.stories_opened += 1;
            }
            let (article, story) = tx.add_article(feed, described, &place)?;
            tx.put_judgements(article, &accounts, place.evidence.is_some())?;
            tx.settle_lead(story, &live.story)?;
            let signals = notice::news(tx, story, article, signals, false)?;
            let happened = happening(article, 0, signals, false, described);
            Ok(Some((story, happened)))
        }
    }
}

/// Notes when an article has its text from the feed that had it from its page.
fn note_source(
    tx: &WriteTx<'_>,
    article: ArticleId,
    prepared: &Prepared,
) -> Result<(), StoreError> {
    if prepared.from_page { Ok(()) } else { tx.drop_page_text(article) }
}

fn happening(
    article: ArticleId,
    revision: u32,
    signals: Signals,
    headline: bool,
    described: &Described,
) -> Happened {
    let kill = match (signals.kill, &described.article.wire) {
        (false, _) => Kill::Not,
        (true, None) => Kill::Said,
        (true, Some(_)) => Kill::Recalled,
    };
    let correction = signals.correction;
    Happened { article, revision, kill, correction, headline }
}

/// What a version says; one that may not be used any more, where an earlier one could be, recalls
/// that.
fn recalling(prepared: &Prepared, before: Option<&Article>) -> Signals {
    let withheld = |article: &Article| article.held == Some(Timestamp::MAX);
    let was_usable = before.is_some_and(|before| before.held.is_none() && !before.is_recalled());
    let kill = prepared.signals.kill || was_usable && withheld(&prepared.described.article);
    Signals { kill, ..prepared.signals }
}

/// Where a new article belongs, and why.
fn find_place(
    tx: &WriteTx<'_>,
    feed: FeedId,
    prepared: &Prepared,
    live: &Live,
    horizon: Timestamp,
) -> Result<(Place, Vec<Account>), StoreError> {
    let described = &prepared.described;
    if let Some((story, evidence)) = notice::named(tx, feed, prepared, live, horizon)? {
        let place = Place { story: Some(story), evidence: Some(evidence), related: Vec::new() };
        return Ok((place, Vec::new()));
    }
    let candidates = tx.candidates(&described.sketch, None, horizon, CANDIDATES);
    let (assignment, accounts) = tx.assign(&described.sketch, &candidates, &live.story);
    let related = match assignment {
        Assignment::Joins { evidence, .. } if notice::is_like_another(tx, prepared, &evidence)? => {
            return Ok((Place::default(), accounts));
        }
        Assignment::Joins { story, evidence, related } => {
            let (story, evidence) = (Some(story), Some(evidence));
            return Ok((Place { story, evidence, related }, accounts));
        }
        Assignment::Opens { related } => related,
    };
    let story = tx.exact_copy(&ExactCopy {
        feed,
        canonical_url: described.article.canonical_url.as_deref(),
        text_hash: described.article.text_hash,
        words: described.words,
        body_hash: described.body_hash,
        publisher: &described.article.publisher,
    })?;
    Ok((Place { story, evidence: None, related }, accounts))
}

//! Writes down everything one poll learned, or nothing.

use jiff::Timestamp;

use super::prepare::Prepared;
use crate::{
    alert::{self, Decision, Happened, Policy, Reason, StoryFacts},
    config::Live,
    model::{ArticleId, Claim, FeedId, StoryId},
    store::{ExactCopy, NewAlert, Place, PollEnd, Promise, Recognised, StoreError, WriteTx},
    story::{Assignment, Evidence},
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
    let horizon = batch.now - live.story.window;
    tx.open_window(horizon)?;
    for prepared in &batch.prepared {
        let Some((placed, what)) = settle(tx, batch, prepared, live, horizon, &mut report)? else {
            continue;
        };
        tx.put_matches(what.article, &prepared.matches, live.generation, prepared.baseline)?;
        report.alerts += tell(tx, placed, &what, live, batch.now)?;
        report.alerts += tell_related(tx, placed, &what, live, batch.now)?;
    }
    if let Some(end) = &batch.end {
        tx.finish_poll(batch.feed, &batch.claim, end)?;
    }
    Ok(report)
}

/// Stores one article and finds its story; `None` when there is nothing to tell about it.
fn settle(
    tx: &mut WriteTx<'_>,
    batch: &Batch,
    prepared: &Prepared,
    live: &Live,
    horizon: Timestamp,
    report: &mut Report,
) -> Result<Option<(StoryId, Happened)>, StoreError> {
    let described = &prepared.described;
    let happened = |article: ArticleId, revision: u32, headline: bool| Happened {
        article,
        revision,
        kill: prepared.signals.kill,
        correction: prepared.signals.correction,
        headline,
    };
    match tx.recognise(batch.feed, &described.article)? {
        Recognised::Same => {
            report.unchanged += 1;
            Ok(None)
        }
        Recognised::Touched(article) => {
            report.unchanged += 1;
            tx.touch_article(article, batch.feed, described)?;
            Ok(None)
        }
        Recognised::Revised(article) => {
            report.revised += 1;
            let revision = tx.revise_article(article, batch.feed, described)?;
            Ok(Some((revision.story, happened(article, revision.revision, revision.retitled))))
        }
        Recognised::New => {
            report.new += 1;
            let place = find_place(tx, batch.feed, prepared, live, horizon)?;
            if place.story.is_some() {
                report.joined += 1;
            } else {
                report.stories_opened += 1;
            }
            let (article, story) = tx.add_article(batch.feed, described, &place)?;
            Ok(Some((story, happened(article, 0, false))))
        }
    }
}

fn find_place(
    tx: &WriteTx<'_>,
    feed: FeedId,
    prepared: &Prepared,
    live: &Live,
    horizon: Timestamp,
) -> Result<Place, StoreError> {
    let described = &prepared.described;
    let candidates = tx.candidates(&described.sketch, None, horizon, CANDIDATES);
    let alike = |related: Vec<(StoryId, Evidence)>| {
        related.into_iter().map(|(story, evidence)| (story, evidence.similarity)).collect()
    };
    let related = match tx.assign(&described.sketch, &candidates, &live.story) {
        Assignment::Joins { story, evidence, related } => {
            let (story, evidence) = (Some(story), Some(evidence));
            return Ok(Place { story, evidence, related: alike(related) });
        }
        Assignment::Opens { related } => alike(related),
    };
    let story = tx.exact_copy(&ExactCopy {
        feed,
        canonical_url: described.article.canonical_url.as_deref(),
        text_hash: described.article.text_hash,
        words: described.words,
    })?;
    Ok(Place { story, evidence: None, related })
}

/// Decides for every rule that has a match anywhere in the story or was told of it.
fn tell(
    tx: &WriteTx<'_>,
    story: StoryId,
    happened: &Happened,
    live: &Live,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let reader = tx.reader();
    let rules = reader.rules_of_story(story)?;
    if rules.is_empty() {
        return Ok(0);
    }
    let (origins, words) = (reader.origins(story)?, reader.longest(story)?);
    let related = reader.related(story)?;
    let mut alerts = 0;
    for (rule, eligible) in rules {
        let Some(policy) = live.policies.get(&rule) else { continue };
        let related_told = reader.told_any(&rule, &related)?;
        let facts = StoryFacts { story, origins, words, eligible, related_told };
        let told = reader.told(&rule, story)?;
        match alert::decide(policy, &facts, &told, happened, now) {
            Decision::Notify(reason) => {
                tx.note_decision(happened.article, &rule, &reason.key())?;
                let alert = NewAlert {
                    rule: &rule,
                    story,
                    reason: &reason,
                    article: happened.article,
                    words,
                    generation: live.generation,
                    now,
                };
                alerts += promise(tx, &alert, policy, live)?;
            }
            Decision::Quiet(why) => tx.note_decision(happened.article, &rule, why.as_str())?,
        }
    }
    Ok(alerts)
}

/// A new story is one more origin to the stories of the same event: rules that wait for origins
/// look again.
fn tell_related(
    tx: &WriteTx<'_>,
    story: StoryId,
    happened: &Happened,
    live: &Live,
    now: Timestamp,
) -> Result<u32, StoreError> {
    if happened.revision > 0 {
        return Ok(0);
    }
    let mut alerts = 0;
    for other in tx.reader().related(story)? {
        let Some(lead) = tx.reader().lead(other)? else { continue };
        let seen = Happened {
            article: lead,
            revision: 0,
            kill: false,
            correction: false,
            headline: false,
        };
        alerts += tell(tx, other, &seen, live, now)?;
    }
    Ok(alerts)
}

/// Makes the alert and its deliveries, one per address; 0 when it was made before.
fn promise(
    tx: &WriteTx<'_>,
    new: &NewAlert<'_>,
    policy: &Policy,
    live: &Live,
) -> Result<u32, StoreError> {
    let Some(alert) = tx.make_alert(new)? else { return Ok(0) };
    for recipient in policy.notify.iter().filter_map(|name| live.recipients.get(name)) {
        let due = if matches!(new.reason, Reason::Kill { .. }) {
            new.now
        } else {
            recipient.due(new.now)
        };
        for address in &recipient.email {
            tx.enqueue(&Promise {
                alert,
                recipient: &recipient.name,
                address,
                gathers: &recipient.gathers_by(new.story, due),
                due,
                domain: live.mail_domain(),
                now: new.now,
            })?;
        }
    }
    Ok(1)
}

//! Kills and corrections: which story they are about, and what of them is new to it.

use jiff::Timestamp;

use super::prepare::Prepared;
use crate::{
    config::Live,
    model::{ArticleId, FeedId, StoryId},
    store::{StoreError, WriteTx},
    story::{self, Evidence, Named, Relation, Signals},
};

/// A notice of so many words or more carries the text that it is about, and is a copy of it.
const WHOLE_TEXT: u32 = 120;

/// Whether an article is a few words about another text, which its own words do not resemble.
fn is_brief(prepared: &Prepared) -> bool {
    (prepared.signals.kill || prepared.signals.correction) && prepared.described.words < WHOLE_TEXT
}

/// The story that a brief notice is about by the headline that it names: one that its own house
/// printed since `horizon`, and printed over one story only.
pub(super) fn named(
    tx: &WriteTx<'_>,
    feed: FeedId,
    prepared: &Prepared,
    live: &Live,
    horizon: Timestamp,
) -> Result<Option<(StoryId, Evidence)>, StoreError> {
    if !is_brief(prepared) {
        return Ok(None);
    }
    let article = &prepared.described.article;
    let of_house = live.feeds.iter().filter(|(_, spec)| {
        spec.publisher.as_ref().is_some_and(|publisher| *publisher == article.publisher)
    });
    let of_house: Vec<_> = of_house.map(|(name, _)| name).collect();
    let named = Named::of(&article.title, &article.text);
    let mut found: Vec<(StoryId, Evidence)> = Vec::new();
    for headline in tx.reader().headlines(feed, &of_house, horizon)? {
        let likeness = named.likeness(&headline.title);
        if let Some(similarity) = likeness.filter(|_| headline.publisher == article.publisher) {
            let (other, relation) = (headline.article, Relation::Revision);
            found.push((headline.story, Evidence { other, similarity, relation }));
        }
    }
    let one = found.windows(2).all(|pair| pair[0].0 == pair[1].0);
    Ok(found.pop().filter(|_| one))
}

/// Whether a brief notice only resembles another notice of its house: all are worded alike,
/// whatever they are about.
pub(super) fn is_like_another(
    tx: &WriteTx<'_>,
    prepared: &Prepared,
    evidence: &Evidence,
) -> Result<bool, StoreError> {
    if !is_brief(prepared) {
        return Ok(false);
    }
    let other = tx.reader().article(evidence.other)?;
    Ok(other.is_some_and(|other| {
        let signals = story::signal(&other.article.title, &other.article.text);
        (signals.kill || signals.correction)
            && other.article.publisher == prepared.described.article.publisher
    }))
}

/// What a house said of a story before.
struct Said {
    publisher: String,
    signals: Signals,
    text: String,
}

/// The signals of a placed article that tell the story's readers something; notes whether the story
/// is withdrawn.
///
/// Twenty papers that reprint a correction correct nothing, nor does an agency that sends one in
/// three feeds. Only the house of the lead is heard after others, and only with other words; and
/// only it withdraws the story, until the same article comes without the kill.
pub(super) fn news(
    tx: &WriteTx<'_>,
    story: StoryId,
    article: ArticleId,
    signals: Signals,
    was_killed: bool,
) -> Result<Signals, StoreError> {
    let reader = tx.reader();
    let withdrawn = reader.is_withdrawn(story)?;
    if signals == Signals::default() && !withdrawn {
        return Ok(signals);
    }
    let lead = reader.lead(story)?;
    let articles = reader.articles_of(story)?;
    let publisher = |id| articles.iter().find(|row| row.id == id).map(|row| &row.article.publisher);
    let (house, own) = (lead.and_then(publisher), publisher(article));
    let is_of_agency = articles.iter().any(|row| row.id == article && row.article.wire.is_some());
    // An agency speaks of its own text, wherever that is known to come from.
    let at_home = own == house || is_of_agency;
    let mut versions = reader.versions(article)?;
    let now = versions.pop().map(|version| version.text);
    let versions = versions.into_iter().map(|version| Said {
        publisher: own.cloned().unwrap_or_default(),
        signals: story::signal(&version.title, &version.text),
        text: version.text,
    });
    let versions: Vec<Said> = versions.collect();
    let before = versions.last().map(|version| version.signals);
    let others = articles.iter().filter(|row| row.id != article).map(|row| Said {
        publisher: row.article.publisher.clone(),
        signals: story::signal(&row.article.title, &row.article.text),
        text: row.article.text.clone(),
    });
    let said: Vec<Said> = others.chain(versions).collect();
    let kill_known = if at_home { withdrawn } else { said.iter().any(|said| said.signals.kill) };
    let correction_known = said
        .iter()
        .filter(|said| said.signals.correction)
        .any(|said| !at_home || Some(&said.publisher) == house && Some(&said.text) == now.as_ref());
    // A note at the end is of the house's own earlier version, which must have been seen.
    let noted = signals.noted && before.is_some_and(|before| !before.noted);
    let reinstated = (was_killed || before.is_some_and(|before| before.kill)) && !signals.kill;
    if at_home && (signals.kill || reinstated) {
        tx.mark_withdrawn(story, signals.kill)?;
    }
    Ok(Signals {
        kill: signals.kill && !kill_known,
        correction: (signals.correction || noted) && !correction_known,
        noted,
    })
}

//! Kills and corrections: what of them is new to a story.

use crate::{
    model::{ArticleId, StoryId},
    store::{StoreError, WriteTx},
    story::{self, Signals},
};

/// What a house said of a story before.
struct Said {
    publisher: String,
    signals: Signals,
    text: String,
}

/// The signals of a placed article that tell the story's readers something.
///
/// Twenty papers that reprint a correction correct nothing, nor does an agency that sends one in
/// three feeds. Only the house of the lead is heard after others, and only with other words.
pub(super) fn news(
    tx: &WriteTx<'_>,
    story: StoryId,
    article: ArticleId,
    signals: Signals,
) -> Result<Signals, StoreError> {
    if signals == Signals::default() {
        return Ok(signals);
    }
    let reader = tx.reader();
    let lead = reader.lead(story)?;
    let articles = reader.articles_of(story)?;
    let publisher = |id| articles.iter().find(|row| row.id == id).map(|row| &row.article.publisher);
    let (house, own) = (lead.and_then(publisher), publisher(article));
    let at_home = own == house;
    let mut said: Vec<Said> = Vec::new();
    for row in articles.iter().filter(|row| row.id != article) {
        said.push(Said {
            publisher: row.article.publisher.clone(),
            signals: story::signal(&row.article.title, &row.article.text),
            text: row.article.text.clone(),
        });
    }
    let mut versions = reader.versions(article)?;
    let now = versions.pop().map(|version| version.text);
    let mut versions: Vec<Said> = versions
        .into_iter()
        .map(|version| Said {
            publisher: own.cloned().unwrap_or_default(),
            signals: story::signal(&version.title, &version.text),
            text: version.text,
        })
        .collect();
    // A note at the end is of the house's own earlier version, which must have been seen.
    let noted = signals.noted && versions.last().is_some_and(|before| !before.signals.noted);
    said.append(&mut versions);
    let of_house = |said: &Said| Some(&said.publisher) == house;
    let kill_known = said.iter().any(|s| s.signals.kill && (!at_home || of_house(s)));
    let correction_known = said.iter().any(|s| {
        s.signals.correction && (!at_home || of_house(s) && Some(&s.text) == now.as_ref())
    });
    Ok(Signals {
        kill: signals.kill && !kill_known,
        correction: (signals.correction || noted) && !correction_known,
        noted,
    })
}

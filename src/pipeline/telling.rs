//! What a message tells of its alerts, read from the store in one snapshot.

use jiff::Timestamp;

use super::held;
use crate::{
    alert::{
        self, Carrier, Reason, RelatedStory, Telling,
        letter::{Held, Watch},
    },
    config::Live,
    model::{AlertId, ArticleId, DeliveryId, RuleName, StoryId},
    query::Hit,
    store::{AlertRow, ArticleRow, ClaimedDelivery, ReadTx, StoreError, Thread},
    story::{self, Agencies, Authorship, Certainty, Change, Credit},
};

/// Sentences shown for one alert.
const EXCERPTS: usize = 5;

/// Everything a letter is made of, read in one snapshot.
pub(super) struct Told {
    pub(super) newest: AlertId,
    pub(super) tellings: Vec<Telling>,
    pub(super) thread: Thread,
    pub(super) held: Held,
    pub(super) watch: Option<Watch>,
}

/// What a message says as things stand now, and which mails it stands under.
pub(super) fn told(
    tx: &ReadTx<'_>,
    claimed: &ClaimedDelivery,
    live: &Live,
    now: Timestamp,
) -> Result<Told, StoreError> {
    let (tellings, thread) = tellings(tx, claimed.id, &claimed.address, live)?;
    let newest = tx.newest_alert()?;
    let held = held::held(tx, claimed, live, newest)?;
    let is_empty = tellings.is_empty();
    let watch = if is_empty { held::watch(tx, claimed, &held, live, now)? } else { None };
    Ok(Told { newest, tellings, thread, held, watch })
}

/// What a message tells of its alerts, and which mails it stands under.
pub(super) fn tellings(
    tx: &ReadTx<'_>,
    delivery: DeliveryId,
    address: &str,
    live: &Live,
) -> Result<(Vec<Telling>, Thread), StoreError> {
    let alerts = tx.alerts_in(delivery)?;
    let mut tellings = Vec::new();
    for alert in current(tx, &alerts)? {
        tellings.extend(telling(tx, alert, live)?);
    }
    let rules: Vec<RuleName> = alerts.iter().map(|alert| alert.rule.clone()).collect();
    let mut stories: Vec<StoryId> = alerts.iter().map(|alert| alert.story).collect();
    for alert in &alerts {
        stories.extend(tx.related(alert.story)?);
    }
    let thread = tx.thread(delivery, address, &rules, &stories)?;
    Ok((tellings, thread))
}

/// The alerts that are told: one for each rule and story, since the latest version is what is shown,
/// and none of a story that was withdrawn, except that it was.
fn current<'a>(tx: &ReadTx<'_>, alerts: &'a [AlertRow]) -> Result<Vec<&'a AlertRow>, StoreError> {
    let mut current: Vec<&AlertRow> = Vec::new();
    for alert in alerts {
        let same = |told: &&AlertRow| told.rule == alert.rule && told.story == alert.story;
        let kill = matches!(alert.reason, Reason::Kill { .. });
        if !current.iter().any(same) && (kill || !tx.is_withdrawn(alert.story)?) {
            current.push(alert);
        }
    }
    Ok(current)
}

/// What one alert tells; `None` when its story was forgotten meanwhile.
fn telling(tx: &ReadTx<'_>, alert: &AlertRow, live: &Live) -> Result<Option<Telling>, StoreError> {
    found(tx, alert, live, |row| stored(tx, alert, row))
}

/// What made the rule of an alert true of an article, when that was placed.
pub(super) fn stored(
    tx: &ReadTx<'_>,
    alert: &AlertRow,
    row: &ArticleRow,
) -> Result<Option<Vec<Hit>>, StoreError> {
    let found = tx.matches_of(row.id)?.into_iter().find(|found| found.rule == alert.rule);
    Ok(found.map(|found| found.hits))
}

/// [`telling`], with what makes the rule true of each article; `None` where it is not.
pub(super) fn found(
    tx: &ReadTx<'_>,
    alert: &AlertRow,
    live: &Live,
    hits: impl Fn(&ArticleRow) -> Result<Option<Vec<Hit>>, StoreError>,
) -> Result<Option<Telling>, StoreError> {
    let Some(mut story) = tx.story(alert.story)? else { return Ok(None) };
    // What may not be told yet is no copy, and no lead.
    story.articles.retain(|row| row.article.held.is_none() || row.id == alert.article);
    let mut matched = Vec::new();
    for row in &story.articles {
        matched.extend(hits(row)?.map(|hits| (row, hits)));
    }
    let revision = matches!(
        alert.reason,
        Reason::Kill { .. }
            | Reason::Correction { .. }
            | Reason::Longer { .. }
            | Reason::Headline { .. }
    );
    let shown = story
        .articles
        .iter()
        .find(|row| row.id == if revision { alert.article } else { story.lead });
    let shown = shown
        .filter(|row| revision || matched.iter().any(|(other, _)| other.id == row.id))
        .or_else(|| matched.first().map(|(row, _)| *row))
        .or_else(|| story.articles.first());
    let Some(shown) = shown else { return Ok(None) };
    let spoken = matched.iter().find(|(row, _)| row.id == shown.id).or_else(|| matched.first());
    let policy = live.policies.get(&alert.rule);
    let (credits, credited_in) = credits(shown, &story.articles);
    Ok(Some(Telling {
        alert: alert.id,
        rule: alert.rule.clone(),
        rule_title: policy.and_then(|policy| policy.title.clone()),
        query: live
            .rules
            .get(&alert.rule)
            .map_or_else(String::new, |rule| rule.query.source.to_string()),
        reason: alert.reason.clone(),
        priority: alert.priority.map(|priority| priority.0),
        story: alert.story,
        article: shown.id,
        title: shown.article.title.clone(),
        summary: shown.article.summary.clone(),
        url: shown.article.url.clone(),
        publisher: shown.article.publisher.clone(),
        credits,
        credited_in,
        cited: cited(&story.articles, &live.agencies),
        dateline: shown.provenance.dateline.clone(),
        published: shown.article.published,
        seen_at: shown.article.seen_at,
        note: note(&alert.reason, shown),
        change: change(tx, alert, shown, &story.articles, story.lead)?,
        excerpts: spoken.map_or_else(Vec::new, |(row, hits)| excerpts(row, hits)),
        carriers: carriers(&story.articles),
        related: related(tx, &story.related)?,
        origins: story.origins,
    }))
}

/// What the house of a text says of its kill or correction.
fn note(reason: &Reason, shown: &ArticleRow) -> Option<String> {
    let told = matches!(reason, Reason::Kill { .. } | Reason::Correction { .. });
    let note = story::notice(&shown.article.text).map(str::to_owned);
    let of_agency = || shown.article.wire.as_ref()?.note.clone();
    note.or_else(of_agency).filter(|_| told)
}

/// What changed from the version that was told before to the one that is told now: an earlier one
/// of the same article, else that of the lead.
fn change(
    tx: &ReadTx<'_>,
    alert: &AlertRow,
    shown: &ArticleRow,
    articles: &[ArticleRow],
    lead: ArticleId,
) -> Result<Option<Change>, StoreError> {
    let changed = matches!(
        alert.reason,
        Reason::Correction { .. } | Reason::Longer { .. } | Reason::Headline { .. }
    );
    if !changed {
        return Ok(None);
    }
    let alerts = tx.alerts_of(alert.story)?;
    let before = alerts.iter().rfind(|other| other.rule == alert.rule && other.id < alert.id);
    let told_at = before.map_or(alert.made_at, |before| before.made_at);
    let is = (shown.article.title.as_str(), shown.article.text.as_str());
    let mut versions = tx.versions(shown.id)?;
    versions.retain(|version| version.seen_at <= told_at && version.revision < shown.revision);
    if let Some(was) = versions.pop() {
        return Ok(Change::between((&was.title, &was.text), is));
    }
    let lead = articles.iter().find(|row| row.id == lead && row.id != shown.id);
    // A few words about a text are no version of it. Another house has another headline anyway.
    let lead = lead.filter(|lead| is.1.len() * 2 > lead.article.text.len());
    Ok(lead.and_then(|lead| Change::between((is.0, &lead.article.text), is)))
}

fn excerpts(row: &ArticleRow, hits: &[Hit]) -> Vec<alert::Excerpt> {
    let summary = row.article.summary.as_deref().unwrap_or_default();
    alert::excerpts(&row.article.title, summary, &row.article.text, hits, EXCERPTS)
}

fn cited(articles: &[ArticleRow], houses: &Agencies) -> Vec<String> {
    let mut cited = Vec::new();
    for citation in articles.iter().flat_map(|row| &row.provenance.cited) {
        let name = houses.name(&citation.medium).to_owned();
        if !cited.contains(&name) {
            cited.push(name);
        }
    }
    cited
}

/// The credits that are told: the article's own, else those of a copy, and which publisher states
/// them; what a copy states is inferred where the article owes it.
fn credits(shown: &ArticleRow, articles: &[ArticleRow]) -> (Vec<Credit>, Option<String>) {
    if !shown.provenance.credits.is_empty() {
        return (shown.provenance.credits.clone(), None);
    }
    let from = shown.inferred.as_ref().map(|owed| owed.from);
    let credited = articles.iter().find(|row| match from {
        Some(from) => row.id == from,
        None => !row.provenance.credits.is_empty(),
    });
    let Some(row) = credited else { return (Vec::new(), None) };
    let mut credits = row.provenance.credits.clone();
    if from.is_some() {
        for credit in &mut credits {
            credit.evidence.certainty = Certainty::Inferred;
        }
    }
    (credits, Some(row.article.publisher.clone()))
}

/// Each publisher once, with its first copy.
fn carriers(articles: &[ArticleRow]) -> Vec<Carrier> {
    let mut carriers: Vec<Carrier> = Vec::new();
    let mut by_arrival: Vec<_> = articles.iter().collect();
    by_arrival.sort_by_key(|row| (row.article.seen_at, row.id));
    for row in by_arrival {
        if carriers.iter().all(|carrier| carrier.publisher != row.article.publisher) {
            carriers.push(Carrier {
                publisher: row.article.publisher.clone(),
                title: row.article.title.clone(),
                url: row.article.url.clone(),
                first_seen: row.article.seen_at,
                relation: row.relation,
                is_agency: row.provenance.authorship == Authorship::AgencySite,
                inferred: row.inferred.as_ref().map(|owed| owed.name.clone()),
            });
        }
    }
    carriers
}

/// The stories of the same event by their leads, those that were seen first first.
fn related(tx: &ReadTx<'_>, stories: &[StoryId]) -> Result<Vec<RelatedStory>, StoreError> {
    let mut related = Vec::new();
    for id in stories {
        let Some(story) = tx.story(*id)? else { continue };
        let lead = story.articles.iter().find(|row| row.id == story.lead);
        let Some(lead) = lead.or(story.articles.first()) else { continue };
        let credit = story.articles.iter().find_map(|row| row.provenance.credits.first());
        let publisher = lead.article.publisher.clone();
        related.push(RelatedStory {
            story: *id,
            origin: credit.map_or_else(|| publisher.clone(), |credit| credit.name.clone()),
            publisher,
            title: lead.article.title.clone(),
            url: lead.article.url.clone(),
            first_seen: story.opened_at,
        });
    }
    related.sort_by_key(|story| (story.first_seen, story.story));
    Ok(related)
}

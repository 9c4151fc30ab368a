//! One message, once: make it, fix its bytes, send it, write down the verdict.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use tracing::{info, warn};

use super::{Context, InForce, held};
use crate::{
    alert::{
        self, Carrier, Letter, Reason, RelatedStory, Telling,
        letter::{Held, Watch},
        retry::{self, Failure, Verdict},
    },
    config::Live,
    mail::{
        Message, NextStep, Outgoing,
        message::{self, ListId},
    },
    model::{AlertId, ArticleId, RuleName, StoryId},
    query::Hit,
    store::{AlertRow, ArticleRow, ClaimedDelivery, Ended, Frozen, ReadTx, StoreError, Thread},
    story::{self, Agencies, Authorship, Certainty, Change, Credit},
};

/// Sentences shown for one alert.
const EXCERPTS: usize = 5;
/// A message that leaves this long after it was due says so.
const LATE: Duration = Duration::from_mins(30);
/// How often a message is made again because an alert came while it was being made.
const FREEZES: usize = 5;

/// A delivery whose attempt could not be written down; its lease runs out and it is tried again
/// with the same bytes.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// Reading what to tell failed.
    #[error("reading what delivery {delivery} tells")]
    Read {
        /// Which delivery.
        delivery: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Writing failed.
    #[error("writing down delivery {delivery}")]
    Write {
        /// Which delivery.
        delivery: String,
        /// Why.
        #[source]
        source: StoreError,
    },
}

/// Everything a letter is made of, read in one snapshot.
struct Told {
    newest: AlertId,
    tellings: Vec<Telling>,
    thread: Thread,
    held: Held,
    watch: Option<Watch>,
}

/// Attempts a delivery that was claimed.
pub async fn run(context: &Context, claimed: &ClaimedDelivery) -> Result<Ended, DeliverError> {
    let in_force = context.in_force();
    let ended = match frozen(context, claimed, &in_force).await? {
        Ok(frozen) => attempt(context, claimed, &in_force, frozen).await,
        Err(why) => Ended::Dropped { why },
    };
    tell(claimed, &ended);
    let (delivery, verdict, now) = (claimed.clone(), ended.clone(), context.clock.now());
    let written = context.store.write(move |tx| tx.finish_delivery(&delivery, &verdict, now)).await;
    written.map_err(|source| DeliverError::Write { delivery: claimed.id.to_string(), source })?;
    Ok(ended)
}

/// The bytes of the message: those of the first attempt, or new ones that are fixed before any.
/// The inner error says why there can be no message.
async fn frozen(
    context: &Context,
    claimed: &ClaimedDelivery,
    in_force: &Arc<InForce>,
) -> Result<Result<Frozen, String>, DeliverError> {
    if let Some(frozen) = &claimed.frozen {
        return Ok(Ok(frozen.clone()));
    }
    for _ in 0..FREEZES {
        let now = context.clock.now();
        let told = {
            let (claimed, in_force) = (claimed.clone(), Arc::clone(in_force));
            context.store.read(move |tx| told(tx, &claimed, &in_force, now)).await
        };
        let told =
            told.map_err(|source| DeliverError::Read { delivery: claimed.id.to_string(), source })?;
        if told.tellings.is_empty() && told.watch.is_none() {
            return Ok(Err("nothing is left of what it was to tell".to_owned()));
        }
        let newest = told.newest;
        let frozen = match write_message(told, claimed, in_force, now) {
            Ok(bytes) => Frozen { sender: in_force.live.sender().to_owned(), bytes },
            Err(why) => return Ok(Err(why)),
        };
        let (delivery, message) = (claimed.clone(), frozen.clone());
        let fixed = context.store.write(move |tx| tx.freeze(&delivery, newest, &message)).await;
        if fixed
            .map_err(|source| DeliverError::Write { delivery: claimed.id.to_string(), source })?
        {
            return Ok(Ok(frozen));
        }
    }
    Ok(Err("its alerts would not settle".to_owned()))
}

fn write_message(
    told: Told,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    now: Timestamp,
) -> Result<Vec<u8>, String> {
    let live = &in_force.live;
    let timezone =
        live.recipients.get(&claimed.recipient).map_or(TimeZone::UTC, |r| r.timezone.clone());
    let late = now.duration_since(claimed.due_at).unsigned_abs();
    let letter = Letter {
        recipient: claimed.recipient.clone(),
        tellings: told.tellings,
        timezone,
        now,
        late: (now > claimed.due_at && late >= LATE && claimed.attempts == 0).then_some(late),
        held: told.held,
        watch: told.watch,
    };
    let rendered = alert::render(&letter);
    let message = Message {
        message_id: claimed.message_id.clone(),
        in_reply_to: told.thread.references.last().cloned(),
        references: told.thread.references,
        from: live.from.clone(),
        reply_to: None,
        to: claimed.address.clone(),
        list: list(&letter, live),
        date: now,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        rules: distinct(letter.tellings.iter().map(|telling| telling.rule.clone())),
        stories: distinct(letter.tellings.iter().map(|telling| telling.story)),
        reasons: distinct(letter.tellings.iter().map(|telling| telling.reason.kind().to_owned())),
    };
    message::format(&message).map_err(|error| error.to_string())
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The list that mail readers may file a message under: its rule, where it tells of one only.
fn list(letter: &Letter, live: &Live) -> Option<ListId> {
    let [telling] = letter.tellings.as_slice() else { return None };
    let title = telling.rule_title.clone().unwrap_or_else(|| telling.rule.to_string());
    Some(ListId { title, id: format!("{}.{}", telling.rule, live.mail_domain()) })
}

async fn attempt(
    context: &Context,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    frozen: Frozen,
) -> Ended {
    let outgoing = Outgoing {
        from: frozen.sender,
        to: claimed.address.clone(),
        message_id: claimed.message_id.clone(),
        bytes: frozen.bytes,
    };
    let error = match in_force.mailer.send(&outgoing).await {
        Ok(receipt) => return Ended::Sent { reply: receipt.reply },
        Err(error) => error,
    };
    let now = context.clock.now();
    let failure = match error.next_step {
        NextStep::Retry => Failure::Transient,
        NextStep::Never => Failure::Permanent,
        NextStep::Operator => Failure::Operator,
    };
    let attempts = claimed.attempts.saturating_add(1);
    let first_try = claimed.first_try.unwrap_or(now);
    match retry::after_failure(
        attempts,
        first_try,
        in_force.live.limits.give_up_after,
        failure,
        now,
    ) {
        Verdict::Again(at) if failure == Failure::Operator => {
            Ended::Held { at, error: error.to_string() }
        }
        Verdict::Again(at) => Ended::Again { at, error: error.to_string() },
        Verdict::Dropped(why) => Ended::Dropped { why: format!("{why}: {error}") },
    }
}

fn tell(claimed: &ClaimedDelivery, ended: &Ended) {
    let (delivery, recipient, attempt) = (claimed.id, &claimed.recipient, claimed.attempts + 1);
    match ended {
        Ended::Sent { reply } => {
            info!(delivery.id = %delivery, recipient.name = %recipient, attempt, "sent to `{recipient}`: {reply}");
        }
        Ended::Again { at, error } | Ended::Held { at, error } if attempt.is_power_of_two() => {
            warn!(delivery.id = %delivery, recipient.name = %recipient, attempt, "not sent to `{recipient}`: {error}; next try at {at}");
        }
        Ended::Again { .. } | Ended::Held { .. } => {}
        Ended::Dropped { why } => {
            tracing::error!(delivery.id = %delivery, recipient.name = %recipient, attempt, "given up for `{recipient}`: {why}");
        }
    }
}

fn told(
    tx: &ReadTx<'_>,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    now: Timestamp,
) -> Result<Told, StoreError> {
    let alerts = tx.alerts_in(claimed.id)?;
    let mut tellings = Vec::new();
    for alert in current(tx, &alerts)? {
        tellings.extend(telling(tx, alert, in_force)?);
    }
    let rules: Vec<RuleName> = alerts.iter().map(|alert| alert.rule.clone()).collect();
    let mut stories: Vec<StoryId> = alerts.iter().map(|alert| alert.story).collect();
    for alert in &alerts {
        stories.extend(tx.related(alert.story)?);
    }
    let thread = tx.thread(claimed.id, &claimed.address, &rules, &stories)?;
    let newest = tx.newest_alert()?;
    let held = held::held(tx, claimed, &in_force.live, newest)?;
    let is_empty = tellings.is_empty();
    let watch = if is_empty { held::watch(tx, claimed, &in_force.live, now)? } else { None };
    Ok(Told { newest, tellings, thread, held, watch })
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
fn telling(
    tx: &ReadTx<'_>,
    alert: &AlertRow,
    in_force: &InForce,
) -> Result<Option<Telling>, StoreError> {
    let Some(story) = tx.story(alert.story)? else { return Ok(None) };
    let mut matched = Vec::new();
    for row in &story.articles {
        let found = tx.matches_of(row.id)?.into_iter().find(|found| found.rule == alert.rule);
        matched.extend(found.map(|found| (row, found.hits)));
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
    let live = &in_force.live;
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
    let note = story::notice(&shown.article.text).filter(|_| told);
    note.map(str::to_owned)
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

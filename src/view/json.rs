//! The stable JSON shapes of what the daemon knows.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::shown::{text_of, words_of};
use crate::{
    model::{Article, StoryId},
    query::Hit,
    schedule::Gap,
    store::{
        AlertRow, ArticleRow, AttemptRow, ClosedWay, Constraints, DeliveryRow, FeedRow, MatchRow,
        PollRow, SilencedRow, StoryRow,
    },
    story::{Authorship, Certainty, Relation, Sign, Zone},
};

/// A moment in RFC 3339, UTC.
pub(crate) fn time(at: Timestamp) -> Value {
    at.to_string().into()
}

/// Drops what is unknown: absent, never null or empty.
pub(crate) fn present(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let known = |value: &Value| match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    };
    Value::Object(fields.into_iter().filter(|(_, value)| known(value)).collect::<Map<_, _>>())
}

pub(crate) fn article(row: &ArticleRow, matches: &[MatchRow]) -> Value {
    let (article, provenance) = (&row.article, &row.provenance);
    let stated = provenance.credits.iter().map(|credit| {
        let Sign { zone, certainty, words } = &credit.evidence;
        json!({
            "agency": credit.agency,
            "name": credit.name,
            "zone": zone.as_str(),
            "certainty": certainty.as_str(),
            "evidence": words,
        })
    });
    let inferred = row.inferred.iter().map(|owed| {
        json!({
            "agency": owed.agency,
            "name": owed.name,
            "zone": Zone::Copy.as_str(),
            "certainty": Certainty::Inferred.as_str(),
            "article": owed.from.0,
        })
    });
    let credits: Vec<_> = stated.chain(inferred).collect();
    present(json!({
        "id": row.id.0,
        "feed": row.feed.as_str(),
        "raw_id": article.raw_id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "summary": article.summary,
        "text": article.text,
        "authors": article.authors,
        "categories": article.categories,
        "publisher": article.publisher,
        "source": article.source,
        "credits": credits,
        "cited": provenance.cited.iter().map(|cited| cited.medium.as_str()).collect::<Vec<_>>(),
        "authorship": provenance.authorship.as_str(),
        "dateline": provenance.dateline,
        "origin": row.inferred.as_ref().map_or(&row.origin, |owed| &owed.agency),
        "language": article.language,
        "type": article.wire.as_ref().map(|wire| wire.kind.as_str()),
        "status": article.wire.as_ref().map(|wire| wire.status.as_str()),
        "slugline": article.wire.as_ref().and_then(|wire| wire.slugline.as_deref()),
        "note": article.wire.as_ref().and_then(|wire| wire.note.as_deref()),
        "version": article.wire.as_ref().and(article.version.as_deref()),
        "held_until": article.held.filter(|at| at.as_millisecond() < Timestamp::MAX.as_millisecond()).map(time),
        "priority": article.priority.map(|priority| priority.0),
        "published": article.published.map(time),
        "updated": article.updated.map(time),
        "seen_at": time(article.seen_at),
        "revised_at": time(row.revised_at),
        "revision": row.revision,
        "story": row.story.0,
        "relation": relation(row.relation),
        "similarity": row.similarity,
        "match": row.compared_with.map(|other| other.0),
        "matches": matches.iter().map(|found| found.rule.as_str()).collect::<Vec<_>>(),
    }))
}

/// Each publisher of a story once, the earliest first.
pub(crate) fn carriers(row: &StoryRow) -> Vec<&str> {
    let mut carriers: Vec<&str> = Vec::new();
    let papers = row
        .articles
        .iter()
        .filter(|article| article.provenance.authorship != Authorship::AgencySite);
    for article in papers {
        if !carriers.contains(&article.article.publisher.as_str()) {
            carriers.push(&article.article.publisher);
        }
    }
    carriers
}

pub(crate) fn story(row: &StoryRow) -> Value {
    present(json!({
        "id": row.id.0,
        "opened_at": time(row.opened_at),
        "last_seen": time(row.last_seen),
        "lead": row.lead.0,
        "title": row.articles.iter().find(|article| article.id == row.lead).map(|lead| &lead.article.title),
        "origin": row.origin,
        "origins": row.origins,
        "carriers": carriers(row),
        "articles": row.articles.iter().map(|article| article.id.0).collect::<Vec<_>>(),
        "related": row.related.iter().map(|story| story.0).collect::<Vec<_>>(),
    }))
}

/// The same with what people said of it.
pub(crate) fn story_by_hand(row: &StoryRow, said: &Constraints) -> Value {
    let list = |list: &[(StoryId, Timestamp)]| -> Value {
        list.iter().map(|(story, at)| json!({"story": story.0, "at": time(*at)})).collect()
    };
    let mut story = story(row);
    story["merged"] = list(&said.parts);
    story["apart"] = list(&said.apart);
    present(story)
}

pub(crate) fn alert(row: &AlertRow, deliveries: &[DeliveryRow], silenced: &[SilencedRow]) -> Value {
    let silenced = silenced.iter().map(|row| {
        json!({"recipient": row.recipient.as_str(), "address": row.address, "silence": row.silence.id.0})
    });
    present(json!({
        "id": row.id.0,
        "rule": row.rule.as_str(),
        "story": row.story.0,
        "reason": row.reason.kind(),
        "reason_key": row.reason.key(),
        "article": row.article.0,
        "made_at": time(row.made_at),
        "priority": row.priority.map(|priority| priority.0),
        "deliveries": deliveries.iter().map(|delivery| delivery.id.0).collect::<Vec<_>>(),
        "silenced": silenced.collect::<Vec<_>>(),
    }))
}

pub(crate) fn delivery(row: &DeliveryRow) -> Value {
    present(json!({
        "id": row.id.0,
        "recipient": row.recipient.as_str(),
        "address": row.address,
        "state": row.state,
        "due_at": time(row.due_at),
        "made_at": time(row.made_at),
        "message_id": row.message_id,
        "attempts": row.attempts,
        "first_try": row.first_try.map(time),
        "waits_for": row.waits,
        "bytes": row.bytes,
        "last_error": row.last_error,
        "ended_at": row.ended_at.map(time),
        "reply": row.reply,
        "alerts": row.alerts.iter().map(|alert| alert.0).collect::<Vec<_>>(),
    }))
}

/// A way on which messages wait.
pub(crate) fn closed_way(way: &ClosedWay) -> Value {
    json!({
        "way": way.way,
        "for": if way.for_person { "person" } else { "server" },
        "since": time(way.since),
        "next_try": time(way.until),
        "messages": way.waiting,
        "error": way.error,
    })
}

/// An attempt to deliver.
pub(crate) fn attempt(row: &AttemptRow) -> Value {
    present(json!({
        "number": row.number,
        "at": time(row.at),
        "took_ms": u64::try_from(row.course.took.as_millis()).unwrap_or(u64::MAX),
        "ended": row.ended,
        "step": row.course.step,
        "code": row.course.code,
        "words": row.words,
    }))
}

pub(crate) fn feed(row: &FeedRow, now: Timestamp) -> Value {
    let (state, health) = (&row.state, row.health(now));
    let problem = state.problem.as_ref().map(
        |(kind, detail, since)| json!({"kind": kind, "detail": detail, "since": time(*since)}),
    );
    present(json!({
        "name": state.name.as_str(),
        "url": row.url,
        "moved_to": state.habits.moved.as_ref().filter(|moved| moved.settled).map(|moved| &moved.to),
        "state": health.state.as_str(),
        "since": health.since.map(time),
        "reason": health.reason,
        "action": health.action,
        "due_at": if row.stopped { Value::Null } else { time(row.due_at) },
        "due_because": state.habits.why.filter(|_| !row.stopped),
        "last_poll": state.last_poll.map(time),
        "last_success": state.last_success.map(time),
        "last_new": state.last_new.map(time),
        "failures": state.failures,
        "problem": problem,
        "polls": row.polls,
        "not_modified": row.not_modified,
        "articles": row.articles,
    }))
}

/// A possible gap in what a feed showed.
pub(crate) fn gap(gap: &Gap) -> Value {
    json!({"since": time(gap.since), "until": time(gap.until), "items": gap.items})
}

/// A poll as it is remembered.
pub(crate) fn poll(row: &PollRow) -> Value {
    let notes = &row.notes;
    present(json!({
        "at": time(row.at),
        "outcome": row.outcome,
        "status": notes.status,
        "bytes": notes.bytes,
        "items": notes.items,
        "new_items": row.new_items,
        "repairs": notes.repairs,
        "took_ms": u64::try_from(notes.took.as_millis()).unwrap_or(u64::MAX),
    }))
}

/// A hit with its words; positions are characters of the field.
pub(crate) fn span(article: &Article, hit: &Hit) -> Value {
    let (field, words) = words_of(article, hit);
    let Hit::Words { range, .. } = hit else {
        return json!({"field": field.as_str(), "value": words});
    };
    let text = text_of(article, field);
    let characters = |bytes: usize| text.get(..bytes).unwrap_or(text).chars().count();
    let (start, end) = (characters(range.start), characters(range.end));
    json!({"field": field.as_str(), "start": start, "end": end, "words": words})
}

/// A match with what was decided about it.
pub(crate) fn found(article: &Article, row: &MatchRow) -> Value {
    present(json!({
        "rule": row.rule.as_str(),
        "generation": row.generation.0,
        "baseline": row.baseline,
        "decision": row.decision,
        "spans": row.hits.iter().map(|hit| span(article, hit)).collect::<Vec<_>>(),
    }))
}

/// The stable spelling of what an article is to the one it was compared with.
pub(crate) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Lead => "lead",
        Relation::Verbatim => "verbatim",
        Relation::Cut => "cut",
        Relation::Rewritten => "rewritten",
        Relation::Revision => "revision",
    }
}

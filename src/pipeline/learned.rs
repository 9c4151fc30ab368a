//! What a server's answer comes to, before the store is asked.

use std::time::Duration;

use tokio::task::JoinError;

use super::{Context, documents};
use crate::{
    fetch::{FetchError, Reply},
    model::{FeedFormat, Hints, Item, PollOutcome, Problem, ProblemKind, Validators},
    parse::{self, Parsed},
    schedule::rhythm,
    store::{FeedState, PollNotes},
};

/// The status of an answer that holds only what is new (RFC 3229).
const NEW_ONLY: u16 = 226;

/// What an answer came to.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// How the poll went.
    pub(super) outcome: PollOutcome,
    /// What to ask with next time.
    pub(super) validators: Validators,
    /// When to come back, by the word of server and document.
    pub(super) hints: Hints,
    /// What the document has.
    pub(super) items: Vec<Item>,
    /// The longest usual time between two of them.
    pub(super) silence: Option<Duration>,
    /// The document holds only what is new, so its size says nothing.
    pub(super) partial: bool,
    /// The address that answered.
    pub(super) url: String,
    /// Where older items are.
    pub(super) older: Option<String>,
    /// Where the server says that the feed is for good.
    pub(super) moved_to: Option<String>,
    /// The IP address that answered.
    pub(super) peer: Option<String>,
    /// What else there is to tell.
    pub(super) notes: PollNotes,
}

impl Learned {
    /// A poll without an answer that can be used.
    pub(super) fn failed(state: &FeedState, error: FetchError) -> Self {
        Self {
            outcome: PollOutcome::Failed { problem: error.problem },
            validators: state.validators.clone(),
            hints: *error.hints,
            notes: PollNotes { status: error.status, ..PollNotes::default() },
            ..Self::default()
        }
    }

    /// Whether there is a document with all that the feed shows at present.
    pub(super) fn is_whole_document(&self) -> bool {
        matches!(self.outcome, PollOutcome::Fresh { .. }) && !self.partial
    }
}

/// Reads an answer.
pub(super) async fn read(
    context: &Context,
    state: &FeedState,
    format: FeedFormat,
    reply: Reply,
) -> Result<Learned, JoinError> {
    let known = &state.validators;
    let said = Learned {
        url: reply.url.clone(),
        moved_to: reply.moved_to.clone(),
        peer: reply.peer.map(|peer| peer.to_string()),
        partial: reply.status == NEW_ONLY || !reply.files.is_empty(),
        notes: PollNotes {
            status: Some(reply.status),
            bytes: reply.body.len(),
            ..PollNotes::default()
        },
        ..Learned::default()
    };
    let last = &state.habits.hints;
    if reply.status == 304 {
        let validators = Validators {
            etag: reply.validators.etag.or_else(|| known.etag.clone()),
            last_modified: reply.validators.last_modified.or_else(|| known.last_modified.clone()),
            body_hash: known.body_hash,
        };
        let outcome = PollOutcome::NotModified;
        // Some servers promise more with "not modified" than with the document.
        let fresh_for = match (reply.hints.fresh_for, last.fresh_for) {
            (Some(now), Some(then)) => Some(now.min(then)),
            (now, then) => now.or(then),
        };
        let hints = Hints { fresh_for, retry_after: reply.hints.retry_after, ..last.clone() };
        return Ok(Learned { outcome, validators, hints, ..said });
    }
    // Files are known by their time.
    let body_hash = (!said.partial).then(|| parse::essence(&reply.body));
    let validators = Validators { body_hash, ..reply.validators.clone() };
    let Hints { fresh_for, retry_after, .. } = reply.hints;
    if !reply.truncated && body_hash.is_some() && body_hash == known.body_hash {
        let hints = Hints { fresh_for, retry_after, ..last.clone() };
        return Ok(Learned { outcome: PollOutcome::Unchanged, validators, hints, ..said });
    }
    let (known, cut) = (known.clone(), reply.truncated);
    Ok(match parse_body(context, format, reply).await? {
        Err(problem) => Learned {
            outcome: PollOutcome::Failed { problem },
            validators: known,
            hints: Hints { fresh_for, retry_after, ..Hints::default() },
            ..said
        },
        Ok((parsed, Some(problem))) => Learned {
            outcome: PollOutcome::Damaged { problem },
            items: parsed.items,
            validators,
            ..said
        },
        Ok((parsed, None)) => {
            let hints = Hints { fresh_for, retry_after, ..parsed.hints };
            document(Parsed { hints, ..parsed }, validators, known, cut, said)
        }
    })
}

/// Takes the documents of an answer apart, off the threads that wait; with what is wrong with some
/// of several.
pub(super) async fn parse_body(
    context: &Context,
    format: FeedFormat,
    reply: Reply,
) -> Result<Result<(Parsed, Option<Problem>), Problem>, JoinError> {
    let parsed = context.compute(move || {
        let content_type = reply.content_type.as_deref();
        let around = parse::Context { url: Some(&reply.url), content_type };
        if reply.files.is_empty() {
            return documents::one(&reply.body, format, &around).map(|parsed| (parsed, None));
        }
        Ok(documents::of_folder(&reply.files, format, &around))
    });
    parsed.await
}

/// A document that was cut gives its items, but not its validators: it must be asked for again.
fn document(
    parsed: Parsed,
    validators: Validators,
    known: Validators,
    cut: bool,
    said: Learned,
) -> Learned {
    let items = parsed.items.len();
    let damage = if cut { "the answer was cut off" } else { "the document ends too early" };
    let (outcome, validators) = if cut || parsed.truncated {
        let detail = format!("{damage}; items that could be read: {items}");
        let problem = Problem::new(ProblemKind::Damaged, detail);
        (PollOutcome::Damaged { problem }, Validators { body_hash: None, ..known })
    } else {
        (PollOutcome::Fresh { items }, validators)
    };
    let notes = PollNotes {
        items: u32::try_from(items).unwrap_or(u32::MAX),
        repairs: parsed.repairs.iter().map(|&repair| repair.to_owned()).collect(),
        ..said.notes
    };
    let dates = parsed.items.iter().filter_map(|item| item.published.or(item.updated));
    let silence = rhythm::in_document(&dates.collect::<Vec<_>>());
    let (hints, items, older) = (parsed.hints, parsed.items, parsed.older);
    Learned { outcome, validators, hints, items, silence, older, notes, ..said }
}

//! The files of a spool, oldest first: read, stored with a note that they were, moved away.
//!
//! The note stands in the transaction of the articles, so that a stop between the two moves a file
//! without reading it again, and a stop before reads it once more.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    Context, InForce,
    commit::{self, Batch, Report},
    documents,
    learned::Learned,
    poll::{PollError, fault, prepare_all, unknown},
};
use crate::{
    fetch::{
        self,
        spool::{Fate, Mark, Spooled},
    },
    model::{FeedSpec, Item, PollOutcome, Problem, ProblemKind},
    parse,
    store::{ClaimedFeed, FileMark},
};

/// How long a file that cannot be read is tried again, before it goes out of the way.
const PATIENCE: Duration = Duration::from_mins(10);

/// How long one poll goes on with the next files: much less than its lease.
const LONGEST: Duration = Duration::from_mins(1);

/// So many files that cannot be read are named.
const MOST_NAMES: usize = 3;

/// What a file came to.
struct Read {
    mark: Mark,
    items: Vec<Item>,
    /// What is to be done with it; nothing where it is tried again.
    fate: Option<Fate>,
    /// Why it cannot be read.
    problem: Option<String>,
}

/// Reads what is in the folder; what is left to write down is how that went.
pub(super) async fn run(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    in_force: &Arc<InForce>,
    started: Timestamp,
) -> Result<(Report, Learned), PollError> {
    let Some(folder) = fetch::place(&spec.url) else {
        let problem = Problem::new(ProblemKind::Refused, "no folder on this machine");
        return Ok((Report::default(), Learned::failed(&claimed.state, problem.into())));
    };
    let max_bytes = in_force.live.fetch.max_bytes.min(parse::MAX_BYTES);
    let (mut total, mut left, mut problems) = (Report::default(), BTreeSet::new(), Vec::new());
    let (mut files, mut items) = (0, 0);
    while context.clock.now().duration_since(started).unsigned_abs() < LONGEST {
        let now = context.clock.now();
        let found = fetch::spool::oldest(folder.clone(), left.clone(), max_bytes, now).await;
        let found = match found {
            Ok(found) if found.is_empty() => break,
            Ok(found) => found,
            Err(error) => return Ok((total, Learned::failed(&claimed.state, error))),
        };
        files += found.len();
        let read = read(context, claimed, spec, found).await?;
        items += read.iter().map(|file| file.items.len()).sum::<usize>();
        problems.extend(read.iter().filter_map(|file| file.problem.clone()));
        left.extend(read.iter().filter(|file| file.fate.is_none()).map(|file| file.mark.clone()));
        total += store(context, claimed, spec, in_force, &read).await?;
        if total.stale {
            break;
        }
        let away = read.into_iter().filter_map(|file| Some((file.mark, file.fate?))).collect();
        if let Err(error) = fetch::spool::file_away(folder.clone(), away).await {
            return Ok((total, Learned::failed(&claimed.state, error)));
        }
    }
    Ok((total, learned(spec, files, items, problems)))
}

/// Takes files apart, but those that were read before a stop: they are only moved.
async fn read(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    files: Vec<Spooled>,
) -> Result<Vec<Read>, PollError> {
    let feed = claimed.state.id;
    let marks: Vec<FileMark> = files.iter().map(|file| mark_of(&file.mark)).collect();
    let known = context.store.read(move |tx| tx.spooled(feed, &marks)).await;
    let known = known
        .map_err(|source| PollError::LookUp { feed: claimed.state.name.to_string(), source })?;
    let spec = Arc::clone(spec);
    let read = context.compute(move || {
        let files = files.into_iter().zip(known);
        files.map(|(file, known)| read_one(file, known, &spec)).collect()
    });
    read.await.map_err(|error| fault(claimed, &error))
}

fn read_one(file: Spooled, known: bool, spec: &FeedSpec) -> Read {
    let Spooled { mark, age, body } = file;
    if known {
        return Read { mark, items: Vec::new(), fate: Some(Fate::Processed), problem: None };
    }
    let around = parse::Context::default();
    let parsed = body.and_then(|body| {
        documents::one(&body, spec.format, &around).map_err(|problem| problem.detail)
    });
    let is_given_up = age >= PATIENCE;
    match parsed {
        Ok(parsed) if !parsed.truncated => {
            Read { mark, items: parsed.items, fate: Some(Fate::Processed), problem: None }
        }
        Ok(parsed) => {
            let why = "it ends too early; what could be read of it was kept".to_owned();
            let problem = Some(format!("{}: it ends too early", mark.name));
            // Perhaps the rest of it comes.
            let items = if is_given_up { parsed.items } else { Vec::new() };
            Read { mark, items, fate: is_given_up.then_some(Fate::Failed(why)), problem }
        }
        Err(why) => {
            let problem = Some(format!("{}: {why}", mark.name));
            let fate = is_given_up.then_some(Fate::Failed(why));
            Read { mark, items: Vec::new(), fate, problem }
        }
    }
}

fn mark_of(mark: &Mark) -> FileMark {
    (mark.name.clone(), mark.modified, mark.size)
}

/// Stores the items of files in their order, and that the files were read.
async fn store(
    context: &Context,
    claimed: &ClaimedFeed,
    spec: &Arc<FeedSpec>,
    in_force: &Arc<InForce>,
    files: &[Read],
) -> Result<Report, PollError> {
    let done = files.iter().filter(|file| file.fate.is_some());
    let marks: Vec<FileMark> = done.map(|file| mark_of(&file.mark)).collect();
    if marks.is_empty() {
        return Ok(Report::default());
    }
    let now = context.clock.now();
    let items = files.iter().flat_map(|file| file.items.iter().cloned()).collect();
    let items = unknown(context, claimed, items).await?;
    let items = items.into_iter().map(|item| (item, None)).collect();
    let prepared = prepare_all(context, claimed, spec, in_force, items, now).await?;
    let batch = Batch {
        feed: claimed.state.id,
        claim: claimed.claim,
        prepared,
        waiting: Vec::new(),
        files: marks,
        end: None,
        now,
    };
    let in_force = Arc::clone(in_force);
    let written = context.store.write(move |tx| commit::commit(tx, &batch, &in_force.live)).await;
    written.map_err(|source| PollError::Commit { feed: claimed.state.name.to_string(), source })
}

/// How the poll went.
fn learned(spec: &FeedSpec, files: usize, items: usize, mut problems: Vec<String>) -> Learned {
    let outcome = if !problems.is_empty() {
        let count = problems.len();
        problems.truncate(MOST_NAMES);
        let more = if count > MOST_NAMES { "; …" } else { "" };
        let detail = format!("{count} of {files} files: {}{more}", problems.join("; "));
        PollOutcome::Damaged { problem: Problem::new(ProblemKind::Damaged, detail) }
    } else if files == 0 {
        PollOutcome::NotModified
    } else {
        PollOutcome::Fresh { items }
    };
    Learned { outcome, partial: true, url: spec.url.clone(), ..Learned::default() }
}

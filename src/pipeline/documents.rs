//! The documents of an answer: one, or the files of a folder, each read by itself.

use crate::{
    fetch::LocalFile,
    model::{FeedFormat, Problem, ProblemKind},
    parse::{self, Context, Parsed},
};

/// So many files that cannot be read are named.
const MOST_NAMES: usize = 3;

/// Reads one document.
pub fn one(body: &[u8], format: FeedFormat, around: &Context<'_>) -> Result<Parsed, Problem> {
    match format {
        FeedFormat::Any => parse::parse(body, around),
        FeedFormat::Sitemap => parse::sitemap(body, around),
    }
}

/// The items of all files together, in their order, and what is wrong with some of them. None of
/// them is read again before it changes, so that one that is broken for good holds up nothing.
pub fn of_folder(
    files: &[LocalFile],
    format: FeedFormat,
    around: &Context<'_>,
) -> (Parsed, Option<Problem>) {
    let mut all = Parsed::default();
    let mut broken = Vec::new();
    for file in files {
        let read = file.body.as_ref().map_err(Clone::clone);
        match read.and_then(|body| one(body, format, around).map_err(|problem| problem.detail)) {
            Ok(parsed) => {
                if parsed.truncated {
                    broken.push(format!("{}: it ends too early", file.name));
                }
                all.items.extend(parsed.items);
            }
            Err(detail) => broken.push(format!("{}: {detail}", file.name)),
        }
    }
    let problem = (!broken.is_empty()).then(|| {
        let count = broken.len();
        broken.truncate(MOST_NAMES);
        let more = if count > MOST_NAMES { "; …" } else { "" };
        let detail = format!("{count} of {} files: {}{more}", files.len(), broken.join("; "));
        Problem::new(ProblemKind::Damaged, detail)
    });
    (all, problem)
}

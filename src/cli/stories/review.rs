//! `wiredesk stories review`: the decisions that were the least certain, for a person to mend.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{self, IsTerminal as _},
};

use jiff::Timestamp;

use super::print;
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        evidence,
        export::moment,
        open,
        shown::{one_line, percent},
    },
    clock::Clock,
    diagnostic::Colour,
    store::{ArticleRow, JudgementRow, ReadTx, StoreError},
};

/// Margin from which on a decision is a clear one: half as much again as was needed, or half of it.
const CLEAR: f64 = 0.5;
/// Decisions shown.
const SHOWN: usize = 20;
/// Decisions read for them: of two stories that were not merged each copy has one.
const READ: usize = 400;

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk stories review --since 7d")]
pub(crate) struct ReviewArgs {
    /// Only articles first seen since: an age such as `30d` or `12h`, or a moment in RFC 3339
    #[arg(long, value_name = "AGE", default_value = "7d")]
    since: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A decision with the two articles that it was about.
struct Doubtful {
    judgement: JudgementRow,
    ours: ArticleRow,
    theirs: ArticleRow,
}

/// Prints the decisions, the least certain first.
pub(super) fn run(args: &ReviewArgs) -> anyhow::Result<Exit> {
    let since = moment(&args.since, Clock::System.now())?;
    let store = open::open_for_reading(&args.config.config)?;
    let doubtful = open::block_on(async move { Ok(store.read(move |tx| find(tx, since)).await?) })?;
    let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
    let mut answer = String::new();
    for one in &doubtful {
        // Writing to a string cannot fail.
        let _infallible = if args.json {
            writeln!(
                answer,
                "{}",
                evidence::to_json(&one.judgement, Some([&one.ours, &one.theirs]))
            )
        } else {
            write!(answer, "{}", one.to_text(colour))
        };
    }
    if doubtful.is_empty() && !args.json {
        answer.push_str("every decision was a clear one\n");
    }
    print(&answer)
}

/// Of two stories that were not merged only the closest pair is shown.
fn find(tx: &ReadTx<'_>, since: Timestamp) -> Result<Vec<Doubtful>, StoreError> {
    let mut found = Vec::new();
    let mut stories = BTreeSet::new();
    for judgement in tx.uncertain(since, CLEAR, READ)? {
        let articles = (tx.article(judgement.article)?, tx.article(judgement.account.other)?);
        let (Some(ours), Some(theirs)) = articles else { continue };
        let pair = (ours.story.min(theirs.story), ours.story.max(theirs.story));
        if judgement.joined || stories.insert(pair) {
            found.push(Doubtful { judgement, ours, theirs });
        }
        if found.len() == SHOWN {
            break;
        }
    }
    Ok(found)
}

impl Doubtful {
    fn to_text(&self, colour: Colour) -> String {
        let Self { judgement, ours, theirs } = self;
        let (story, other) = (ours.story.min(theirs.story), ours.story.max(theirs.story));
        let (stories, remedy) = if judgement.joined {
            (
                format!("story {story}"),
                format!("not a copy? wiredesk stories split {story} {}", ours.id),
            )
        } else {
            (
                format!("stories {story} and {other}"),
                format!("one text? wiredesk stories merge {story} {other}"),
            )
        };
        let mut lines = vec![
            format!(
                "{stories}: {} (margin {})",
                evidence::decided(judgement),
                percent(judgement.account.margin(judgement.joined))
            ),
            format!("    {}", named(ours)),
            format!("    {}", named(theirs)),
        ];
        lines.extend(
            evidence::scores(&judgement.account).into_iter().map(|line| format!("    {line}")),
        );
        if let Some(tally) = &judgement.account.tally {
            lines.push(format!(
                "    evidence for a reworded copy {:.2}, {:.2} is needed",
                tally.sum(),
                tally.needed
            ));
        }
        if let Some(run) = evidence::run(ours, theirs) {
            lines.push(format!(
                "    {} words in both: {}",
                run.words,
                evidence::drawn(&ours.article.text, &run.ours, colour)
            ));
        }
        lines.push(format!("    {remedy}"));
        lines.join("\n") + "\n\n"
    }
}

fn named(row: &ArticleRow) -> String {
    let article = &row.article;
    format!("article {} of {}: {}", row.id, article.publisher, one_line(&article.title))
}

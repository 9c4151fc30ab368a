//! What changed in a text, put into words that are cleaned and cut.

use serde::Serialize;

use super::{limits::Limits, plain};
use crate::story::{Change, Fate, Piece};

/// A change as the templates show it.
#[derive(Serialize)]
pub(super) struct Shown {
    headline: Option<Headline>,
    figures: Vec<String>,
    passages: Vec<Passage>,
    more: usize,
    added: usize,
    removed: usize,
    rewritten: bool,
}

#[derive(Serialize)]
struct Headline {
    was: String,
    is: String,
}

#[derive(Serialize)]
struct Passage {
    runs: Vec<Run>,
    /// The runs as text: removed words between `[-` and `-]`, added ones between `{+` and `+}`.
    marked: String,
}

/// Words of one fate.
#[derive(Serialize)]
struct Run {
    fate: &'static str,
    /// A space, where there is one before the words.
    space: &'static str,
    text: String,
    left_out: usize,
}

impl Shown {
    pub(super) fn new(change: &Change, limits: Limits) -> Self {
        let short = |text: &str| plain::line(text, limits.short());
        let figures = change.figures.iter().take(limits.names()).map(|figure| {
            let line = format!("{} → {} {}", figure.was, figure.is, figure.of);
            short(&line)
        });
        let shown = limits.passages().min(change.passages.len());
        Self {
            headline: change
                .headline
                .as_ref()
                .map(|(was, is)| Headline { was: short(was), is: short(is) }),
            figures: figures.collect(),
            passages: change.passages[..shown].iter().map(|p| passage(p, limits)).collect(),
            more: change.more + change.passages.len() - shown,
            added: change.added,
            removed: change.removed,
            rewritten: change.rewritten,
        }
    }
}

fn passage(pieces: &[Piece], limits: Limits) -> Passage {
    let runs: Vec<Run> = pieces.iter().map(|piece| run(piece, limits)).collect();
    let mut marked = String::new();
    for Run { fate, space, text, left_out } in &runs {
        let text = match left_out {
            0 => text.clone(),
            more => format!("{text} … ({more} more words)"),
        };
        let (open, close) = match *fate {
            "del" => ("[-", "-]"),
            "ins" => ("{+", "+}"),
            _ => ("", ""),
        };
        // Where one run takes the place of another there is a space between them in print only.
        let gap = if space.is_empty() && !open.is_empty() && marked.ends_with("-]") {
            " "
        } else {
            space
        };
        marked += &[gap, open, &text, close].concat();
    }
    Passage { runs, marked: marked.trim_start().to_owned() }
}

fn run(piece: &Piece, limits: Limits) -> Run {
    Run {
        fate: match piece.fate {
            Fate::Kept => "",
            Fate::Removed => "del",
            Fate::Added => "ins",
        },
        space: if piece.text.starts_with(char::is_whitespace) { " " } else { "" },
        text: plain::line(&piece.text, limits.long()),
        left_out: piece.left_out,
    }
}

//! Why two articles are copies or not, in words and as JSON.

use std::ops::Range;

use serde_json::{Value, json};

use super::{
    json::present,
    shown::{cut, marked, one_line, percent},
};
use crate::{
    alert::Excerpt,
    diagnostic::Colour,
    query::Field,
    store::{ArticleRow, JudgementRow},
    story::{Account, Factor, Ground, SharedRun, Tally, Verdict, shared_run},
};

/// Characters shown of a run, and around it.
const RUN: usize = 240;
const AROUND: usize = 40;

/// Whether the article joined its story by this one, and why.
pub(crate) fn decided(judgement: &JudgementRow) -> String {
    let Account { verdict, ground, .. } = judgement.account;
    let what = match (judgement.joined, verdict) {
        (true, _) => "a copy",
        (false, Verdict::Copy) if ground != Ground::Drift => "a copy, but more like another story",
        (false, Verdict::Unrelated) => "not related",
        (false, _) => "related, no copy",
    };
    format!("{what}: {}", reason(ground))
}

/// What decided, in words.
fn reason(ground: Ground) -> &'static str {
    match ground {
        Ground::SameAgain => "the same text again, numbers and headline equal",
        Ground::Reprinted => "the wording was taken over",
        Ground::Rewritten => "it is reworded, and what it tells was kept",
        Ground::Headline => "a summary stands under the same headline on the same day",
        Ground::Furniture => "most of it is what many stories have",
        Ground::Page => "one publisher's page around different texts",
        Ground::Template => "the same frame with other numbers",
        Ground::TooLittle => "too little of the wording is shared",
        Ground::Thin => "so little is shared that it may be a name",
        Ground::Quotes => "what is shared is quoted",
        Ground::OtherWords => "the telling words are others",
        Ground::Series => "one publisher's report of another day",
        Ground::Drift => "it is like one of that story, but not like its longest",
    }
}

/// The scores, a line each.
pub(crate) fn scores(account: &Account) -> Vec<String> {
    vec![
        format!(
            "containment {} of the shorter text; {} where quotations and common runs are \
             discounted, {} makes a copy",
            percent(account.containment),
            percent(account.discounted),
            percent(account.needed)
        ),
        format!(
            "outside quotations {}, lead {}, headline {}; telling words {:.1} of {:.0}, figures \
             {:.1} of {:.0}",
            percent(account.unquoted),
            percent(account.lead),
            percent(account.title),
            account.words.shared,
            account.words.whole,
            account.figures.shared,
            account.figures.whole
        ),
    ]
}

/// The verdict of each guard: a cross where it speaks against a copy by wording.
pub(crate) fn guards(account: &Account) -> String {
    let guard = |ground: &Ground| {
        let sign = if account.against.contains(ground) { '✗' } else { '✓' };
        format!("{sign} {}", ground.as_str().replace('_', " "))
    };
    Ground::GUARDS.iter().map(guard).collect::<Vec<_>>().join("  ")
}

/// The table of evidence for a rewritten copy, a line each.
pub(crate) fn table(tally: &Tally) -> Vec<String> {
    let row = |(factor, weight, value): &(Factor, f64, f64)| {
        format!("{:<28}{weight:>6.2} × {value:>6.3} = {:>6.2}", named(*factor), weight * value)
    };
    let (what, kept, least) = tally.least;
    let mut rows: Vec<_> = tally.factors.iter().map(row).collect();
    rows.push(format!("{:<28}{:>24.2}; {:.2} is needed", "sum", tally.sum(), tally.needed));
    rows.push(format!("{:<28}{kept:>24.2}; {least:.2} at least", format!("{} kept", named(what))));
    rows
}

fn named(factor: Factor) -> &'static str {
    match factor {
        Factor::Plain => "wording outside quotations",
        Factor::Words => "telling words",
        Factor::Figures => "figures",
        Factor::Length => "length",
        Factor::Title => "headline",
        Factor::Credit => "agency credited",
    }
}

/// The longest run of words in both texts as they are stored now; nothing where they share no word.
pub(crate) fn run(ours: &ArticleRow, theirs: &ArticleRow) -> Option<SharedRun> {
    shared_run(&ours.article.text, &theirs.article.text)
}

/// The run with its words marked and a little of what stands around it.
pub(crate) fn drawn(text: &str, run: &Range<usize>, colour: Colour) -> String {
    let Range { start, end } = *run;
    let before = text[..start].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    let inside = cut(&one_line(&text[start..end]), RUN);
    let after: String = text[end..].chars().take(AROUND).collect();
    let (before, more) = (&text[before..start], if before > 0 { "…" } else { "" });
    let head = format!("{more}{before}");
    let tail = if after.len() < text[end..].len() { "…" } else { "" };
    let mark = head.len()..head.len() + inside.len();
    let text = format!("{head}{inside}{after}{tail}");
    marked(&Excerpt { field: Field::Body, text, marks: vec![mark] }, colour)
}

/// The same for scripts; positions are characters of the two texts.
fn run_to_json(ours: &ArticleRow, theirs: &ArticleRow) -> Option<Value> {
    let run = run(ours, theirs)?;
    let place = |row: &ArticleRow, range: &Range<usize>| {
        let characters = |end: usize| row.article.text[..end].chars().count();
        [characters(range.start), characters(range.end)]
    };
    let ([start, end], [match_start, match_end]) =
        (place(ours, &run.ours), place(theirs, &run.theirs));
    Some(json!({
        "words": run.words,
        "text": &ours.article.text[run.ours],
        "start": start,
        "end": end,
        "match_start": match_start,
        "match_end": match_end,
    }))
}

/// A judgement as it was stored, with the run as the texts are now.
pub(crate) fn to_json(judgement: &JudgementRow, articles: Option<[&ArticleRow; 2]>) -> Value {
    let account = &judgement.account;
    let share = |share: crate::story::Share| json!([share.shared, share.whole]);
    let tally = account.tally.as_ref().map(|tally| {
        let factor = |(factor, weight, value): &(Factor, f64, f64)| {
            json!({"factor": factor.as_str(), "weight": weight, "value": value})
        };
        let (what, kept, least) = tally.least;
        json!({
            "factors": tally.factors.iter().map(factor).collect::<Vec<_>>(),
            "sum": tally.sum(),
            "needed": tally.needed,
            "least": {"factor": what.as_str(), "kept": kept, "needed": least},
        })
    });
    present(json!({
        "article": judgement.article.0,
        "match": account.other.0,
        "story": account.story.0,
        "joined": judgement.joined,
        "verdict": account.verdict.as_str(),
        "ground": account.ground.as_str(),
        "margin": account.margin(judgement.joined),
        "containment": account.containment,
        "discounted": account.discounted,
        "needed": account.needed,
        "unquoted": account.unquoted,
        "lead": account.lead,
        "title": account.title,
        "words": share(account.words),
        "figures": share(account.figures),
        "against": account.against.iter().map(|ground| ground.as_str()).collect::<Vec<_>>(),
        "rewritten": tally,
        "shared_run": articles.and_then(|[ours, theirs]| run_to_json(ours, theirs)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_marked_between_a_little_of_what_stands_around_it() {
        let far = "ö ".repeat(100);
        let long = "Hafen ".repeat(100);
        for (before, run, after, expected) in [
            ("", "Der Hafen", "", "«Der Hafen»".to_owned()),
            ("Er sagt:\n\n", "Der Hafen", " ist zu.", "Er sagt: «Der Hafen» ist zu.".to_owned()),
            (&far, "Hafen", &far, format!("…{0}«Hafen»{0}…", "ö ".repeat(20))),
            ("", &long, "", format!("«{}Hafen…»", "Hafen ".repeat(39))),
        ] {
            let text = format!("{before}{run}{after}");
            let range = before.len()..before.len() + run.len();
            assert_eq!(drawn(&text, &range, Colour::Plain), expected);
        }
    }

    #[test]
    fn the_table_adds_up() {
        let tally = Tally {
            factors: [(Factor::Words, 2.0, 0.5); 5],
            needed: 6.0,
            least: (Factor::Figures, 3.0, 4.0),
        };
        let rows = table(&tally);
        assert_eq!(rows[0], "telling words                 2.00 ×  0.500 =   1.00");
        assert_eq!(rows[5], "sum                                             5.00; 6.00 is needed");
        assert_eq!(rows[6], "figures kept                                    3.00; 4.00 at least");
    }
}

//! What an article is a copy of, and why: as it was judged when it came, and its story as it is.

use std::io::{self, IsTerminal as _};

use super::say;
use crate::{
    diagnostic::Colour,
    store::{ArticleRow, JudgementRow},
    view::{
        evidence, json,
        known::{Known, placed},
        shown::one_line,
    },
};

pub(super) fn tell(known: &Known) {
    say("\ncopies");
    say(&format!("  {}", placed(known)));
    let Some(story) = &known.story else { return };
    say(&format!(
        "  origin     {}; {} independent with related stories",
        story.origin, story.origins
    ));
    for article in &story.articles {
        let mark = if article.id == known.row.id { "→" } else { " " };
        say(&format!(
            "  {mark} {:<6} {:<10} {:<24} {}",
            article.id,
            json::relation(article.relation),
            article.article.publisher,
            article.article.title
        ));
    }
    for related in &story.related {
        say(&format!("  related: story {related} tells the same event in other words"));
    }
    for (part, since) in &known.said.parts {
        say(&format!("  by hand: story {part} is part of story {} since {since}", story.id));
    }
    for (other, since) in &known.said.apart {
        say(&format!(
            "  by hand: story {} was taken apart from story {other} at {since}",
            story.id
        ));
    }
    if !known.judgements.is_empty() {
        say("\nas judged when it came");
    }
    for (judgement, other) in &known.judgements {
        tell_judgement(&known.row, judgement, other.as_ref());
    }
}

/// The stored verdict with its scores; only the run of words is looked up now.
fn tell_judgement(row: &ArticleRow, judgement: &JudgementRow, other: Option<&ArticleRow>) {
    let account = &judgement.account;
    let named = other.map_or_else(
        || "which was forgotten".to_owned(),
        |other| format!("{}: {}", other.article.publisher, one_line(&other.article.title)),
    );
    say(&format!("  article {} (story {}), {named}", account.other, account.story));
    say(&format!("      {}", evidence::decided(judgement)));
    for line in evidence::scores(account) {
        say(&format!("      {line}"));
    }
    say(&format!(
        "      guards, ✗ speaks against a copy by wording: {}",
        evidence::guards(account)
    ));
    if let Some(tally) = &account.tally {
        say("      evidence for a reworded copy, weight × value");
        for line in evidence::table(tally) {
            say(&format!("        {line}"));
        }
    }
    let Some(other) = other else { return };
    if let Some(run) = evidence::run(row, other) {
        let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
        let revised = row.revision > 0 || other.revised_at > row.article.seen_at;
        let now = if revised { ", which were revised since" } else { "" };
        say(&format!(
            "      longest run of words in both texts as they are stored now{now}: {}",
            run.words
        ));
        say(&format!("        {}", evidence::drawn(&row.article.text, &run.ours, colour)));
    }
}

//! `wiredesk explain`: one article through copies, rules, alert and delivery.

mod copies;

use std::path::Path;

use super::{
    Exit,
    args::ExplainArgs,
    open::{self, stop},
};
use crate::{
    config,
    model::Generation,
    store::{ArticleRow, MatchRow, PageRow, SilencedRow, Store, Version},
    story::Sign,
    view::{
        known::{self, Asked, Found, Known, decided},
        page,
        shown::words_of,
        tree, versions,
    },
};

/// Prints what happened to an article, and why.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let known = match find(store, args.article.clone())? {
        Found::Article(known) => known,
        Found::Waiting(page) => {
            if args.json {
                say(&serde_json::json!({ "page": page::to_json(&page) }).to_string());
            } else {
                tell_waiting(&page);
            }
            return Ok(Exit::Ok);
        }
        Found::Nothing => {
            return Err(stop(
                Exit::Data,
                format!(
                    "no article `{}` is stored; `wiredesk export articles` lists them",
                    args.article
                ),
            ));
        }
    };
    let asked = match &args.rule {
        Some(name) => Some(ask(&known.row, name, &args.config.config)?),
        None => None,
    };
    if args.json {
        say(&known::to_json(&known, asked.as_ref()).to_string());
        return Ok(Exit::Ok);
    }
    tell_article(&known.row);
    let (what, text) = page::told(known.page.as_ref());
    say(&format!("  {what:<10} {text}"));
    tell_versions(&known.versions);
    copies::tell(&known);
    match &asked {
        Some(asked) => tell_rule(&known, asked),
        None => tell_rules(&known),
    }
    tell_alerts(&known);
    Ok(Exit::Ok)
}

fn find(store: Store, wanted: String) -> anyhow::Result<Found> {
    open::block_on(async move { Ok(store.read(move |tx| known::find(tx, &wanted)).await?) })
}

/// Asks a rule of the configuration on disk; a configuration with mistakes cannot be asked.
fn ask(row: &ArticleRow, name: &str, config: &Path) -> anyhow::Result<Asked> {
    let loaded = config::load(config, Generation(0));
    let live = loaded.map_err(|report| stop(Exit::Config, report.to_string()))?.live;
    Ok(known::ask(row, open::rule(&live, name)?, &live))
}

/// Prints the changes of an article that has more than one version.
fn tell_versions(versions: &[Version]) {
    if versions.len() < 2 {
        return;
    }
    say("\nversions");
    for (version, change) in versions::changes(versions) {
        say(&format!("  revision {} of {}", version.revision, version.seen_at));
        match change {
            Some(change) => {
                for line in versions::lines(&change) {
                    say(&format!("      {line}"));
                }
            }
            None => say("      the same words, printed otherwise"),
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn say(text: &str) {
    println!("{text}");
}

fn tell_article(row: &ArticleRow) {
    let article = &row.article;
    say(&format!("article {}: {}", row.id, article.title));
    say(&format!("  publisher  {} (feed `{}`)", article.publisher, row.feed));
    if let Some(url) = &article.url {
        say(&format!("  link       {url}"));
    }
    let published = article.published.map_or_else(|| "not dated".to_owned(), |at| at.to_string());
    say(&format!("  published  {published}; first seen {}", article.seen_at));
    if row.revision > 0 {
        say(&format!("  revision   {} of {}", row.revision, row.revised_at));
    }
    say(&format!("  authorship {}", row.provenance.authorship.as_str()));
    for credit in &row.provenance.credits {
        let Sign { zone, certainty, words } = &credit.evidence;
        say(&format!(
            "  credit     {} ({}), {} by its {}: “{words}”",
            credit.name,
            credit.agency,
            certainty.as_str(),
            zone.as_str()
        ));
    }
    if let Some(owed) = &row.inferred {
        say(&format!(
            "  credit     {} ({}): inferred, article {} prints the same text and says so",
            owed.name, owed.agency, owed.from
        ));
    }
    if let Some(place) = &row.provenance.dateline {
        say(&format!("  dateline   {place}"));
    }
    if !row.provenance.cited.is_empty() {
        let cited: Vec<_> =
            row.provenance.cited.iter().map(|citation| citation.medium.as_str()).collect();
        say(&format!("  cites      {}", cited.join(", ")));
    }
}

/// Prints what is known of an item that is no article yet.
fn tell_waiting(page: &PageRow) {
    say(&format!("no article yet: {}", page.waiting.as_deref().unwrap_or_default()));
    say(&format!("  waits      {}", page::waits(page)));
}

fn tell_rules(known: &Known) {
    say("\nrules");
    for found in &known.matches {
        tell_match(&known.row, found);
    }
    if known.matches.is_empty() {
        say("  no rule matched");
    }
}

fn tell_match(row: &ArticleRow, found: &MatchRow) {
    let baseline = if found.baseline { ", part of the feed's baseline" } else { "" };
    let decision = found.decision.as_deref().map_or("nothing", decided);
    say(&format!(
        "  `{}` matched{baseline}; decided: {decision} (configuration {})",
        found.rule, found.generation
    ));
    for hit in &found.hits {
        let (field, words) = words_of(&row.article, hit);
        say(&format!("      {field} “{words}”"));
    }
}

fn tell_rule(known: &Known, asked: &Asked) {
    let Asked { rule, answer, passed_over } = asked;
    let verdict = if answer.holds { "true" } else { "not true" };
    say(&format!("\nrule `{}`, as it is now, is {verdict} of this article", rule.name));
    say(tree::drawn(&known.row.article, answer).trim_end());
    if let Some(why) = passed_over {
        say(&format!("  but {why}"));
    }
    match known.matches.iter().find(|found| found.rule == rule.name) {
        Some(found) => tell_match(&known.row, found),
        None => say("  it did not match when the article came"),
    }
}

fn tell_alerts(known: &Known) {
    say("\nalerts of the story");
    if known.alerts.is_empty() {
        say("  none");
    }
    for (alert, deliveries, silenced) in &known.alerts {
        say(&format!(
            "  alert {} for `{}`: {} (made {})",
            alert.id, alert.rule, alert.reason, alert.made_at
        ));
        for delivery in deliveries {
            let fate = known::fate(delivery);
            say(&format!(
                "      delivery {} to `{}` <{}>: {fate}",
                delivery.id, delivery.recipient, delivery.address
            ));
        }
        for SilencedRow { silence, recipient, address } in silenced {
            let note = silence.asked.note.as_ref();
            let note = note.map_or_else(String::new, |note| format!(": {note}"));
            say(&format!(
                "      not told to `{recipient}` <{address}>: silence {} ({}) until {:.0}{note}",
                silence.id, silence.asked, silence.until
            ));
        }
    }
}

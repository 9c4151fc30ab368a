//! `wiredesk rules test`: what a rule would have sent, by the articles that are stored.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, IsTerminal as _},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    chart::chart,
    trial::{Against, Question, Trial, trial},
};
use crate::{
    alert::{Excerpt, When, excerpts},
    cli::{
        Exit,
        args::ConfigArgs,
        export::moment,
        json::{present, time},
        open,
        shown::{amount, counted, marked, one_line},
    },
    clock::Clock,
    config::Live,
    diagnostic::Colour,
    model::{RuleName, StoryId},
    query::Hit,
    rule::{Rule, Scope},
    store::ArticleRow,
};

/// Sentences shown of a sample.
const SENTENCES: usize = 2;
/// Stories listed of each side of a difference.
const LISTED: usize = 10;

#[derive(clap::Args, Debug)]
#[command(
    group = clap::ArgGroup::new("tried").required(true),
    after_help = "Example: wiredesk rules test --query 'Norland AND harbour' --since 7d --against harbour"
)]
pub(crate) struct TestArgs {
    /// A rule of the configuration; compared with what it matched so far
    #[arg(group = "tried")]
    name: Option<String>,
    /// A query that is no rule yet
    #[arg(long, value_name = "QUERY", group = "tried")]
    query: Option<String>,
    /// How far back: an age such as `30d`, or a moment in RFC 3339
    #[arg(long, value_name = "AGE", default_value = "30d")]
    since: String,
    /// How many stories to show
    #[arg(long, value_name = "N", default_value_t = 5)]
    samples: usize,
    /// Compare with this rule, asked of the same articles
    #[arg(long, value_name = "NAME")]
    against: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Tries a rule on the archive; nothing is written. A query with mistakes ends it with 78.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn run(args: &TestArgs) -> anyhow::Result<Exit> {
    let live = open::load(&args.config.config)?;
    let now = Clock::System.now();
    let Some(question) = question(args, &live, now)? else { return Ok(Exit::Config) };
    let store = open::open_for_reading(&args.config.config)?;
    let (question, trial) = open::block_on(async move {
        let read = store.read(move |tx| {
            let trial = trial(tx, &question, &live)?;
            Ok((question, trial))
        });
        Ok(read.await?)
    })?;
    if args.json {
        println!("{}", to_json(&question, &trial, now));
    } else {
        let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
        print!("{}", to_text(&question, &trial, now, colour));
    }
    Ok(Exit::Ok)
}

/// What is to be tried; `None` when the query was refused, after saying why.
fn question(args: &TestArgs, live: &Live, now: Timestamp) -> anyhow::Result<Option<Question>> {
    let (rule, when, mut against) = match (&args.name, &args.query) {
        (Some(name), _) => {
            let rule = open::rule(live, name)?;
            let when = live.policies.get(&rule.name).map(|policy| policy.when);
            let live = Against::Live(rule.name.clone());
            (rule, when.unwrap_or_default(), live)
        }
        (None, text) => {
            let text = text.as_deref().unwrap_or_default();
            let Some(query) = open::query(text, &live.aliases) else { return Ok(None) };
            let rule = Rule { name: RuleName::new("query"), query, scope: Scope::default() };
            (rule, When::default(), Against::Nothing)
        }
    };
    if let Some(other) = &args.against {
        against = Against::Rule(open::rule(live, other)?);
    }
    let since = moment(&args.since, now)?;
    Ok(Some(Question { rule, when, against, since, samples: args.samples }))
}

fn day(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

/// Mails by day: one for each story that is told, on the day of its first article.
fn mails(trial: &Trial) -> BTreeMap<Date, usize> {
    let mut mails = BTreeMap::new();
    for (_, at) in trial.stories.iter().filter(|(story, _)| !trial.held.contains(story)) {
        *mails.entry(day(*at)).or_default() += 1;
    }
    mails
}

fn to_text(asked: &Question, trial: &Trial, now: Timestamp, colour: Colour) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        // Writing to a string cannot fail.
        let _infallible = writeln!(out, "{text}");
    };
    let since = day(asked.since);
    line(&format!("{}: {}", asked.rule.name, one_line(&asked.rule.query.source)));
    line(&format!("{} looked at, seen since {since}", amount(trial.articles, "article")));
    let stories = counted(trial.stories.len(), "story");
    line(&format!("true of {} in {stories}", amount(trial.matched, "article")));
    if let When::Origins(least) = asked.when {
        line(&format!("{} held: fewer than {least} origins", counted(trial.held.len(), "story")));
    }
    let mails = mails(trial);
    line(&format!("\n{}, a day (UTC)", counted(trial.told(), "mail")));
    line(chart(&mails, since, day(now)).trim_end());
    if trial.parts.len() > 1 {
        line("\narticles that each part is true of");
        for (part, articles) in &trial.parts {
            line(&format!("  {articles:>8}  {}", one_line(part)));
        }
    }
    if !trial.samples.is_empty() {
        line("\nthe newest stories");
    }
    for (row, hits) in trial.samples.iter().rev() {
        let article = &row.article;
        let at = article.seen_at.strftime("%Y-%m-%d %H:%M");
        line(&format!("  {at}  {}: {}", article.publisher, one_line(&article.title)));
        if let Some(url) = &article.url {
            line(&format!("      {url}"));
        }
        for excerpt in sentences(row, hits) {
            line(&format!("      {}", marked(&excerpt, colour)));
        }
    }
    if let Some([added, gone]) = &trial.difference {
        let other = match &asked.against {
            Against::Rule(other) => format!("`{}`", other.name),
            _ => "what it matched when the articles came".to_owned(),
        };
        line(&format!("\ncompared with {other}: +{} −{} stories", added.len(), gone.len()));
        for (sign, stories) in [('+', added), ('−', gone)] {
            for (story, title) in stories.iter().take(LISTED) {
                line(&format!("  {sign} story {story}: {}", one_line(title)));
            }
            if stories.len() > LISTED {
                line(&format!("  {sign} … and {} more", stories.len() - LISTED));
            }
        }
    }
    for warning in trial.warnings() {
        line(&format!("\nwarning: {warning}"));
    }
    out
}

fn sentences(row: &ArticleRow, hits: &[Hit]) -> Vec<Excerpt> {
    let article = &row.article;
    let summary = article.summary.as_deref().unwrap_or_default();
    excerpts(&article.title, summary, &article.text, hits, SENTENCES)
}

fn to_json(asked: &Question, trial: &Trial, now: Timestamp) -> Value {
    let days: Vec<_> = mails(trial)
        .into_iter()
        .map(|(day, mails)| json!({"day": day.to_string(), "mails": mails}))
        .collect();
    let parts: Vec<_> = trial
        .parts
        .iter()
        .map(|(part, articles)| json!({"part": part, "articles": articles}))
        .collect();
    let sample = |(row, hits): &(ArticleRow, Vec<Hit>)| {
        let sentences = sentences(row, hits);
        let sentences: Vec<_> =
            sentences.iter().map(|excerpt| marked(excerpt, Colour::Plain)).collect();
        present(json!({
            "story": row.story.0,
            "article": row.id.0,
            "title": row.article.title,
            "publisher": row.article.publisher,
            "url": row.article.url,
            "seen_at": time(row.article.seen_at),
            "sentences": sentences,
        }))
    };
    let difference = trial.difference.as_ref().map(|sides| {
        let [added, gone] = sides.each_ref().map(|stories| {
            let story = |(id, title): &(StoryId, String)| json!({"story": id.0, "title": title});
            stories.iter().map(story).collect::<Vec<_>>()
        });
        json!({"added": added, "gone": gone})
    });
    present(json!({
        "rule": asked.rule.name.as_str(),
        "query": &*asked.rule.query.source,
        "since": time(asked.since),
        "until": time(now),
        "articles": trial.articles,
        "matched": trial.matched,
        "stories": trial.stories.len(),
        "held": trial.held.len(),
        "mails": trial.told(),
        "days": days,
        "parts": parts,
        "samples": trial.samples.iter().rev().map(sample).collect::<Vec<_>>(),
        "difference": difference,
        "warnings": trial.warnings(),
    }))
}

//! `wiredesk stage match`: articles in, the rules that are true of each out.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::queries::{self, Mistake};
use crate::{
    cli::Exit,
    config,
    diagnostic::Colour,
    model::Kind,
    query::{Facts, Field, Hit},
    rule::{Frequencies, Rule, Ruleset},
};

#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("asked").required(true))]
pub(crate) struct MatchArgs {
    /// A TOML file with `[alias]` and `[[rule]]`
    #[arg(long, value_name = "FILE", group = "asked")]
    rules: Option<PathBuf>,
    /// A file with one query a line, named by its line number
    #[arg(long, value_name = "FILE", group = "asked")]
    queries: Option<PathBuf>,
    /// What `$name` stands for in the queries: a TOML file with `[alias]`
    #[arg(long, value_name = "TOML", requires = "queries")]
    aliases: Option<PathBuf>,
    /// Print articles without a match too
    #[arg(long)]
    all: bool,
    /// End with one line of figures on standard error
    #[arg(long)]
    stats: bool,
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &MatchArgs) -> anyhow::Result<Exit> {
    let begun = Instant::now();
    let Some(rules) = load(args)? else { return Ok(Exit::Config) };
    let mut desk = Desk {
        rules,
        numbered: args.queries.is_some(),
        all: args.all,
        loading: begun.elapsed(),
        taken: Vec::new(),
        matches: 0,
        out: BufWriter::new(io::stdout().lock()),
    };
    let mut exit = Exit::Ok;
    let stdin = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files };
    for path in files {
        let ended = if path.as_os_str() == "-" {
            desk.read(io::stdin().lock(), path)?
        } else {
            match File::open(path) {
                Ok(file) => desk.read(BufReader::new(file), path)?,
                Err(error) => desk.report(path, &error.to_string())?,
            }
        };
        if ended != Exit::Ok {
            exit = ended;
        }
    }
    desk.out.flush().context("writing to standard output")?;
    if args.stats {
        desk.print_stats()?;
    }
    Ok(exit)
}

/// The rules asked for; `None` when they were refused, after saying why.
#[expect(clippy::print_stderr, reason = "problems of rules are for the person at the terminal")]
fn load(args: &MatchArgs) -> anyhow::Result<Option<Ruleset>> {
    if let Some(path) = &args.rules {
        return Ok(match config::load_rules(path) {
            Ok(loaded) => Some(ready(loaded.rules)),
            Err(report) => {
                eprint!("{report}");
                None
            }
        });
    }
    let Some(path) = &args.queries else { return Ok(None) };
    let (rules, mistakes) = queries::load(path, &queries::aliases(args.aliases.as_deref())?)?;
    if mistakes.iter().any(Mistake::is_error) {
        mistakes
            .iter()
            .filter(|mistake| mistake.is_error())
            .for_each(|mistake| eprintln!("{}", mistake.to_text(Colour::Plain)));
        return Ok(None);
    }
    Ok(Some(ready(rules)))
}

/// The rules with their index, which the first article would wait for otherwise.
fn ready(rules: Vec<Rule>) -> Ruleset {
    Ruleset::compile(rules).tuned(&Frequencies::default())
}

/// An article as the stage reads it.
struct Reading {
    id: Value,
    title: String,
    summary: String,
    body: String,
    lists: Lists,
    url: Option<String>,
    language: Option<String>,
    published: Option<jiff::Timestamp>,
    priority: Option<u8>,
    kind: Option<Kind>,
}

struct Lists {
    authors: Vec<String>,
    sources: Vec<String>,
    agencies: Vec<String>,
    categories: Vec<String>,
    tags: Vec<String>,
    countries: Vec<String>,
    cited: Vec<String>,
    feeds: Vec<String>,
}

/// What is printed of an article.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a Value,
    matches: Vec<Matched<'a>>,
}

#[derive(Serialize)]
struct Matched<'a> {
    rule: Named<'a>,
    spans: Vec<Span<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Named<'a> {
    Name(&'a str),
    Number(u64),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Span<'a> {
    Words { field: &'a str, start: usize, end: usize },
    Value { field: &'a str, value: &'a str },
}

struct Desk<W> {
    rules: Ruleset,
    numbered: bool,
    all: bool,
    loading: Duration,
    taken: Vec<Duration>,
    matches: usize,
    out: W,
}

impl<W: Write> Desk<W> {
    fn read(&mut self, input: impl BufRead, path: &Path) -> anyhow::Result<Exit> {
        let mut exit = Exit::Ok;
        for line in input.split(b'\n') {
            let line = line.with_context(|| format!("reading {}", path.display()))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Map<String, Value>>(&line) {
                Ok(fields) => self.take(&Reading::of(&fields))?,
                Err(error) => exit = self.report(path, &format!("not an article: {error}"))?,
            }
        }
        Ok(exit)
    }

    fn report(&mut self, path: &Path, error: &str) -> anyhow::Result<Exit> {
        writeln!(self.out, "{}", json!({"file": path.display().to_string(), "error": error}))?;
        Ok(Exit::Data)
    }

    #[expect(clippy::print_stderr, reason = "standard output is for the matches")]
    fn take(&mut self, reading: &Reading) -> anyhow::Result<()> {
        let begun = Instant::now();
        let answer = self.rules.ask(&reading.facts());
        self.taken.push(begun.elapsed());
        for rule in &answer.cut_short {
            eprintln!("warning: rule {} was cut short on article {}", rule.name, reading.id);
        }
        let found = answer.matches;
        self.matches += found.len();
        if found.is_empty() && !self.all {
            return Ok(());
        }
        let matches = found.iter().map(|(rule, hits)| self.matched(reading, rule, hits)).collect();
        serde_json::to_writer(&mut self.out, &Line { id: &reading.id, matches })?;
        writeln!(self.out)?;
        Ok(())
    }

    fn matched<'a>(&self, reading: &Reading, rule: &'a Rule, hits: &'a [Hit]) -> Matched<'a> {
        let name = rule.name.as_str();
        let number = name.parse().ok().filter(|_| self.numbered);
        Matched {
            rule: number.map_or(Named::Name(name), Named::Number),
            spans: hits.iter().map(|hit| reading.span(hit)).collect(),
        }
    }

    #[expect(clippy::print_stderr, reason = "the figures are asked for there")]
    fn print_stats(&mut self) -> anyhow::Result<()> {
        self.taken.sort_unstable();
        let seconds: f64 = self.taken.iter().map(Duration::as_secs_f64).sum();
        let at = |share: usize| {
            let index = (self.taken.len() * share / 100).min(self.taken.len().saturating_sub(1));
            self.taken.get(index).map_or(0.0, |taken| taken.as_secs_f64() * 1_000.0)
        };
        let documents = u32::try_from(self.taken.len())?;
        eprintln!(
            "{}",
            json!({
                "documents": documents,
                "seconds": seconds,
                "load_seconds": self.loading.as_secs_f64(),
                "per_second": f64::from(documents) / seconds.max(f64::EPSILON),
                "p50_ms": at(50),
                "p99_ms": at(99),
                "peak_bytes": super::lines::peak_bytes("self"),
                "matches": self.matches,
            })
        );
        Ok(())
    }
}

impl Reading {
    fn of(fields: &Map<String, Value>) -> Self {
        let text = |names: &[&str]| list(fields, names).join(", ");
        let first = |names: &[&str]| list(fields, names).into_iter().next();
        let priority = ["priority", "urgency"].iter().find_map(|name| fields.get(*name)?.as_u64());
        Self {
            id: fields.get("id").cloned().unwrap_or_default(),
            title: text(&["title", "headline"]),
            summary: text(&["summary"]),
            body: text(&["text", "body"]),
            lists: Lists {
                authors: list(fields, &["author", "authors"]),
                sources: list(fields, &["source", "publisher"]),
                agencies: list(fields, &["agency", "credit"]),
                categories: list(fields, &["category", "categories"]),
                tags: list(fields, &["tag", "tags"]),
                countries: list(fields, &["country", "countries"]),
                cited: list(fields, &["cited"]),
                feeds: list(fields, &["feed"]),
            },
            url: first(&["url"]),
            language: first(&["lang", "language"]),
            published: first(&["published", "date"]).and_then(|at| moment(&at)),
            priority: priority.and_then(|priority| u8::try_from(priority).ok()),
            kind: first(&["type"]).and_then(|kind| Kind::from_spelling(&kind)),
        }
    }

    fn facts(&self) -> Facts<'_> {
        let agencies: Vec<&str> = self.lists.agencies.iter().map(String::as_str).collect();
        let mut sources: Vec<&str> = self.lists.sources.iter().map(String::as_str).collect();
        sources.extend(self.lists.feeds.iter().map(String::as_str));
        sources.extend(&agencies);
        Facts {
            title: &self.title,
            summary: &self.summary,
            body: &self.body,
            authors: &self.lists.authors,
            sources,
            agencies,
            publishers: self.lists.sources.first().map(String::as_str).into_iter().collect(),
            feed: self.lists.feeds.first().map(String::as_str),
            categories: &self.lists.categories,
            tags: &self.lists.tags,
            countries: &self.lists.countries,
            cited: self.lists.cited.iter().map(String::as_str).collect(),
            language: self.language.as_deref(),
            url: self.url.as_deref(),
            published: self.published,
            priority: self.priority,
            kind: self.kind.map(Kind::as_str),
        }
    }

    /// A hit in characters of the named field, or the value that was hit.
    fn span<'a>(&self, hit: &'a Hit) -> Span<'a> {
        match hit {
            Hit::Value { field, value } => Span::Value { field: field.as_str(), value },
            Hit::Words { field, range } => {
                let text = match field {
                    Field::Title => &self.title,
                    Field::Summary => &self.summary,
                    _ => &self.body,
                };
                let characters = |bytes: usize| text.get(..bytes).unwrap_or(text).chars().count();
                let (start, end) = (characters(range.start), characters(range.end));
                Span::Words { field: field.as_str(), start, end }
            }
        }
    }
}

/// A field by any of its spellings: a string, a number or a list of them.
fn list(fields: &Map<String, Value>, names: &[&str]) -> Vec<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let many = |value: &Value| match value {
        Value::Array(values) => values.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect::<Vec<_>>(),
    };
    names.iter().filter_map(|name| fields.get(*name)).flat_map(many).collect()
}

/// RFC 3339, without zone UTC, or a day.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    let utc =
        || jiff::tz::TimeZone::UTC.to_timestamp(text.parse::<jiff::civil::DateTime>().ok()?).ok();
    text.parse().ok().or_else(utc)
}

//! What one look at a feed tells, and what would be done about it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    cli::{
        json::{present, time},
        shown::{counted, cut, one_line},
    },
    fetch::{FetchError, Reply},
    model::{FeedFormat, Hints, Item, PollOutcome, Problem, Validators},
    parse::{self, Context, Parsed},
    pipeline::documents,
    schedule::{self, Cadence, Situation, Why},
};

/// Items that are shown.
const FIRST: usize = 5;

/// Texts with fewer characters are short.
const SHORT: usize = 500;

/// Most characters of a title.
const WIDTH: usize = 70;

/// What is wanted of the address that is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// As it was asked for.
    pub(super) url: String,
    /// Its name in the configuration.
    pub(super) name: Option<String>,
    pub(super) format: FeedFormat,
    pub(super) interval: Option<Duration>,
    /// It may be asked each second.
    pub(super) allowed: bool,
}

/// A look at a feed.
#[derive(Debug)]
pub(super) struct Probe {
    wanted: Wanted,
    now: Timestamp,
    answer: Option<Answer>,
    /// Why nothing was read.
    pub(super) problem: Option<Problem>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    bytes: usize,
    url: String,
    moved_to: Option<String>,
    content_type: Option<String>,
    validators: Validators,
    hints: Hints,
    truncated: bool,
    parsed: Parsed,
    /// What is wrong with some files of a folder.
    damage: Option<Problem>,
}

impl Probe {
    /// Reads what came back.
    pub(super) fn of(wanted: Wanted, got: Result<Reply, FetchError>, now: Timestamp) -> Self {
        let reply = match got {
            Ok(reply) => reply,
            Err(error) => return Self { wanted, now, answer: None, problem: Some(error.problem) },
        };
        let around = Context { url: Some(&reply.url), content_type: reply.content_type.as_deref() };
        let read = if reply.files.is_empty() {
            documents::one(&reply.body, wanted.format, &around).map(|parsed| (parsed, None))
        } else {
            Ok(documents::of_folder(&reply.files, wanted.format, &around))
        };
        let (parsed, damage, problem) = match read {
            Ok((parsed, damage)) => (parsed, damage, None),
            Err(problem) => (Parsed::default(), None, Some(problem)),
        };
        let in_files = |body: &Vec<u8>| body.len();
        let of_files = reply.files.iter().filter_map(|file| file.body.as_ref().ok());
        let answer = Answer {
            status: reply.status,
            bytes: reply.body.len() + of_files.map(in_files).sum::<usize>(),
            moved_to: reply.moved_to,
            content_type: reply.content_type,
            validators: reply.validators,
            hints: Hints {
                fresh_for: reply.hints.fresh_for,
                retry_after: reply.hints.retry_after,
                ..parsed.hints.clone()
            },
            truncated: reply.truncated || parsed.truncated,
            url: reply.url,
            parsed,
            damage,
        };
        Self { wanted, now, answer: Some(answer), problem }
    }

    /// The items that were read.
    pub(super) fn items(&self) -> &[Item] {
        self.answer.as_ref().map_or(&[], |answer| &answer.parsed.items)
    }

    /// The feed's own title.
    pub(super) fn title(&self) -> Option<&str> {
        self.answer.as_ref()?.parsed.title.as_deref()
    }

    /// The address to write down: where it moved for good, else as asked.
    pub(super) fn address(&self) -> &str {
        let moved = self.answer.as_ref().and_then(|answer| answer.moved_to.as_deref());
        moved.unwrap_or(&self.wanted.url)
    }

    /// One line: what it is, or why it is nothing.
    pub(super) fn to_line(&self) -> String {
        let named = self.wanted.name.as_deref().unwrap_or(&self.wanted.url);
        let said = match (&self.problem, &self.answer) {
            (None, Some(answer)) => {
                let mut parts = vec![answer.document(self.items().len())];
                let newest = range(self.items()).map(|(_, newest)| minute(newest));
                parts.extend(newest.map(|newest| format!("the newest of {newest}")));
                parts.push(format!("asked again after about {}", spoken(self.pause(answer).0)));
                parts.extend(self.warnings(answer));
                parts.join("; ")
            }
            (Some(problem), _) => problem.to_string(),
            (None, None) => String::new(),
        };
        format!("{named}: {said}\n")
    }

    /// Everything, for a person.
    pub(super) fn to_text(&self) -> String {
        let mut lines = vec![self.wanted.url.clone()];
        let mut line = |what: &str, said: &str| {
            lines.extend((!said.is_empty()).then(|| format!("  {what:<12}{said}")));
        };
        if let Some(answer) = &self.answer {
            line("answer", &answer.answered());
            if answer.url != self.wanted.url {
                let moved = answer.moved_to.is_some();
                line(
                    "address",
                    &(answer.url.clone() + if moved { "; moved there for good" } else { "" }),
                );
            }
            line("validators", &validators(&answer.validators));
        }
        if let Some(problem) = &self.problem {
            line("problem", &problem.to_string());
        } else if let Some(answer) = &self.answer {
            self.understood(answer, line);
        }
        lines.join("\n") + "\n"
    }

    fn understood(&self, answer: &Answer, mut line: impl FnMut(&str, &str)) {
        let items = self.items();
        line("document", &answer.document(items.len()));
        if let Some((oldest, newest)) = range(items) {
            let rate = per_hour(items).map(|rate| format!("; {rate:.1} an hour"));
            let span = format!("from {} to {}", minute(oldest), minute(newest));
            line("dates", &(span + &rate.unwrap_or_default()));
        }
        line("told by", identity(items));
        line("texts", &texts(items));
        line("hints", &hints(&answer.hints));
        let (pause, why) = self.pause(answer);
        line("interval", &format!("about {}: {why}", spoken(pause)));
        line("repairs", &answer.parsed.repairs.join("; "));
        for warning in self.warnings(answer) {
            line("warning", &warning);
        }
        for item in items.iter().take(FIRST) {
            let at = item.published.or(item.updated).map_or("no date".to_owned(), minute);
            let title = cut(&one_line(item.title.as_deref().unwrap_or("(no headline)")), WIDTH);
            line("item", &format!("{at:<16}  {title}"));
            line("", &format!("{:18}{}", "", item.url.as_deref().unwrap_or("(no link)")));
        }
    }

    /// The same as JSON.
    pub(super) fn to_json(&self) -> Value {
        let problem = self
            .problem
            .as_ref()
            .map(|problem| json!({ "kind": problem.kind.as_str(), "detail": problem.detail }));
        let mut value =
            json!({ "url": self.wanted.url, "name": self.wanted.name, "problem": problem });
        let Some(answer) = &self.answer else { return present(value) };
        let parsed = &answer.parsed;
        value["status"] = answer.status.into();
        value["bytes"] = answer.bytes.into();
        value["final_url"] = json!(answer.url);
        value["moved_to"] = json!(answer.moved_to);
        value["content_type"] = json!(answer.content_type);
        value["etag"] = json!(answer.validators.etag);
        value["last_modified"] = json!(answer.validators.last_modified);
        if self.problem.is_some() {
            return present(value);
        }
        let span = range(self.items());
        let (pause, why) = self.pause(answer);
        let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs());
        value["format"] = json!(parsed.format.map(parse::Format::as_str));
        value["encoding"] = json!(parsed.encoding);
        value["title"] = json!(parsed.title);
        value["language"] = json!(parsed.language);
        value["items"] = self.items().len().into();
        value["oldest"] = json!(span.map(|(oldest, _)| time(oldest)));
        value["newest"] = json!(span.map(|(_, newest)| time(newest)));
        value["items_per_hour"] = json!(per_hour(self.items()));
        value["told_by"] = identity(self.items()).into();
        value["short_texts"] = short(self.items()).into();
        value["fresh_for"] = json!(seconds(answer.hints.fresh_for));
        value["ttl"] = json!(seconds(answer.hints.ttl));
        value["skip_hours"] = json!(answer.hints.skip_hours);
        value["skip_days"] = json!(answer.hints.skip_days);
        value["interval"] = pause.as_secs().into();
        value["interval_why"] = why.to_string().into();
        value["repairs"] = json!(parsed.repairs);
        value["warnings"] = json!(self.warnings(answer));
        let first = self.items().iter().take(FIRST).map(|item| {
            present(json!({
                "title": item.title,
                "url": item.url,
                "published": item.published.or(item.updated).map(time),
            }))
        });
        value["first_items"] = first.collect();
        present(value)
    }

    /// The pause until the next poll, once the feed is known, and what decides it.
    fn pause(&self, answer: &Answer) -> (Duration, Why) {
        let items = u32::try_from(self.items().len()).unwrap_or(u32::MAX);
        let cadence = Cadence { window_items: Some(items), items_per_hour: per_hour(self.items()) };
        let next = schedule::next_poll(&Situation {
            outcome: &PollOutcome::Fresh { items: self.items().len() },
            hints: &answer.hints,
            cadence: &cadence,
            interval: self.wanted.interval,
            allowed: self.wanted.allowed,
            conditional: can_confirm(&answer.validators),
            slowed: false,
            failures: 0,
            started: self.now,
            now: self.now,
            seed: 0,
        });
        (next.at.duration_since(self.now).unsigned_abs(), next.why)
    }

    fn warnings(&self, answer: &Answer) -> Vec<String> {
        let items = self.items();
        let ahead = self.now + SignedDuration::from_hours(1);
        let future =
            items.iter().filter(|item| item.published.is_some_and(|at| at > ahead)).count();
        let undated = items.iter().filter(|item| item.published.or(item.updated).is_none()).count();
        let unlinked = items.iter().filter(|item| item.url.is_none()).count();
        let mut warnings = Vec::new();
        let mut warn = |holds: bool, what: String| warnings.extend(holds.then_some(what));
        warn(answer.truncated, "it ends too early".to_owned());
        if let Some(damage) = &answer.damage {
            warn(true, damage.detail.clone());
        }
        warn(items.is_empty(), "it holds no items".to_owned());
        warn(
            !can_confirm(&answer.validators),
            "no validators: each poll fetches all of it".to_owned(),
        );
        warn(undated > 0, format!("{} without a date", counted(undated, "item")));
        warn(future > 0, format!("{} dated in the future", counted(future, "item")));
        warn(unlinked > 0, format!("{} without a link", counted(unlinked, "item")));
        warn(parse::ids_repeat(items), "several items share an id".to_owned());
        warn(answer.moved_to.is_some(), "it moved for good: write the new address".to_owned());
        let is_page = answer.content_type.as_deref().is_some_and(|kind| kind.contains("html"));
        warn(is_page, "the server calls it a page".to_owned());
        warnings
    }
}

impl Answer {
    fn answered(&self) -> String {
        let kind = self.content_type.as_deref().map(|kind| format!(", {kind}"));
        format!("{}, {} bytes{}", self.status, self.bytes, kind.unwrap_or_default())
    }

    /// What kind of document, with how many items.
    fn document(&self, items: usize) -> String {
        let Parsed { format, encoding, title, language, .. } = &self.parsed;
        let mut parts = vec![format.map_or("items", parse::Format::as_str).to_owned()];
        parts.extend(Some((*encoding).to_owned()).filter(|name| !name.is_empty()));
        parts.extend(title.as_deref().map(|title| format!("\"{}\"", cut(title, WIDTH))));
        parts.extend(language.clone());
        parts.push(counted(items, "item"));
        parts.join(", ")
    }
}

fn can_confirm(validators: &Validators) -> bool {
    validators.etag.is_some() || validators.last_modified.is_some()
}

fn validators(validators: &Validators) -> String {
    let etag = validators.etag.as_ref().map(|etag| format!("ETag {etag}"));
    let modified = validators.last_modified.as_ref().map(|at| format!("Last-Modified {at}"));
    etag.into_iter().chain(modified).collect::<Vec<_>>().join(", ")
}

fn range(items: &[Item]) -> Option<(Timestamp, Timestamp)> {
    let dates = || items.iter().filter_map(|item| item.published.or(item.updated));
    Some((dates().min()?, dates().max()?))
}

/// How often it published while the oldest item became the newest.
fn per_hour(items: &[Item]) -> Option<f64> {
    let (oldest, newest) = range(items)?;
    let hours = newest.duration_since(oldest).as_secs_f64() / 3600.0;
    let gaps = u32::try_from(items.len()).ok()?.checked_sub(1)?;
    (hours > 0.0).then(|| f64::from(gaps) / hours)
}

fn identity(items: &[Item]) -> &'static str {
    let with =
        |has: fn(&Item) -> bool| items.iter().filter(|item| has(item)).count() * 2 > items.len();
    if items.is_empty() {
        ""
    } else if with(|item| item.raw_id.is_some()) && !parse::ids_repeat(items) {
        "ids"
    } else if with(|item| item.url.is_some()) {
        "links"
    } else {
        "headlines and dates"
    }
}

/// How many texts are short or cut.
fn short(items: &[Item]) -> usize {
    let is_short = |item: &&Item| {
        let text = item.text.as_deref().unwrap_or_default().trim_end();
        let is_cut = ["…", "...", "[…]", "[...]"].iter().any(|end| text.ends_with(end));
        is_cut || text.chars().count() < SHORT
    };
    items.iter().filter(is_short).count()
}

fn texts(items: &[Item]) -> String {
    match short(items) {
        _ if items.is_empty() => String::new(),
        0 => "whole".to_owned(),
        short => format!("{short} of {} are short or cut", items.len()),
    }
}

fn hints(hints: &Hints) -> String {
    let mut parts = Vec::new();
    let mut part = |what: &str, duration: Option<Duration>| {
        parts.extend(duration.map(|duration| format!("{what} {}", spoken(duration))));
    };
    part("fresh for", hints.fresh_for);
    part("wait", hints.retry_after);
    part("good for", hints.ttl);
    let list = |numbers: &[u8]| numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    if !hints.skip_hours.is_empty() {
        parts.push(format!("skip the hours {} (GMT)", list(&hints.skip_hours)));
    }
    if !hints.skip_days.is_empty() {
        parts.push(format!("skip the days {} (Monday is 1)", list(&hints.skip_days)));
    }
    parts.join("; ")
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn spoken(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

//! `wiredesk stage cluster`: articles in order of arrival in, the story each belongs to out.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::{
    cli::Exit,
    model::{ArticleId, StoryId},
    story::{
        Assignment, Evidence, Imprint, Rarity, Relation, Sketch, Subject, Thresholds, Window,
        assign, attribute,
    },
};

/// The longest line that is read; an article of this size is none.
const LONGEST_LINE: u64 = 16 << 20;
/// Candidates compared: one is usual, forty were enough on pages full of furniture.
const MOST_CANDIDATES: usize = 40;

#[derive(Args, Debug)]
pub(crate) struct ClusterArgs {
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
    /// Also print each pair that was found to be a copy or related
    #[arg(long)]
    pairs: bool,
    /// End with one line of figures on standard error
    #[arg(long)]
    stats: bool,
}

pub(crate) fn run(args: &ClusterArgs) -> anyhow::Result<Exit> {
    let mut desk = Desk::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Ok;
    let stdin = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files };
    for path in files {
        let ended = match open(path) {
            Ok(input) => cluster(input, path, args, &mut desk, &mut out)?,
            Err(error) => report(&mut out, path, &error.to_string())?,
        };
        if ended != Exit::Ok {
            exit = ended;
        }
    }
    out.flush().context("writing to standard output")?;
    if args.stats {
        print_stats(&desk)?;
    }
    Ok(exit)
}

/// An article as the stage reads it.
struct Arrival {
    id: Rc<Value>,
    publisher: String,
    date: Option<Timestamp>,
    title: String,
    text: String,
}

/// What is remembered of a story for printing.
struct Story {
    id: Rc<Value>,
    lead: Rc<Value>,
    lead_at: Timestamp,
}

/// The window and the names that go with it; both forget together.
#[derive(Default)]
struct Desk {
    window: Window,
    thresholds: Thresholds,
    articles: HashMap<ArticleId, Rc<Value>>,
    stories: HashMap<StoryId, Story>,
    arrived: i64,
    at: Option<Timestamp>,
    joined: u64,
    loading: Duration,
    working: Duration,
    latency: Latency,
}

impl Desk {
    /// Places an article; its line, and lines for the pairs behind it.
    fn place(&mut self, arrival: &Arrival) -> (Value, Vec<Value>) {
        let at = arrival.date.or(self.at).unwrap_or(Timestamp::UNIX_EPOCH);
        let begun = Instant::now();
        let provenance = attribute(&Imprint {
            publisher: &arrival.publisher,
            title: &arrival.title,
            text: &arrival.text,
            ..Imprint::default()
        });
        let sketch = Sketch::of(&Subject {
            title: &arrival.title,
            text: &arrival.text,
            publisher: &arrival.publisher,
            at,
            credits: &provenance.credits,
        });
        self.forget(at);
        let horizon = earlier(at, self.thresholds.window);
        let candidates = self.window.candidates(&sketch, None, horizon, MOST_CANDIDATES);
        let counts = [self.window.counts()];
        let rarity = Rarity(&counts);
        let assignment = assign(&sketch, &candidates, rarity, &self.thresholds);
        let article = ArticleId(self.arrived);
        let story = match &assignment {
            Assignment::Opens { .. } => StoryId(self.arrived),
            Assignment::Joins { story, .. } => *story,
        };
        self.window.insert(article, story, sketch);
        self.note_time(begun.elapsed());
        self.arrived += 1;
        self.at = Some(at);
        self.articles.insert(article, Rc::clone(&arrival.id));
        (self.line(arrival, at, story, &assignment), self.pairs(arrival, &assignment))
    }

    /// Lets go of what no later article can belong to. One wrong date must not empty the window:
    /// time has passed only when two articles in a row say so.
    fn forget(&mut self, at: Timestamp) {
        let passed = self.at.map_or(at, |before| before.min(at));
        self.window.forget_before(earlier(passed, self.thresholds.window));
        if self.articles.len() > 1_000 + 2 * self.window.len() {
            let window = &self.window;
            self.articles.retain(|article, _| window.contains(*article));
            self.stories.retain(|story, _| !window.members(*story).is_empty());
        }
    }

    fn note_time(&mut self, taken: Duration) {
        self.working += taken;
        self.latency.note(taken);
    }

    fn line(
        &mut self,
        arrival: &Arrival,
        at: Timestamp,
        story: StoryId,
        assignment: &Assignment,
    ) -> Value {
        let known = self.stories.entry(story).or_insert_with(|| Story {
            id: Rc::clone(&arrival.id),
            lead: Rc::clone(&arrival.id),
            lead_at: at,
        });
        if at < known.lead_at {
            known.lead = Rc::clone(&arrival.id);
            known.lead_at = at;
        }
        let mut line = json!({"id": *arrival.id, "story": *known.id, "lead": *known.lead});
        match assignment {
            Assignment::Opens { .. } => line["relation"] = name(Relation::Lead).into(),
            Assignment::Joins { evidence, .. } => {
                self.joined += 1;
                line["relation"] = name(evidence.relation).into();
                line["similarity"] = rounded(evidence.similarity);
                line["match"] = self.name_of(evidence);
            }
        }
        line
    }

    fn pairs(&self, arrival: &Arrival, assignment: &Assignment) -> Vec<Value> {
        let pair = |evidence: &Evidence, verdict: &str| {
            json!({
                "a": *arrival.id,
                "b": self.name_of(evidence),
                "similarity": rounded(evidence.similarity),
                "verdict": verdict,
            })
        };
        let (copy, related) = match assignment {
            Assignment::Joins { evidence, related, .. } => (Some(evidence), related),
            Assignment::Opens { related } => (None, related),
        };
        let related = related.iter().map(|(_, evidence)| pair(evidence, "related"));
        copy.map(|evidence| pair(evidence, "copy")).into_iter().chain(related).collect()
    }

    fn name_of(&self, evidence: &Evidence) -> Value {
        self.articles.get(&evidence.other).map_or(Value::Null, |id| id.as_ref().clone())
    }
}

/// Reads one file to its end.
fn cluster(
    mut input: impl BufRead,
    path: &Path,
    args: &ClusterArgs,
    desk: &mut Desk,
    out: &mut impl Write,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    let mut line = Vec::new();
    for number in 1_u64.. {
        let begun = Instant::now();
        let read = match read_line(&mut input, &mut line) {
            Ok(0) => break,
            Ok(_) => arrival(&line),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error.into()),
            Err(error) => return report(out, path, &error.to_string()),
        };
        desk.loading += begun.elapsed();
        match read {
            Ok(None) => {}
            Ok(Some(arrival)) => {
                let (line, pairs) = desk.place(&arrival);
                write_line(out, &line)?;
                for pair in pairs.iter().filter(|_| args.pairs) {
                    write_line(out, pair)?;
                }
            }
            Err(error) => exit = report(out, path, &format!("line {number}: {error:#}"))?,
        }
    }
    Ok(exit)
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    Ok(if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path)?))
    })
}

/// Reads a line of bounded length; returns how many bytes it took, 0 at the end.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', line)?;
    if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the line is too long"));
    }
    Ok(read)
}

/// Understands a line; nothing for a blank one.
fn arrival(line: &[u8]) -> anyhow::Result<Option<Arrival>> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let fields: Map<String, Value> = serde_json::from_slice(line)?;
    let id = fields.get("id").filter(|id| id.is_string() || id.is_number());
    Ok(Some(Arrival {
        id: id.context("`id` is missing or neither text nor number")?.clone().into(),
        publisher: words(&fields, &["publisher", "source"])?,
        date: date(&words(&fields, &["date", "published"])?),
        title: words(&fields, &["title"])?,
        text: words(&fields, &["text", "body"])?,
    }))
}

/// The text of the first of several spellings of a key; a list is joined.
fn words(fields: &Map<String, Value>, keys: &[&str]) -> anyhow::Result<String> {
    match keys.iter().find_map(|key| fields.get(*key)) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(many)) => {
            let parts: Option<Vec<_>> = many.iter().map(Value::as_str).collect();
            Ok(parts
                .with_context(|| format!("`{}` lists something else than text", keys[0]))?
                .join(", "))
        }
        Some(_) => anyhow::bail!("`{}` is not text", keys[0]),
    }
}

/// RFC 3339, without zone UTC, or a day; what is none of these is no date.
fn date(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    written.parse().ok().or_else(|| {
        let at: civil::DateTime = written.parse().ok()?;
        TimeZone::UTC.to_timestamp(at).ok()
    })
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

fn name(relation: Relation) -> &'static str {
    match relation {
        Relation::Lead => "lead",
        Relation::Verbatim => "verbatim",
        Relation::Cut => "cut",
        Relation::Rewritten => "rewritten",
        Relation::Revision => "revision",
    }
}

/// Three digits: more would claim a precision that a sample of shingles has not.
fn rounded(similarity: f64) -> Value {
    json!((similarity * 1_000.0).round() / 1_000.0)
}

fn write_line(out: &mut impl Write, line: &Value) -> anyhow::Result<()> {
    writeln!(out, "{line}").context("writing to standard output")
}

fn report(out: &mut impl Write, path: &Path, error: &str) -> anyhow::Result<Exit> {
    write_line(out, &json!({"file": path.to_string_lossy(), "error": error}))?;
    Ok(Exit::Data)
}

fn print_stats(desk: &Desk) -> anyhow::Result<()> {
    let count = u32::try_from(desk.arrived).unwrap_or(u32::MAX);
    let seconds = desk.working.as_secs_f64();
    let figures = json!({
        "documents": desk.arrived,
        "seconds": seconds,
        "load_seconds": desk.loading.as_secs_f64(),
        "per_second": f64::from(count) / seconds.max(f64::MIN_POSITIVE),
        "p50_ms": desk.latency.quantile(50).as_secs_f64() * 1e3,
        "p99_ms": desk.latency.quantile(99).as_secs_f64() * 1e3,
        "peak_bytes": peak_bytes(),
        "matches": desk.joined,
    });
    writeln!(io::stderr(), "{figures}").context("writing to standard error")
}

/// The most memory this process had, as Linux tells it; 0 elsewhere.
pub(super) fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    });
    kilobytes.unwrap_or(0) * 1024
}

/// Times counted by size, so that quantiles need no memory; exact to an eighth.
struct Latency {
    count: u64,
    /// Eight to each power of two nanoseconds.
    buckets: [u64; 64 * 8],
}

impl Default for Latency {
    fn default() -> Self {
        Self { count: 0, buckets: [0; 64 * 8] }
    }
}

impl Latency {
    fn note(&mut self, taken: Duration) {
        let nanos = u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX).max(8);
        let power = nanos.ilog2();
        let eighth = (nanos >> (power - 3)) & 7;
        let bucket = u64::from(power) * 8 + eighth;
        self.count += 1;
        self.buckets[usize::try_from(bucket).unwrap_or_default()] += 1;
    }

    /// What so many of a hundred took at most.
    fn quantile(&self, percent: u64) -> Duration {
        let wanted = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        let found = (0_u64..).zip(self.buckets).find(|(_, many)| {
            seen += many;
            *many > 0 && seen >= wanted
        });
        let (bucket, _) = found.unwrap_or_default();
        Duration::from_nanos((8 + bucket % 8 + 1) << (bucket / 8).saturating_sub(3))
    }
}

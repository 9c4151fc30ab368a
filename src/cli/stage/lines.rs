//! What the stages on articles share: JSON lines in, JSON lines out, figures at the end.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::cli::Exit;

/// The longest line that is read; an article of this size is none.
const LONGEST_LINE: u64 = 16 << 20;

/// Reads every article of every file, standard input where there are none, and hands it over with
/// the time that reading it took. A line that is no article is reported on a line of its own.
pub(super) fn each<T, W: Write>(
    files: &[PathBuf],
    out: &mut W,
    article: impl Fn(&Map<String, Value>) -> anyhow::Result<T>,
    mut take: impl FnMut(T, Duration, &mut W) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let stdin = [PathBuf::from("-")];
    let files = if files.is_empty() { &stdin[..] } else { files };
    let mut exit = Exit::Ok;
    for path in files {
        let ended = match open(path) {
            Ok(input) => each_of(input, path, out, &article, &mut take)?,
            Err(error) => report(out, path, &error.to_string())?,
        };
        if ended != Exit::Ok {
            exit = ended;
        }
    }
    Ok(exit)
}

fn each_of<T, W: Write>(
    mut input: impl BufRead,
    path: &Path,
    out: &mut W,
    article: &impl Fn(&Map<String, Value>) -> anyhow::Result<T>,
    take: &mut impl FnMut(T, Duration, &mut W) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    let mut line = Vec::new();
    for number in 1_u64.. {
        let begun = Instant::now();
        let read = match read_line(&mut input, &mut line) {
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() => continue,
            Ok(_) => {
                serde_json::from_slice(&line).map_err(Into::into).and_then(|map| article(&map))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error.into()),
            Err(error) => return report(out, path, &error.to_string()),
        };
        match read {
            Ok(article) => take(article, begun.elapsed(), out)?,
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

/// The bytes of a file, `-` for standard input; of what is longer than `limit`, enough to know it.
pub(in crate::cli) fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
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

/// What an article is called: text or a number.
pub(super) fn id(fields: &Map<String, Value>) -> anyhow::Result<Value> {
    let id = fields.get("id").filter(|id| id.is_string() || id.is_number());
    Ok(id.context("`id` is missing or neither text nor number")?.clone())
}

/// The text of the first of several spellings of a key; a list is joined.
pub(super) fn words(fields: &Map<String, Value>, keys: &[&str]) -> anyhow::Result<String> {
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

pub(super) fn write_line(out: &mut impl Write, line: &Value) -> anyhow::Result<()> {
    writeln!(out, "{line}").context("writing to standard output")
}

pub(super) fn report(out: &mut impl Write, path: &Path, error: &str) -> anyhow::Result<Exit> {
    write_line(out, &json!({"file": path.to_string_lossy(), "error": error}))?;
    Ok(Exit::Data)
}

/// The figures of `--stats`.
#[derive(Default)]
pub(super) struct Figures {
    /// Time that reading took.
    pub(super) loading: Duration,
    /// What the stage looks for and found.
    pub(super) matches: u64,
    /// The most memory that a process had which did the work, where it was not this one.
    pub(super) helper_bytes: u64,
    working: Duration,
    latency: Latency,
}

impl Figures {
    /// Counts an article and the time that it took.
    pub(super) fn note(&mut self, taken: Duration) {
        self.working += taken;
        self.latency.note(taken);
    }

    /// One line on standard error.
    pub(super) fn print(&self) -> anyhow::Result<()> {
        let count = u32::try_from(self.latency.count).unwrap_or(u32::MAX);
        let seconds = self.working.as_secs_f64();
        let figures = json!({
            "documents": self.latency.count,
            "seconds": seconds,
            "load_seconds": self.loading.as_secs_f64(),
            "per_second": f64::from(count) / seconds.max(f64::MIN_POSITIVE),
            "p50_ms": self.latency.quantile(50).as_secs_f64() * 1e3,
            "p99_ms": self.latency.quantile(99).as_secs_f64() * 1e3,
            "peak_bytes": peak_bytes("self") + self.helper_bytes,
            "matches": self.matches,
        });
        writeln!(io::stderr(), "{figures}").context("writing to standard error")
    }
}

/// The most memory that a process had (`self` or its number), as Linux tells it; 0 elsewhere.
pub(super) fn peak_bytes(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
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

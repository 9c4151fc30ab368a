//! A folder that something else fills: files are read in the order in which they were written, and
//! moved out of the way. Nothing is ever deleted.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use super::FetchError;
use crate::model::{Problem, ProblemKind};

/// Where files go that were read.
const PROCESSED: &str = "_PROCESSED";
/// Where files go that cannot be read, each with its reason beside it.
const ERROR: &str = "_ERROR";

/// A file that was written on so lately may be written on still.
const SETTLED: Duration = Duration::from_secs(2);

/// A date so far ahead is no reason to wait for it.
const AHEAD: Duration = Duration::from_hours(1);

/// So many files are read at once.
const MOST_FILES: usize = 200;

/// So many files of a folder are listed; the others follow when these are out of the way.
const MOST_LISTED: usize = 200_000;

/// So many bodies of the largest size are read at once.
const BODIES: usize = 2;

/// A file as it was found.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Mark {
    /// When it was last written on, nanoseconds since 1970.
    pub modified: i64,
    /// Its name in the folder.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Spooled {
    /// Which.
    pub mark: Mark,
    /// How long nobody has written on it.
    pub age: Duration,
    /// What it holds, or why that cannot be had.
    pub body: Result<Vec<u8>, String>,
}

/// What becomes of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It was read.
    Processed,
    /// It cannot be read, because of this.
    Failed(String),
}

/// Reads the oldest files of a folder but those that are left for later. Files that are still
/// written, hidden and empty ones and those of editors stay where they are.
pub async fn oldest(
    folder: PathBuf,
    left: BTreeSet<Mark>,
    max_bytes: usize,
    now: Timestamp,
) -> Result<Vec<Spooled>, FetchError> {
    let read = move || read(&folder, &left, max_bytes, now).map_err(|error| problem(&error));
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|e| {
        Err(Problem::new(ProblemKind::Fault, format!("reading failed: {e}")).into())
    })
}

fn read(
    folder: &Path,
    left: &BTreeSet<Mark>,
    max_bytes: usize,
    now: Timestamp,
) -> io::Result<Vec<Spooled>> {
    let mut marks = list(folder)?;
    marks.retain(|mark| !left.contains(mark) && age(mark, now) >= SETTLED);
    marks.sort();
    let (mut files, mut size) = (Vec::new(), 0);
    for mark in marks.into_iter().take(MOST_FILES) {
        size += mark.size;
        if !files.is_empty() && size > (max_bytes * BODIES) as u64 {
            break;
        }
        let body = bytes(&folder.join(&mark.name), max_bytes);
        // Somebody took it away meanwhile.
        if body.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            continue;
        }
        let age = age(&mark, now);
        files.push(Spooled { mark, age, body: body.map_err(|error| error.to_string()) });
    }
    Ok(files)
}

fn list(folder: &Path) -> io::Result<Vec<Mark>> {
    let mut marks = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST_LISTED) {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(about) = entry.metadata() else { continue };
        let is_left_over = name.starts_with('.') || name.ends_with(['~', '#']);
        let is_partial =
            [".tmp", ".part", ".partial", ".filepart"].iter().any(|end| name.ends_with(end));
        if about.is_file() && about.size() > 0 && !is_left_over && !is_partial {
            let modified =
                about.mtime().saturating_mul(1_000_000_000).saturating_add(about.mtime_nsec());
            marks.push(Mark { modified, name, size: about.size() });
        }
    }
    Ok(marks)
}

/// How long nobody has written on a file.
fn age(mark: &Mark, now: Timestamp) -> Duration {
    let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
    let ahead = i64::try_from(AHEAD.as_nanos()).unwrap_or(i64::MAX);
    let nanos = now.saturating_sub(mark.modified);
    let nanos = if nanos < -ahead { ahead } else { nanos };
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

fn bytes(file: &Path, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes {
        let message = format!("the file is larger than {max_bytes} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Moves files out of the way; those that are gone were moved before.
pub async fn file_away(folder: PathBuf, files: Vec<(Mark, Fate)>) -> Result<(), FetchError> {
    let moved = move || {
        for (mark, fate) in &files {
            put(&folder, mark, fate).map_err(|error| {
                let detail = format!("moving {} out of the way: {error}", mark.name);
                FetchError::from(Problem::new(ProblemKind::Forbidden, detail))
            })?;
        }
        Ok(())
    };
    tokio::task::spawn_blocking(moved).await.unwrap_or_else(|e| {
        Err(Problem::new(ProblemKind::Fault, format!("moving failed: {e}")).into())
    })
}

fn put(folder: &Path, mark: &Mark, fate: &Fate) -> io::Result<()> {
    let (place, reason) = match fate {
        Fate::Processed => (folder.join(PROCESSED), None),
        Fate::Failed(reason) => (folder.join(ERROR), Some(reason)),
    };
    fs::create_dir_all(&place)?;
    let name = free_name(&place, mark);
    if let Some(reason) = reason {
        let mut file = File::create(place.join(format!("{name}.reason.txt")))?;
        writeln!(file, "{reason}")?;
        file.sync_all()?;
    }
    match fs::rename(folder.join(&mark.name), place.join(&name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved,
    }
}

/// The name of the file, with when it was written where another has it already.
fn free_name(place: &Path, mark: &Mark) -> String {
    if !place.join(&mark.name).exists() {
        return mark.name.clone();
    }
    format!("{}.{}", mark.name, mark.modified)
}

fn problem(error: &io::Error) -> FetchError {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ProblemKind::NotFound,
        io::ErrorKind::PermissionDenied => ProblemKind::Forbidden,
        _ => ProblemKind::Connect,
    };
    Problem::new(kind, error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_comes_first_and_what_is_written_still_waits() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.xml", "a.xml", ".hidden", "x.part", "copy~"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let oldest = File::options().write(true).open(folder.path().join("b.xml")).unwrap();
        let modified = oldest.metadata().unwrap().modified().unwrap();
        oldest.set_modified(modified - Duration::from_millis(5)).unwrap();
        fs::write(folder.path().join("empty"), "").unwrap();
        fs::create_dir(folder.path().join(PROCESSED)).unwrap();
        let written = list(folder.path()).unwrap().into_iter().map(|mark| mark.modified).max();
        let moment = |seconds: i128| {
            let nanos = i128::from(written.unwrap()) + seconds * 1_000_000_000;
            Timestamp::from_nanosecond(nanos).unwrap()
        };
        let names = |left: &BTreeSet<Mark>, now| {
            let read = read(folder.path(), left, 100, now).unwrap();
            read.into_iter().map(|file| file.mark.name).collect::<Vec<_>>()
        };
        let nothing = BTreeSet::new();
        assert!(names(&nothing, moment(1)).is_empty());
        assert_eq!(names(&nothing, moment(3)), ["b.xml", "a.xml"]);
        let first: BTreeSet<_> =
            list(folder.path()).unwrap().into_iter().filter(|m| m.name == "b.xml").collect();
        assert_eq!(names(&first, moment(3)), ["a.xml"]);
        assert_eq!(names(&nothing, moment(-7_200)), ["b.xml", "a.xml"], "a clock that is wrong");
    }

    #[test]
    fn what_is_filed_away_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for round in 0..2 {
            fs::write(place("a.xml"), format!("{round}")).unwrap();
            let mark = Mark { modified: round, name: "a.xml".into(), size: 1 };
            put(folder.path(), &mark, &Fate::Failed("it is no feed".into())).unwrap();
            put(folder.path(), &mark, &Fate::Processed).unwrap();
        }
        assert_eq!(fs::read_to_string(place("_ERROR/a.xml")).unwrap(), "0");
        assert_eq!(fs::read_to_string(place("_ERROR/a.xml.1")).unwrap(), "1");
        assert_eq!(
            fs::read_to_string(place("_ERROR/a.xml.reason.txt")).unwrap(),
            "it is no feed\n"
        );
    }
}

//! Feeds on this machine: a file, or what came into a folder since it was last read.
//!
//! A file is known by the moment of its last change of status, which moving it into place and
//! writing on it set too. So a document that was still being written when it was read is read again.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::{FetchError, LocalFile, Reply, Request};
use crate::model::{Problem, ProblemKind, Validators};

/// So many files may be in a folder.
const MOST_FILES: usize = 10_000;

/// So many bodies of the largest size are read of a folder at once, and what came at the same moment;
/// the rest follows at the next poll.
const BODIES: usize = 4;

/// The place that an address names, if it is one on this machine.
pub(super) fn path(url: &str) -> Option<PathBuf> {
    if url.starts_with('/') {
        return Some(PathBuf::from(url));
    }
    Url::parse(url).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()
}

/// Reads a file, or the files of a folder that came since.
pub(super) async fn get(
    path: PathBuf,
    request: &Request,
    max_bytes: usize,
) -> Result<Reply, FetchError> {
    let known = request.validators.clone();
    let read = move || read(&path, known, max_bytes);
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|e| {
        Err(Problem::new(ProblemKind::Fault, format!("reading failed: {e}")).into())
    })
}

fn read(path: &Path, known: Validators, max_bytes: usize) -> Result<Reply, FetchError> {
    let about = fs::metadata(path).map_err(|error| problem(&error))?;
    let reply = Reply::document(path.to_string_lossy(), Vec::new());
    if about.is_dir() {
        return folder(path, known, max_bytes, reply);
    }
    let etag = format!("{}.{}-{}", about.ctime(), about.ctime_nsec(), about.size());
    if known.etag.as_ref() == Some(&etag) {
        return Ok(Reply { status: 304, validators: known, ..reply });
    }
    let body = bytes(path, max_bytes).map_err(|error| problem(&error))?;
    let validators = Validators { etag: Some(etag), ..Validators::default() };
    Ok(Reply { body, validators, ..reply })
}

/// How far a folder was read: the moment of the last file, and the names of all of that moment.
type Mark = (i64, i64, u64);

fn folder(
    path: &Path,
    known: Validators,
    max_bytes: usize,
    reply: Reply,
) -> Result<Reply, FetchError> {
    let all = list(path).map_err(|error| problem(&error))?;
    let mark_at = |(at, nanos): (i64, i64), listed: &[Listed]| -> Mark {
        let names = listed.iter().filter(|file| file.at == (at, nanos)).map(|file| &file.name[..]);
        (at, nanos, xxh3_64(names.collect::<Vec<_>>().join("/").as_bytes()))
    };
    let mark = known.etag.as_deref().and_then(mark);
    let from = mark.map_or(0, |mark @ (at, nanos, _)| {
        let is_same = mark_at((at, nanos), &all) == mark;
        all.partition_point(|file| file.at < (at, nanos) || (is_same && file.at == (at, nanos)))
    });
    let unread = &all[from..];
    let Some(first) = unread.first() else {
        return Ok(Reply { status: 304, validators: known, ..reply });
    };
    let (mut size, mut last) = (0, first.at);
    // The mark does not tell apart what came at one moment.
    let fits = |file: &&Listed| {
        size += file.size;
        let fits = file.at == last || size <= (max_bytes * BODIES) as u64;
        last = if fits { file.at } else { last };
        fits
    };
    let files: Vec<_> = unread.iter().take_while(fits).collect();
    let (at, nanos, names) = mark_at(last, &all);
    let validators =
        Validators { etag: Some(format!("{at}.{nanos} {names:x}")), ..Validators::default() };
    let files = files.iter().map(|file| LocalFile {
        name: file.name.clone(),
        body: bytes(&path.join(&file.name), max_bytes).map_err(|error| error.to_string()),
    });
    Ok(Reply { files: files.collect(), validators, ..reply })
}

fn mark(etag: &str) -> Option<Mark> {
    let (moment, names) = etag.split_once(' ')?;
    let (at, nanos) = moment.split_once('.')?;
    Some((at.parse().ok()?, nanos.parse().ok()?, u64::from_str_radix(names, 16).ok()?))
}

struct Listed {
    at: (i64, i64),
    name: String,
    size: u64,
}

/// The files of a folder in the order in which they came. Hidden files, copies that editors leave,
/// empty files and links are passed over.
fn list(folder: &Path) -> io::Result<Vec<Listed>> {
    let mut files = Vec::new();
    for (count, entry) in fs::read_dir(folder)?.enumerate() {
        if count == MOST_FILES {
            return Err(io::Error::other(format!("the folder holds more than {MOST_FILES} files")));
        }
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(about) = entry.metadata() else { continue };
        let is_left_over = name.starts_with('.') || name.ends_with(['~', '#']);
        if about.is_file() && about.size() > 0 && !is_left_over {
            files.push(Listed {
                at: (about.ctime(), about.ctime_nsec()),
                name,
                size: about.size(),
            });
        }
    }
    files.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
    Ok(files)
}

fn bytes(file: &Path, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than is allowed tells a file that is too large from one that just fits.
    File::open(file)?.take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > max_bytes {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file is larger than {max_bytes} bytes"),
        ));
    }
    Ok(bytes)
}

fn problem(error: &io::Error) -> FetchError {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ProblemKind::NotFound,
        io::ErrorKind::PermissionDenied => ProblemKind::Forbidden,
        io::ErrorKind::FileTooLarge => ProblemKind::TooLarge,
        _ => ProblemKind::Connect,
    };
    Problem::new(kind, error.to_string()).into()
}

//! The edge: finds the files, reads them, and asks the environment what it has to say.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::diagnostic::{Diagnostic, Report, Source};

/// The largest file that is taken for a configuration: a hundred thousand rules are a fifth of it.
const MOST_BYTES: u64 = 64 << 20;

/// The texts of a file, or of the `*.toml` of a folder in the order of their names.
pub(super) fn sources(path: &Path) -> Result<Vec<Arc<Source>>, Report> {
    let files = files(path).map_err(|error| refused(path, &error, help(path)))?;
    if files.is_empty() {
        let nothing = io::Error::other("the folder holds no `*.toml`");
        return Err(refused(path, &nothing, help(path)));
    }
    let mut report = Report::default();
    let mut sources = Vec::new();
    for file in files {
        match text(&file) {
            Ok(text) => sources.push(Arc::new(Source { name: file.display().to_string(), text })),
            Err(error) => report.append(refused(&file, &error, None)),
        }
    }
    if report.has_errors() { Err(report) } else { Ok(sources) }
}

fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        // Editors keep hidden copies beside the file.
        let is_hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
        if !is_hidden && file.extension().is_some_and(|ending| ending == "toml") && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn text(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    // One byte more than is allowed tells a file that is too large from one that just fits.
    File::open(file)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    Ok(text)
}

fn refused(path: &Path, error: &io::Error, help: Option<String>) -> Report {
    let message = format!("cannot read `{}`: {error}", path.display());
    let mut diagnostic = Diagnostic::error(None, 0..0, message);
    diagnostic.help = help;
    let mut report = Report::default();
    report.push_bare(diagnostic);
    report
}

fn help(path: &Path) -> Option<String> {
    let is_example = path == Path::new("/etc/wiredesk");
    is_example.then(|| "`-c PATH` names another file or folder".to_owned())
}

/// Where the data are unless the configuration says: where systemd keeps our state, else here.
pub(super) fn default_data() -> PathBuf {
    // A unit with several state folders gets them joined by colons; ours has one.
    std::env::var_os("STATE_DIRECTORY").map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

/// Where systemd puts credentials.
pub(super) fn credentials_folder() -> Option<PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

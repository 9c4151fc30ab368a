//! What the operator wants: the one path from files to a running configuration.
//!
//! [`load`] serves start, reload and `check` alike, so what `check` accepts, a reload accepts.
//! Reading the files and the secrets is at its edge; all else are functions of strings.

mod check;
pub mod live;
pub mod plan;
mod raw;
mod read;
pub mod reference;
pub mod secret;
mod suggest;
mod templates;
mod timing;
mod value;

use std::path::{Path, PathBuf};

use crate::{diagnostic::Report, model::Generation, query::Aliases, rule::Rule};

pub use live::{Limits, Listen, Live, Pace, Web};
pub use plan::{Plan, difference, keep};

/// A configuration that was accepted, and what is odd about it all the same.
#[derive(Debug)]
pub struct Loaded {
    /// What it says.
    pub live: Live,
    /// Problems that do not stand in the way.
    pub warnings: Report,
}

/// What a file says of rules alone.
#[derive(Debug)]
pub struct Rules {
    /// The rules in the order of the file, those that are not enabled left out.
    pub rules: Vec<Rule>,
    /// What `$name` stands for in their queries.
    pub aliases: Aliases,
    /// Problems that do not stand in the way.
    pub warnings: Report,
}

/// Reads, checks and compiles the configuration at `path`: a TOML file, or a folder whose
/// `*.toml` are read together. Nothing is accepted unless everything is; the report has every
/// problem, not only the first.
pub fn load(path: &Path, generation: Generation) -> Result<Loaded, Report> {
    load_after(path, generation, None)
}

/// [`load`] while another configuration is in force: what is the same is not compiled again.
pub fn reload(path: &Path, old: &Live) -> Result<Loaded, Report> {
    load_after(path, Generation(old.generation.0 + 1), Some(old))
}

fn load_after(path: &Path, generation: Generation, old: Option<&Live>) -> Result<Loaded, Report> {
    let sources = read::sources(path)?;
    let mut report = Report::default();
    let raw = raw::parse(&sources, &mut report);
    let secrets = raw.as_ref().map(|raw| secrets(raw, path, &mut report)).unwrap_or_default();
    let data = read::default_data();
    let live = raw.map(|raw| {
        let templates = templates::templates(&raw, path, &mut report);
        let live = check::live(&raw, data, &secrets, generation, old, &mut report);
        Live { templates, ..live }
    });
    let (live, warnings) = accept(live, report)?;
    Ok(Loaded { live, warnings })
}

/// The moment that a day, which counts to its end in UTC, or a moment in RFC 3339 names, as `until`
/// of a rule does.
pub fn until(text: &str) -> Option<jiff::Timestamp> {
    value::until(&toml::Value::from(text)).ok()
}

/// Reads `[alias]` and `[[rule]]` of a file or folder, for stages that need no more. What rules
/// say of feeds and recipients is not checked.
pub fn load_rules(path: &Path) -> Result<Rules, Report> {
    let sources = read::sources(path)?;
    let mut report = Report::default();
    let rules = raw::parse(&sources, &mut report).map(|raw| check::rules(&raw, &mut report));
    let ((rules, aliases), warnings) = accept(rules, report)?;
    Ok(Rules { rules, aliases, warnings })
}

/// The names and addresses of the feeds of a file or folder, also of those that are not enabled.
/// Nothing else is checked but that the files can be read.
pub fn feeds(path: &Path) -> Result<Vec<(String, String)>, Report> {
    let sources = read::sources(path)?;
    let mut report = Report::default();
    let raw = raw::parse(&sources, &mut report);
    let (raw, _) = accept(raw, report)?;
    let feeds = raw.feeds.into_iter().map(|feed| feed.value);
    Ok(feeds.map(|feed| (feed.name.into_inner(), feed.url.into_inner())).collect())
}

/// Why a text is not the address of a feed.
pub fn refuses_address(text: &str) -> Option<String> {
    check::address::feed_url(text).err().map(|fault| fault.message)
}

/// Where the data of the configuration at `path` are, also when it has mistakes: `status` and
/// `reload` must find the daemon all the same.
pub fn data_folder(path: &Path) -> PathBuf {
    let said = |text: &str| {
        let (table, _mistakes) = toml::de::DeTable::parse_recoverable(text);
        table.get_ref().get("data").and_then(|data| data.get_ref().as_str().map(PathBuf::from))
    };
    let sources = read::sources(path).unwrap_or_default();
    sources.iter().find_map(|source| said(&source.text)).unwrap_or_else(read::default_data)
}

/// A report with errors refuses whatever it is about.
fn accept<T>(found: Option<T>, mut report: Report) -> Result<(T, Report), Report> {
    report.sort();
    match found {
        Some(found) if !report.has_errors() => Ok((found, report)),
        _ => Err(report),
    }
}

/// What the files say that the configuration names.
fn secrets(raw: &raw::Raw, path: &Path, report: &mut Report) -> secret::Secrets {
    let places = secret::Places::new(path, read::credentials_folder());
    let mut secrets = secret::Secrets::new();
    for (source, file) in raw.named_files() {
        let name = file.get_ref();
        match places.find(name) {
            Ok(secret) => {
                secrets.insert(name.clone(), secret);
            }
            Err(error) => {
                let fault = value::Fault::new(error.to_string()).with_help(places.help(name));
                report.push(source, fault.at(file.span()));
            }
        }
    }
    secrets
}

#[cfg(test)]
mod tests;

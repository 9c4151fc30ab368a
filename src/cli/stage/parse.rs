//! `wiredesk stage parse`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::lines;
use crate::{
    cli::Exit,
    model::{Action, Item, ItemKey, Link},
    parse::{self, Context},
};

#[derive(Args, Debug)]
pub(crate) struct ParseArgs {
    /// The address the documents came from, to resolve relative links
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The HTTP Content-Type they came with
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &ParseArgs) -> anyhow::Result<Exit> {
    let context = Context { url: args.url.as_deref(), content_type: args.content_type.as_deref() };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Ok;
    let standard_input = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &standard_input } else { args.files.as_slice() };
    for path in files {
        let file = path.to_string_lossy();
        let read = lines::read(path, parse::MAX_BYTES).map_err(|error| error.to_string());
        match read.and_then(|bytes| parse::parse(&bytes, &context).map_err(|p| p.detail)) {
            Ok(parsed) => {
                for item in &parsed.items {
                    line(&mut out, &Line::new(&file, item))?;
                }
            }
            Err(error) => {
                line(&mut out, &Failure { file: &file, error: &error })?;
                exit = Exit::Data;
            }
        }
    }
    out.flush()?;
    Ok(exit)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// A file that could not be read.
#[derive(Serialize)]
struct Failure<'a> {
    file: &'a str,
    error: &'a str,
}

/// An item as JSON; what is unknown is absent.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authors: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    categories: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dateline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embargo: Option<Timestamp>,
    #[serde(flatten)]
    wire: Option<Agency<'a>>,
}

/// What only agency documents say.
#[derive(Serialize)]
struct Agency<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_until: Option<Timestamp>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slugline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    signals: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    subjects: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_label: Option<&'a str>,
}

/// An earlier item that a document names.
#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
}

impl<'a> Agency<'a> {
    fn of(item: &'a Item) -> Option<Self> {
        let (wire, action) = (item.wire.as_deref()?, item.action()?);
        let link = |link: &'a Link| Named { id: &link.id, version: link.version.as_deref() };
        Some(Self {
            action: action.as_str(),
            hold_until: match action {
                Action::Hold(until) => until,
                _ => None,
            },
            kind: wire.kind.as_str(),
            chain: wire.chain.as_deref(),
            provider: wire.provider.as_deref(),
            slugline: wire.slugline.as_deref(),
            note: wire.note.as_deref(),
            signals: &wire.signals,
            subjects: &wire.subjects,
            links: wire.replaces.iter().map(link).collect(),
            language_label: wire.label.as_deref(),
        })
    }
}

impl<'a> Line<'a> {
    fn new(file: &'a str, item: &'a Item) -> Self {
        Self {
            file,
            id: item.keys.first().map(hex),
            raw_id: item.raw_id.as_deref(),
            url: item.url.as_deref(),
            canonical_url: item.canonical_url.as_deref(),
            title: item.title.as_deref(),
            summary: item.summary.as_deref(),
            text: item.text.as_deref(),
            authors: &item.authors,
            published: item.published,
            updated: item.updated,
            language: item.language.as_deref(),
            categories: &item.categories,
            source: item.source.as_ref().and_then(|source| source.title.as_deref()),
            credit: item.credit.as_deref(),
            byline: item.byline.as_deref(),
            dateline: item.dateline.as_deref(),
            priority: item.priority.map(|priority| priority.0),
            version: item.version.as_deref(),
            status: item.status.as_deref(),
            embargo: item.embargo,
            wire: Agency::of(item),
        }
    }
}

fn hex(key: &ItemKey) -> String {
    format!("{:032x}", u128::from_be_bytes(key.0))
}

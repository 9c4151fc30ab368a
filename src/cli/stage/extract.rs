//! `wiredesk stage extract`: pages in, their articles out, each read in a process of its own.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::lines::{self, Figures, write_line};
use crate::{
    cli::Exit,
    extract::{self, Page},
    parse,
    worker::{self, Worker},
};

#[derive(Args, Debug)]
pub(crate) struct ExtractArgs {
    /// The address the pages came from, to resolve relative links
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
    /// End with one line of figures on standard error
    #[arg(long)]
    stats: bool,
}

pub(crate) fn run(args: &ExtractArgs) -> anyhow::Result<Exit> {
    // The file that runs, also where another has taken its place.
    let mut worker = Worker::new("/proc/self/exe".into(), worker::TIME_LIMIT);
    let context = parse::Context { url: args.url.as_deref(), content_type: None };
    let mut figures = Figures::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut exit = Exit::Ok;
    let standard_input = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &standard_input } else { args.files.as_slice() };
    for path in files {
        let begun = Instant::now();
        let bytes = lines::read(path, extract::MAX_BYTES);
        figures.loading += begun.elapsed();
        let begun = Instant::now();
        let page = bytes
            .map_err(anyhow::Error::from)
            .and_then(|bytes| worker.extract(&bytes, &context).map_err(Into::into));
        figures.note(begun.elapsed());
        match page {
            Ok(page) => {
                figures.matches += 1;
                write_line(&mut out, &line(path, &page))?;
            }
            Err(error) => exit = lines::report(&mut out, path, &format!("{error:#}"))?,
        }
    }
    out.flush().context("writing to standard output")?;
    if args.stats {
        figures.helper_bytes = worker.child().map_or(0, |id| lines::peak_bytes(&id.to_string()));
        figures.print()?;
    }
    Ok(exit)
}

/// A page as JSON; what is unknown is absent.
fn line(path: &Path, page: &Page) -> Value {
    let mut line = json!({ "file": path.to_string_lossy(), "text": page.text });
    let known = [
        ("url", json!(page.url)),
        ("title", json!(page.title)),
        ("published", json!(page.published)),
        ("publisher", json!(page.publisher)),
        ("language", json!(page.language)),
        ("byline", json!(page.byline)),
        ("is_free", json!(page.is_free)),
    ];
    for (key, value) in known.into_iter().filter(|(_, value)| !value.is_null()) {
        line[key] = value;
    }
    if !page.authors.is_empty() {
        line["authors"] = json!(page.authors);
    }
    if page.is_doubtful {
        line["confidence"] = "low".into();
    }
    line
}

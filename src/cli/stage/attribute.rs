//! `wiredesk stage attribute`: articles in, whose text each is out.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    time::Instant,
};

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value, json};

use super::lines::{self, Figures, words, write_line};
use crate::{
    cli::Exit,
    story::{Agencies, Imprint, Provenance, Sign},
};

#[derive(Args, Debug)]
pub(crate) struct AttributeArgs {
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
    /// End with one line of figures on standard error
    #[arg(long)]
    stats: bool,
}

pub(crate) fn run(args: &AttributeArgs) -> anyhow::Result<Exit> {
    let agencies = Agencies::default();
    let mut figures = Figures::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let exit = lines::each(&args.files, &mut out, article, |article, loading, out| {
        figures.loading += loading;
        let begun = Instant::now();
        let line = line(&article, &agencies);
        figures.note(begun.elapsed());
        figures.matches += u64::from(line["credits"] != json!([]));
        write_line(out, &line)
    })?;
    out.flush().context("writing to standard output")?;
    if args.stats {
        figures.print()?;
    }
    Ok(exit)
}

/// An article as the stage reads it.
struct Article {
    id: Value,
    url: String,
    publisher: String,
    byline: String,
    credit: String,
    title: String,
    text: String,
}

fn article(fields: &Map<String, Value>) -> anyhow::Result<Article> {
    Ok(Article {
        id: lines::id(fields)?,
        url: words(fields, &["url"])?,
        publisher: words(fields, &["publisher", "source"])?,
        byline: words(fields, &["byline", "author", "authors"])?,
        credit: words(fields, &["credit", "agency"])?,
        title: words(fields, &["title"])?,
        text: words(fields, &["text", "body"])?,
    })
}

fn line(article: &Article, agencies: &Agencies) -> Value {
    let publisher = agencies.publisher(&article.publisher, &article.url);
    let found = agencies.attribute(&Imprint {
        byline: &article.byline,
        credit: &article.credit,
        source: "",
        publisher: &publisher,
        url: &article.url,
        title: &article.title,
        text: &article.text,
    });
    let mut line = json!({
        "id": article.id,
        "publisher": agencies.id(&publisher),
        "credits": found.credits.iter().map(|credit| &credit.agency).collect::<Vec<_>>(),
        "origin": agencies.origin(&found.credits, &publisher),
        "cited": found.cited.iter().map(|citation| &citation.medium).collect::<Vec<_>>(),
        "relation": found.authorship.as_str(),
        "evidence": evidence(&found),
    });
    if let Some(place) = found.dateline {
        line["dateline"] = place.into();
    }
    line
}

/// Every sign that was found, each with what it is taken to say.
fn evidence(found: &Provenance) -> Vec<Value> {
    let one = |says: &str, of: &str, sign: &Sign| {
        json!({
            says: of,
            "zone": sign.zone.as_str(),
            "certainty": sign.certainty.as_str(),
            "text": sign.words,
        })
    };
    let credits =
        found.credits.iter().map(|credit| one("credit", &credit.agency, &credit.evidence));
    let cited =
        found.cited.iter().map(|citation| one("cites", &citation.medium, &citation.evidence));
    let authored =
        found.authored.iter().map(|sign| one("relation", found.authorship.as_str(), sign));
    credits.chain(cited).chain(authored).collect()
}

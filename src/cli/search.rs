//! `wiredesk search`: the stored articles that a query is true of, the newest first.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use jiff::Timestamp;

use super::{
    Exit,
    args::SearchArgs,
    export::moment,
    open::{self, stop},
    progress::Progress,
    shown::{marked, one_line},
};
use crate::{
    alert::excerpts,
    clock::Clock,
    diagnostic::Colour,
    query::{Field, Hit},
    store::ArticleRow,
    view::found::{self, Found, find},
};

/// Prints what the query is true of; a query with mistakes ends it with 78.
pub(super) fn run(args: &SearchArgs) -> anyhow::Result<Exit> {
    let since = match &args.since {
        Some(age) => moment(age, Clock::System.now())?,
        None => Timestamp::MIN,
    };
    let live = open::load(&args.config.config)?;
    let Some(query) = open::query(&args.query, &live.aliases) else { return Ok(Exit::Config) };
    let store = open::open_for_reading(&args.config.config)?;
    let most = args.limit;
    let found = open::block_on(async move {
        let read = store.read(move |tx| {
            let mut progress = Progress::new("articles", tx.articles_since(since)?);
            find(tx, query, &live, since, most, || {
                progress.step();
                true
            })
        });
        Ok(read.await?)
    })?;
    match print(&found, args.json) {
        // Whoever reads has enough, for instance `head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(stop(Exit::Io, format!("writing to standard output: {error}")))
        }
        _ => Ok(Exit::Ok),
    }
}

fn print(found: &Found, as_json: bool) -> io::Result<()> {
    let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
    let mut out = BufWriter::new(io::stdout().lock());
    for (row, hits) in &found.articles {
        if as_json {
            writeln!(out, "{}", found::json(row, hits))?;
        } else {
            write!(out, "{}", to_text(row, hits, colour))?;
        }
    }
    if let Some(more) = found.more.filter(|_| !as_json) {
        writeln!(out, "… {more}")?;
    }
    out.flush()
}

/// Time, publisher, headline, sentence and link.
fn to_text(row: &ArticleRow, hits: &[Hit], colour: Colour) -> String {
    let article = &row.article;
    let summary = article.summary.as_deref().unwrap_or_default();
    let mut headline = one_line(&article.title);
    let mut text = String::new();
    for excerpt in excerpts(&article.title, summary, &article.text, hits, 2) {
        if excerpt.field == Field::Title {
            headline = marked(&excerpt, colour);
        } else if text.is_empty() {
            text = format!("    {}\n", marked(&excerpt, colour));
        }
    }
    let at = article.when().strftime("%Y-%m-%d %H:%M");
    let link = article.url.as_deref().unwrap_or("no link");
    format!("{at}  {}: {headline}\n{text}    {link} (article {})\n", article.publisher, row.id)
}

//! `wiredesk search`: the stored articles that a query is true of, the newest first.

use std::{
    collections::HashSet,
    io::{self, BufWriter, IsTerminal as _, Write as _},
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Exit,
    args::SearchArgs,
    export::moment,
    json::{present, span, time},
    open::{self, stop},
    progress::Progress,
    shown::{marked, one_line},
};
use crate::{
    alert::excerpts,
    clock::Clock,
    config::Live,
    diagnostic::Colour,
    model::RuleName,
    pipeline::prepare,
    query::{Field, Hit, Query},
    rule::{Rule, Ruleset, Scope},
    store::{ArticleRow, ReadTx, StoreError},
};

/// Without a word to look up, so many of the newest articles are read and no more.
const MOST_READ: u64 = 100_000;

/// What was found, and whether there may be more.
struct Found {
    articles: Vec<(ArticleRow, Vec<Hit>)>,
    more: Option<&'static str>,
}

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
        Ok(store.read(move |tx| find(tx, query, &live, since, most)).await?)
    })?;
    match print(&found, args.json) {
        // Whoever reads has enough, for instance `head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(stop(Exit::Io, format!("writing to standard output: {error}")))
        }
        _ => Ok(Exit::Ok),
    }
}

/// The newest article of each story that the query is true of. The index only says which articles
/// to ask: the verdict is the matcher's.
fn find(
    tx: &ReadTx<'_>,
    query: Query,
    live: &Live,
    since: Timestamp,
    most: usize,
) -> Result<Found, StoreError> {
    let needed = query.necessary();
    let rule = Rule { name: RuleName::new("search"), query, scope: Scope::default() };
    let rules = Ruleset::compile(vec![rule]);
    let mut stories = HashSet::new();
    let mut found = Found { articles: Vec::new(), more: None };
    let (mut progress, mut read) = (Progress::new("articles", tx.articles_since(since)?), 0);
    tx.search(needed.as_ref(), since, |row| {
        progress.step();
        read += 1;
        if needed.is_none() && read > MOST_READ {
            found.more = Some("only the newest 100000 articles were read: name a word");
            return false;
        }
        if stories.contains(&row.story) {
            return true;
        }
        let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
        let facts =
            prepare::facts(&row.article, &row.provenance, row.feed.as_str(), tags, &live.agencies);
        let Some((_, hits)) = rules.matches(&facts).pop() else { return true };
        if found.articles.len() == most {
            found.more = Some("there are more: --limit shows them");
            return false;
        }
        stories.insert(row.story);
        found.articles.push((row, hits));
        true
    })?;
    Ok(found)
}

fn print(found: &Found, as_json: bool) -> io::Result<()> {
    let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
    let mut out = BufWriter::new(io::stdout().lock());
    for (row, hits) in &found.articles {
        if as_json {
            writeln!(out, "{}", to_json(row, hits))?;
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

fn to_json(row: &ArticleRow, hits: &[Hit]) -> Value {
    let article = &row.article;
    present(json!({
        "article": row.id.0,
        "story": row.story.0,
        "title": article.title,
        "publisher": article.publisher,
        "feed": row.feed.as_str(),
        "url": article.url,
        "published": article.published.map(time),
        "seen_at": time(article.seen_at),
        "spans": hits.iter().map(|hit| span(article, hit)).collect::<Vec<_>>(),
    }))
}

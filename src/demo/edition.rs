//! What a feed of the newsroom shows at a moment.

use jiff::{SignedDuration, Timestamp};

use super::newsroom::{Appears, DemoFeed, Entry};

/// A feed as it stands; the same between two appearances, so that its bytes are.
#[derive(Debug)]
pub(super) struct Edition {
    pub(super) feed: &'static DemoFeed,
    /// Newest first.
    pub(super) articles: Vec<Printed>,
    /// When an article last appeared or was revised.
    pub(super) changed: Timestamp,
}

/// An article as printed.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) slug: &'static str,
    pub(super) author: &'static str,
    pub(super) headline: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
}

impl Edition {
    /// The feed at `now`, in a newsroom that opened at `opened`.
    pub(super) fn at(feed: &'static DemoFeed, opened: Timestamp, now: Timestamp) -> Self {
        let mut articles: Vec<Printed> = Vec::new();
        for entry in feed.entries {
            let dated = date(entry, opened);
            if dated > now {
                continue;
            }
            let printed = print(entry, opened, dated);
            match articles.iter_mut().find(|article| article.slug == entry.slug) {
                Some(article) => *article = Printed { published: article.published, ..printed },
                None => articles.push(printed),
            }
        }
        articles.sort_by_key(|article| std::cmp::Reverse(article.published));
        let changed = articles.iter().map(|article| article.updated).max().unwrap_or(opened);
        Self { feed, articles, changed }
    }
}

/// The moment an entry bears.
fn date(entry: &Entry, opened: Timestamp) -> Timestamp {
    let offset = match entry.appears {
        Appears::DaysBefore(days) => SignedDuration::from_hours(-24 * i64::from(days)),
        Appears::After(millis) => {
            SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
        }
    };
    opened.checked_add(offset).unwrap_or(opened)
}

fn print(entry: &Entry, opened: Timestamp, dated: Timestamp) -> Printed {
    let text = fill(entry.text, opened);
    let mut paragraphs = text.split("\n\n").map(|paragraph| paragraph.trim().to_owned());
    Printed {
        slug: entry.slug,
        author: entry.author,
        headline: paragraphs.next().unwrap_or_default(),
        paragraphs: paragraphs.collect(),
        published: dated,
        updated: dated,
    }
}

/// Puts the day for `{date}` (as a dateline has it), `{today}` and `{yesterday}` (weekdays).
fn fill(text: &str, opened: Timestamp) -> String {
    let eve = opened.checked_sub(SignedDuration::from_hours(24)).unwrap_or(opened);
    text.replace("{date}", &opened.strftime("%b %-d").to_string())
        .replace("{today}", &opened.strftime("%A").to_string())
        .replace("{yesterday}", &eve.strftime("%A").to_string())
}

//! Writes an edition in the dialect of its feed.

use jiff::{Timestamp, fmt::rfc2822};
use quick_xml::escape::escape;
use serde_json::json;

use super::{
    edition::{Edition, Printed},
    newsroom::{DemoFeed, Format},
};

impl Format {
    /// The media type that feeds of this dialect are served as.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::RssContent | Self::RssSource => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::JsonFeed => "application/feed+json",
            Self::Rdf => "application/rdf+xml; charset=utf-8",
        }
    }
}

/// The feed as a document; `root` is the newsroom's address without a slash at the end.
pub(super) fn write(edition: &Edition, root: &str) -> String {
    match edition.feed.format {
        Format::RssContent | Format::RssSource => rss(edition, root),
        Format::Atom => atom(edition, root),
        Format::JsonFeed => json_feed(edition, root),
        Format::Rdf => rdf(edition, root),
    }
}

/// The page of an article.
pub(super) fn link(feed: &DemoFeed, article: &Printed, root: &str) -> String {
    format!("{root}{}/{}", feed.folder(), article.slug)
}

/// The text as a fragment of HTML.
pub(super) fn html(article: &Printed) -> String {
    each(&article.paragraphs, |paragraph| format!("<p>{}</p>\n", escape(paragraph)))
}

fn rss(edition: &Edition, root: &str) -> String {
    let feed = edition.feed;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n\
         <title>{title}</title>\n<link>{root}{folder}/</link>\n\
         <description>News from {title}</description>\n<language>en</language>\n\
         <lastBuildDate>{changed}</lastBuildDate>\n{items}</channel>\n</rss>\n",
        title = escape(feed.publisher),
        folder = feed.folder(),
        changed = rfc2822(edition.changed),
        items = each(&edition.articles, |article| rss_item(feed, article, root)),
    )
}

fn rss_item(feed: &DemoFeed, article: &Printed, root: &str) -> String {
    let text = match feed.format {
        Format::RssSource => rss_text_and_source(feed, article, root),
        _ => rss_text_and_teaser(article),
    };
    format!(
        "<item>\n<title>{title}</title>\n<link>{link}</link>\n\
         <guid isPermaLink=\"false\">{name}:{slug}</guid>\n\
         <pubDate>{published}</pubDate>\n{text}</item>\n",
        title = escape(&article.headline),
        link = link(feed, article, root),
        name = feed.name,
        slug = article.slug,
        published = rfc2822(article.published),
    )
}

fn rss_text_and_teaser(article: &Printed) -> String {
    format!(
        "<dc:creator>{author}</dc:creator>\n<description>{teaser}</description>\n\
         <content:encoded><![CDATA[{text}]]></content:encoded>\n",
        author = escape(article.author),
        teaser = escape(article.paragraphs.first().map_or("", String::as_str)),
        text = html(article),
    )
}

/// `<source>` names the feed that an item comes from: the paper's own.
fn rss_text_and_source(feed: &DemoFeed, article: &Printed, root: &str) -> String {
    format!(
        "<author>desk@example.org ({author})</author>\n<description>{text}</description>\n\
         <source url=\"{root}{path}\">{publisher}</source>\n",
        author = escape(article.author),
        text = escape(html(article)),
        path = feed.path,
        publisher = escape(feed.publisher),
    )
}

fn atom(edition: &Edition, root: &str) -> String {
    let feed = edition.feed;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
         <title>{title}</title>\n<id>tag:example.org,2025:{name}</id>\n\
         <link rel=\"self\" href=\"{root}{path}\"/>\n<updated>{changed}</updated>\n\
         {entries}</feed>\n",
        title = escape(feed.publisher),
        name = feed.name,
        path = feed.path,
        changed = edition.changed,
        entries = each(&edition.articles, |article| atom_entry(feed, article, root)),
    )
}

fn atom_entry(feed: &DemoFeed, article: &Printed, root: &str) -> String {
    format!(
        "<entry>\n<title>{title}</title>\n<link rel=\"alternate\" href=\"{link}\"/>\n\
         <id>tag:example.org,2025:{name}/{slug}</id>\n\
         <published>{published}</published>\n<updated>{updated}</updated>\n\
         <author><name>{author}</name></author>\n\
         <content type=\"html\">{text}</content>\n</entry>\n",
        title = escape(&article.headline),
        link = link(feed, article, root),
        name = feed.name,
        slug = article.slug,
        published = article.published,
        updated = article.updated,
        author = escape(article.author),
        text = escape(html(article)),
    )
}

fn json_feed(edition: &Edition, root: &str) -> String {
    let feed = edition.feed;
    let item = |article: &Printed| {
        json!({
            "id": format!("{}:{}", feed.name, article.slug),
            "url": link(feed, article, root),
            "title": article.headline,
            "content_html": html(article),
            "date_published": article.published.to_string(),
            "date_modified": article.updated.to_string(),
            "authors": [{ "name": article.author }],
        })
    };
    let document = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.publisher,
        "home_page_url": format!("{root}{}/", feed.folder()),
        "feed_url": format!("{root}{}", feed.path),
        "language": "en",
        "items": edition.articles.iter().map(item).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn rdf(edition: &Edition, root: &str) -> String {
    let feed = edition.feed;
    let reference =
        |article: &Printed| format!("<rdf:li rdf:resource=\"{}\"/>\n", link(feed, article, root));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
         <channel rdf:about=\"{root}{path}\">\n<title>{title}</title>\n\
         <link>{root}{folder}/</link>\n<description>News from {title}</description>\n\
         <dc:language>en</dc:language>\n<items><rdf:Seq>\n{contents}</rdf:Seq></items>\n\
         </channel>\n{items}</rdf:RDF>\n",
        path = feed.path,
        title = escape(feed.publisher),
        folder = feed.folder(),
        contents = each(&edition.articles, reference),
        items = each(&edition.articles, |article| rdf_item(&link(feed, article, root), article)),
    )
}

fn rdf_item(link: &str, article: &Printed) -> String {
    format!(
        "<item rdf:about=\"{link}\">\n<title>{title}</title>\n<link>{link}</link>\n\
         <description>{text}</description>\n<dc:creator>{author}</dc:creator>\n\
         <dc:date>{published}</dc:date>\n</item>\n",
        title = escape(&article.headline),
        text = escape(article.paragraphs.first().map_or("", String::as_str)),
        author = escape(article.author),
        published = article.published,
    )
}

/// What `write` makes of each part, one after another.
fn each<T>(parts: &[T], write: impl Fn(&T) -> String) -> String {
    parts.iter().map(write).collect::<Vec<_>>().concat()
}

/// The date as RSS wants it; empty for a year that it cannot write.
fn rfc2822(moment: Timestamp) -> String {
    rfc2822::DateTimePrinter::new().timestamp_to_string(&moment).unwrap_or_default()
}

//! Writes the web page of an article.

use quick_xml::escape::escape;

use super::{edition::Printed, format::html, newsroom::DemoFeed};

/// The page at an article's link, with the furniture that such pages have.
pub(super) fn write(feed: &DemoFeed, article: &Printed) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{headline} | {publisher}</title>\n\
         <meta property=\"og:site_name\" content=\"{publisher}\">\n\
         <meta property=\"article:published_time\" content=\"{published}\">\n</head>\n<body>\n\
         <header><a href=\"{path}\">{publisher}</a></header>\n\
         <article>\n<h1>{headline}</h1>\n<p class=\"byline\">{author}</p>\n{text}</article>\n\
         <footer>Invented for a demonstration.</footer>\n</body>\n</html>\n",
        headline = escape(&article.headline),
        publisher = escape(feed.publisher),
        published = article.published,
        path = feed.path,
        author = escape(article.author),
        text = html(article),
    )
}

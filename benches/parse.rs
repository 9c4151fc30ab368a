//! How fast feeds are read: a healthy document, a damaged one, and one made to be slow.

use divan::{Bencher, counter::BytesCount};
use wiredesk::parse::{Context, parse};

fn main() {
    divan::main();
}

/// An RSS document with as many items as a busy paper's.
fn document(title_end: &str) -> Vec<u8> {
    let mut text = String::from("<rss version=\"2.0\"><channel><title>Bench Paper</title>");
    text.extend((0..200).map(|number| item(number, title_end)));
    text.push_str("</channel></rss>");
    text.into_bytes()
}

fn item(number: usize, title_end: &str) -> String {
    let body = "&lt;p&gt;A sentence of some length about nothing at all.&lt;/p&gt;".repeat(20);
    format!(
        "<item><title>Headline {number}{title_end}<link>https://bench.example/{number}</link>\
         <guid>bench-{number}</guid><pubDate>Mon, 02 Mar 2026 09:15:00 GMT</pubDate>\
         <description>{body}</description></item>"
    )
}

fn run(bencher: Bencher<'_, '_>, document: &[u8]) {
    let context = Context::default();
    bencher.counter(BytesCount::of_slice(document)).bench(|| parse(document, &context));
}

#[divan::bench]
fn healthy(bencher: Bencher<'_, '_>) {
    run(bencher, &document("</title>"));
}

#[divan::bench]
fn unclosed_titles(bencher: Bencher<'_, '_>) {
    run(bencher, &document(""));
}

#[divan::bench]
fn flood_of_brackets(bencher: Bencher<'_, '_>) {
    let flood = "<".repeat(200_000);
    run(bencher, format!("<rss><channel><item><title>{flood}</title>").as_bytes());
}

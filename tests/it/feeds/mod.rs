//! Feeds tried, found, and moved from and to other readers.

mod found;
mod lists;

use std::process::Output;

use serde_json::Value;

use crate::support::{
    desk::Desk,
    origin::{Answer, Origin},
};

/// The feed of a paper that cannot say "not modified".
const FEED: &str = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>\
     <title>Arden Post</title><language>en</language><ttl>90</ttl>\
     <item><guid isPermaLink='false'>1</guid><title>Pier & quay closed</title><link>https://post.example/1</link>\
     <pubDate>Mon, 04 May 2026 10:00:00 GMT</pubDate><description>Ferries stay away …</description></item>\
     <item><guid isPermaLink='false'>2</guid><title>Storm</title><link>https://post.example/2</link>\
     <pubDate>Mon, 04 May 2026 08:00:00 GMT</pubDate><description>Short.</description></item>\
     </channel></rss>";

/// A site with a front page, two feeds of which it declares one twice, and a page that is gone.
async fn site() -> Origin {
    Origin::start(|asked| match asked.target.as_str() {
        "/" => Answer::new(
            200,
            &[("Content-Type", "text/html")],
            "<html><head><title>Arden Post</title><base href='/feeds/'>\
             <link rel='alternate' type='application/rss+xml' title='All of it' href='all.xml'>\
             <link rel='alternate' type='application/atom+xml' href='/feeds/all.xml'>\
             <link rel='alternate' type='application/atom+xml' href='gone.xml'></head></html>",
        ),
        "/feeds/all.xml" => Answer::new(200, &[("Content-Type", "application/rss+xml")], FEED),
        "/plain/" => Answer::new(200, &[], "<html><title>No feed here</title></html>"),
        "/rss.xml" => Answer::new(200, &[("ETag", "\"7\"")], FEED),
        "/old" => Answer::new(301, &[("Location", "/feeds/all.xml")], ""),
        _ => Answer::new(404, &[], ""),
    })
    .await
}

fn desk(origin: &Origin, feeds: &str) -> Desk {
    Desk::new(&format!("[fetch]\nallow = ['{}']\n{feeds}", origin.address()))
}

fn feed(name: &str, url: &str) -> String {
    format!("[[feed]]\nname = '{name}'\nurl = '{url}'\n")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

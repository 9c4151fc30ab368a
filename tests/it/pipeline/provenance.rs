//! Whose text it is, from the item to the mail.

use wiredesk::{
    model::{FeedName, Item},
    parse,
    pipeline::prepare::{self, Circumstances, Prepared},
};

use super::start;
use crate::support::wire;

/// Prepares the items of an RSS document as of the feed `mixed`.
fn prepared(houses: &str, publisher: &str, items: &str) -> Vec<Prepared> {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "{houses}[[feed]]\nname = 'mixed'\nurl = 'https://mixed.example/feed'\n{publisher}\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
         [[rule]]\nname = 'post'\nquery = 'publisher:\"Sunday Post\"'\nnotify = ['desk']\n"
    );
    let live = wire::live(folder.path(), &config);
    let document =
        format!("<rss version='2.0'><channel><title>Mixed</title>{items}</channel></rss>");
    let context = parse::Context { url: None, content_type: None };
    let items: Vec<Item> = parse::parse(document.as_bytes(), &context).unwrap().items;
    let spec = &live.feeds[&FeedName::new("mixed")];
    let around = Circumstances { spec, live: &live, first_poll: false, now: start() };
    prepare::prepare(&items, &around)
}

const POST: &str = "[[publisher]]\nname = 'Arden Post'\ndomains = ['arden-post.example']\n\
                    editions = ['Sunday Post']\n";

#[test]
fn the_publisher_is_named_by_source_then_by_site_then_by_feed() {
    let of_item = |publisher: &str, item: &str| {
        let item = format!("<item><guid>1</guid><title>Crane falls</title>{item}</item>");
        let [one] = prepared(POST, publisher, &item).try_into().unwrap();
        one.described.article.publisher
    };
    let feed = "publisher = 'The Collector'";
    let link = "<link>https://www.arden-post.example/a</link>";
    let other = "<link>https://elsewhere.example/a</link>";
    let source = "<source url='https://unknown.example/'>Ebb Tide</source>";
    let edition = "<source url='https://unknown.example/'>Sunday Post</source>";
    let site = "<source url='https://arden-post.example/feed'>All the news from Arden</source>";
    let agency = "<source url='https://unknown.example/'>Reuters</source>";
    for (publisher, item, expected) in [
        (feed, format!("{link}{source}"), "Ebb Tide"),
        (feed, format!("{other}{edition}"), "Arden Post"),
        (feed, format!("{other}{site}"), "Arden Post"),
        (feed, format!("{link}{agency}"), "Arden Post"),
        (feed, format!("{other}{agency}"), "The Collector"),
        ("", format!("{other}{agency}"), "Reuters"),
        (feed, link.to_owned(), "Arden Post"),
        (feed, other.to_owned(), "The Collector"),
        ("publisher = 'Sunday Post'", other.to_owned(), "Arden Post"),
        ("", other.to_owned(), "elsewhere.example"),
        ("", String::new(), "mixed.example"),
    ] {
        assert_eq!(of_item(publisher, &item), expected, "{publisher} {item}");
    }
}

#[test]
fn a_rule_may_name_any_edition_of_the_paper() {
    let items = "<item><guid>1</guid><title>Crane</title><link>https://arden-post.example/a</link></item>\
                 <item><guid>2</guid><title>Crane</title><link>https://ebb-tide.example/a</link></item>";
    let matched: Vec<_> = prepared(POST, "", items).iter().map(|one| one.matches.len()).collect();
    assert_eq!(matched, [1, 0]);
}

//! Whose text it is, from the item to the mail.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wiredesk::{
    clock::Clock,
    model::{FeedName, Item},
    parse,
    pipeline::prepare::{self, Circumstances, Prepared},
};

use super::{Entry, start, texts};
use crate::support::{
    desk::Desk,
    origin::{Answer, Origin},
    strict, wire,
};

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
    let found =
        "<link>https://www.google.com/url?url=https://m.arden-post.example/a&amp;ct=ga</link>";
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
        (feed, found.to_owned(), "Arden Post"),
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

/// Feeds with the publisher they name, the age of their copy in hours, and what it says.
const COPIES: [(&str, &str, i64); 6] = [
    ("post", "Arden Post", 5),
    ("courier", "Sund Courier", 4),
    ("north", "Mills Gazette North", 3),
    ("south", "Mills Gazette South", 3),
    ("tide", "Ebb Tide", 2),
    ("tidal", "Tidal News Agency", 1),
];

/// The papers, and the agency where it has a feed as well.
fn newsroom(origin: &Origin, agency: bool) -> String {
    let mut config = format!(
        "[fetch]\nallow = ['{}']\n\
         [[agency]]\nid = 'tna'\nname = 'Tidal News Agency'\ntokens = ['TNA']\n\
         [[publisher]]\nname = 'The Mills Gazette'\n\
         editions = ['Mills Gazette North', 'Mills Gazette South']\n\
         [[publisher]]\nname = 'Ebb Tide'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'lock'\nquery = 'lock'\nnotify = ['desk']\n\
         tell_again = ['headline']\n",
        origin.address()
    );
    for (feed, publisher, _) in &COPIES[..COPIES.len() - usize::from(!agency)] {
        let url = origin.url(&format!("/{feed}"));
        writeln!(
            config,
            "[[feed]]\nname = '{feed}'\nurl = '{url}'\npublisher = '{publisher}'\ninterval = '1 h'"
        )
        .unwrap();
    }
    config
}

/// The only copy of a feed: the courier's is credited and cites another paper.
fn copy(feed: &str, now: Timestamp) -> String {
    let (_, _, age) = COPIES.iter().find(|(name, ..)| *name == feed).unwrap();
    let plain = texts::LOCK.replace("ELLABY, May 12 (TNA): ", "");
    let text = match feed {
        "courier" => {
            format!("{}\n\nThe gate was old, the Ebb Tide reported on Friday.", texts::LOCK)
        }
        "tidal" => texts::LOCK.to_owned(),
        _ => plain,
    };
    let published = now - SignedDuration::from_hours(*age);
    let title = format!("The lock, as {feed} has it");
    wire::atom(feed, &[Entry { id: "lock".into(), title, text, published }])
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_owe_the_agency_whose_own_item_leads() {
    let now = Clock::System.now();
    let origin = Origin::start(move |asked| {
        Answer::new(200, &[], copy(asked.target.trim_matches('/'), now))
    })
    .await;
    let desk = Desk::new(&newsroom(&origin, false));
    desk.once();
    let articles = desk.export("articles");
    let of = |articles: &[Value], feed: &str| -> Value {
        articles.iter().find(|article| article["feed"] == feed).unwrap().clone()
    };
    let [story] = desk.export("stories").try_into().unwrap();
    assert_eq!(story["lead"], of(&articles, "post")["id"], "the earliest: {story}");
    assert_eq!((&story["origin"], &story["origins"]), (&json!("tna"), &json!(1)));
    let courier = of(&articles, "courier");
    for (feed, authorship, credit) in [
        ("post", "own", Value::Null),
        ("courier", "syndicated", json!("certain")),
        ("north", "own", json!("inferred")),
        ("south", "own", json!("inferred")),
        ("tide", "own", Value::Null),
    ] {
        let article = of(&articles, feed);
        assert_eq!(article["authorship"], authorship, "{article}");
        assert_eq!(article["credits"][0]["certainty"], credit, "{article}");
        if credit == "inferred" {
            assert_eq!(article["credits"][0]["article"], courier["id"], "{article}");
            assert_eq!(
                (&article["origin"], &article["publisher"]),
                (&json!("tna"), &json!("The Mills Gazette"))
            );
        }
    }
    let mails = desk.mails();
    let mail = strict::read(&mails[0]).unwrap();
    let mail = format!("{}\n{}", mail.field("subject").unwrap(), mail.text);
    assert!(mail.contains("Tidal News Agency, 4 papers"), "editions are one paper: {mail}");
    assert!(mail.contains("Tidal News Agency, inferred)"), "{mail}");
    assert_eq!(mails.len(), 1);

    desk.configure(&newsroom(&origin, true));
    desk.once();
    let articles = desk.export("articles");
    let [story] = desk.export("stories").try_into().unwrap();
    let own = of(&articles, "tidal");
    assert_eq!((&story["lead"], &own["authorship"]), (&own["id"], &json!("agency_site")));
    assert_eq!(story["title"], "The lock, as tidal has it");
    assert_eq!(
        story["carriers"],
        json!(["Arden Post", "Sund Courier", "The Mills Gazette", "Ebb Tide"])
    );
    let leads: Vec<_> = articles.iter().filter(|article| article["relation"] == "lead").collect();
    assert_eq!(leads, [&own]);
    let post = of(&articles, "post");
    assert_eq!((&post["relation"], &post["match"]), (&json!("verbatim"), &own["id"]));
    let explained = desk.answer(&["explain", &of(&articles, "north")["id"].to_string()]);
    let explained = String::from_utf8(explained.stdout).unwrap();
    let credit = format!("Tidal News Agency (tna): inferred, article {}", courier["id"]);
    assert!(explained.contains(&credit), "{explained}");
}

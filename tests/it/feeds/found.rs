//! `feeds probe` and `feeds discover`.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_shows_what_is_understood_and_what_would_be_done() {
    let origin = site().await;
    let desk = desk(&origin, &feed("post", &origin.url("/feeds/all.xml")));
    let answer = desk.answer(&["feeds", "probe", &origin.url("/old")]);
    assert!(answer.status.success(), "{}", said(&answer));
    let text = out(&answer).replace(&origin.url(""), "http://post");
    insta::assert_snapshot!(text, @r#"
    http://post/old
      answer      200, 537 bytes, application/rss+xml
      address     http://post/feeds/all.xml; moved there for good
      document    RSS, UTF-8, "Arden Post", en, 2 items
      dates       from 2026-05-04 08:00 to 2026-05-04 10:00; 0.5 an hour
      told by     ids
      texts       2 of 2 are short or cut
      hints       good for 90 min
      interval    about 93 min: the document says how long it is good
      warning     no validators: each poll fetches all of it
      warning     it moved for good: write the new address
      item        2026-05-04 10:00  Pier & quay closed
                                    https://post.example/1
      item        2026-05-04 08:00  Storm
                                    https://post.example/2
    "#);

    let answer = desk.answer(&["feeds", "probe", "--json", &origin.url("/feeds/all.xml")]);
    let probe = &lines(&answer)[0];
    assert_eq!((&probe["name"], &probe["format"]), (&"post".into(), &"RSS".into()));
    assert_eq!(
        (&probe["items"], &probe["ttl"], &probe["short_texts"]),
        (&2.into(), &5400.into(), &2.into())
    );
    assert_eq!(probe["newest"], "2026-05-04T10:00:00Z");
    assert_eq!(probe["first_items"][1]["title"], "Storm");
    assert_eq!(probe["problem"], Value::Null);
    assert_eq!(origin.asked().len(), 3, "the redirect, and each document once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_reads_files_and_says_what_is_no_feed() {
    let origin = site().await;
    let desk = desk(&origin, "");
    let file = desk.path("wire.xml");
    std::fs::write(&file, FEED).unwrap();
    let answer = desk.answer(&["feeds", "probe", "--json", file.to_str().unwrap()]);
    assert_eq!(lines(&answer)[0]["items"], 2);
    for (feed, wanted) in [
        (origin.url("/plain/"), "not_a_feed: an HTML page titled \"No feed here\", not a feed"),
        (origin.url("/none"), "not_found: the server answered 404"),
        ("http://127.0.0.1:1/".to_owned(), "refused: "),
        ("/nowhere.xml".to_owned(), "not_found: No such file"),
    ] {
        let answer = desk.answer(&["feeds", "probe", &feed]);
        assert_eq!(answer.status.code(), Some(65), "{feed}");
        assert!(out(&answer).contains(wanted), "{feed}: {}", out(&answer));
    }
    assert_eq!(desk.answer(&["feeds", "probe"]).status.code(), Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_feeds_are_probed_in_a_line_each() {
    let origin = site().await;
    let feeds = [feed("a", &origin.url("/rss.xml")), feed("b", &origin.url("/none"))].concat();
    let desk = desk(&origin, &feeds);
    let answer = desk.answer(&["feeds", "probe", "--all"]);
    assert_eq!(answer.status.code(), Some(65));
    let text = out(&answer);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0]
            .starts_with("a: RSS, UTF-8, \"Arden Post\", en, 2 items; the newest of 2026-05-04"),
        "{text}"
    );
    assert_eq!(lines[1], "b: not_found: the server answered 404");

    let answer = super::desk(&origin, "").answer(&["feeds", "probe", "--all"]);
    assert_eq!(answer.status.code(), Some(78));
    assert!(said(&answer).ends_with("has no feed that is polled\n"), "{}", said(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_that_a_page_declares_come_with_their_toml() {
    let origin = site().await;
    let desk = desk(&origin, &feed("all-of-it", "https://other.example/"));
    let answer = desk.answer(&["feeds", "discover", &origin.url("/")]);
    assert!(answer.status.success(), "{}", said(&answer));
    let text = out(&answer);
    let url = origin.url("/feeds/all.xml");
    let toml = format!("# All of it\n[[feed]]\nname = \"all-of-it-2\"\nurl = \"{url}\"\n");
    assert!(text.contains(&toml), "{text}");
    assert!(text.contains("problem     not_found"), "{text}");
    assert_eq!(text.matches("[[feed]]").count(), 1, "{text}");

    desk.configure(&format!("[fetch]\nallow = ['{}']\n{}", origin.address(), feed("post", &url)));
    let answer = desk.answer(&["feeds", "discover", "--json", &origin.url("/")]);
    let found = lines(&answer);
    assert_eq!((&found[0]["configured_as"], &found[0]["toml"]), (&"post".into(), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usual_addresses_are_tried_where_a_page_declares_nothing() {
    let origin = site().await;
    let desk = desk(&origin, "");
    let answer = desk.answer(&["feeds", "discover", &origin.url("/plain/")]);
    assert!(
        out(&answer).contains(&format!("url = \"{}\"", origin.url("/rss.xml"))),
        "{}",
        out(&answer)
    );
    assert_eq!(origin.asked().len(), 7);

    let answer = desk.answer(&["feeds", "discover", &origin.url("/rss.xml")]);
    assert!(out(&answer).contains("name = \"arden-post\""), "it is one itself");

    let empty = Origin::start(|_| Answer::new(200, &[], "<html></html>")).await;
    let desk = super::desk(&empty, "");
    let answer = desk.answer(&["feeds", "discover", &empty.url("/")]);
    assert_eq!(answer.status.code(), Some(65));
    assert!(
        said(&answer).contains("declares no feed, and there is none at /feed, "),
        "{}",
        said(&answer)
    );
}

//! `wiredesk search`: the archive in the language of the rules.

use serde_json::Value;

use super::archive::{answer, archive};
use crate::support::desk::Desk;

/// The headlines that a query finds, the newest article first.
fn found(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let lines = answer(desk, &[&["search", "--json"], arguments].concat());
    let title =
        |line| serde_json::from_str::<Value>(line).unwrap()["title"].as_str().unwrap().to_owned();
    let mut titles: Vec<_> = lines.lines().map(title).collect();
    titles.sort();
    titles
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matcher_has_the_last_word() {
    let desk = archive().await;
    for (query, expected) in [
        ("Arden NEAR/2 votes", &["Arden votes on a new school"][..]),
        ("title:votes NOT school", &["Norland votes"]),
        ("cricket AND publisher:\"arden post\"", &["Cricket by the pier"]),
        ("publisher:norland*", &["Channel blocked after crane accident", "Norland votes"]),
        ("wick* AND $port", &["Cricket by the pier"]),
        ("Ardn~1 AND school", &["Arden votes on a new school"]),
        ("/elev[a-z]+ metres/ AND cricket", &[]),
        ("nowhere", &[]),
    ] {
        assert_eq!(found(&desk, &[query]), expected, "{query}");
    }
    let crane = found(&desk, &["crane AND channel"]);
    assert_eq!(crane.len(), 1, "one line a story: {crane:?}");
    assert_eq!(found(&desk, &["Norland OR Arden", "--limit", "2"]).len(), 2);
    assert_eq!(found(&desk, &["Norland", "--since", "2099-01-01T00:00:00Z"]), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_marked_words_and_the_link() {
    let desk = archive().await;
    let text = answer(&desk, &["search", "polls AND votes"]);
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].ends_with("  Norland Courier: Norland «votes»"), "{text}");
    assert_eq!(lines[1], "    The «polls» open at eight, and close at six in the evening.");
    assert!(lines[2].starts_with("    https://courier.example/norland-votes (article "), "{text}");
    let bad = desk.answer(&["search", "Norland votes"]);
    assert_eq!((bad.status.code(), bad.stdout.len()), (Some(78), 0));
    assert!(String::from_utf8(bad.stderr).unwrap().starts_with("error[E104]"));
}

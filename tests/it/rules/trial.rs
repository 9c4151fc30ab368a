//! `wiredesk rules test`: what a rule would have sent.

use serde_json::{Value, json};

use super::archive::{answer, archive};
use crate::support::desk::Desk;

fn tried(desk: &Desk, arguments: &[&str]) -> Value {
    let arguments = [&["rules", "test", "--json"], arguments].concat();
    serde_json::from_str(&answer(desk, &arguments)).unwrap()
}

fn titles(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|story| story["title"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_folded_into_the_stories_that_would_be_told() {
    let desk = archive().await;
    let before = (desk.export("alerts"), desk.export("articles"));
    let trial = tried(&desk, &["--query", "$port AND Arden"]);
    assert_eq!([&trial["articles"], &trial["matched"], &trial["stories"]], [5, 3, 2]);
    assert_eq!(trial["mails"], 2);
    assert_eq!(trial["days"].as_array().unwrap().len(), 1);
    assert_eq!(
        trial["parts"],
        json!([{"part": "$port", "articles": 3}, {"part": "Arden", "articles": 4}])
    );
    assert!(trial.get("difference").is_none());
    assert_eq!((desk.export("alerts"), desk.export("articles")), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_compared_with_what_it_matched_so_far() {
    let desk = archive().await;
    let same = tried(&desk, &["harbour"]);
    assert_eq!(same["difference"], json!({"added": [], "gone": []}));
    let config = std::fs::read_to_string(desk.config()).unwrap();
    std::fs::write(
        desk.config(),
        config.replace("Arden AND $port NOT cricket", "$port AND cricket"),
    )
    .unwrap();
    let changed = tried(&desk, &["harbour"]);
    assert_eq!(titles(&changed["difference"]["added"]), ["Cricket by the pier"]);
    assert_eq!(changed["difference"]["gone"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_compared_with_a_rule_asked_of_the_same_articles() {
    let desk = archive().await;
    let trial = tried(&desk, &["--query", "votes", "--against", "votes"]);
    assert_eq!(titles(&trial["difference"]["added"]), ["Arden votes on a new school"]);
    assert_eq!(titles(&trial["difference"]["gone"]), [""; 0]);
    let trial = tried(&desk, &["--query", "votes", "--against", "off", "--samples", "1"]);
    assert_eq!(titles(&trial["samples"]).len(), 1);
    assert_eq!(titles(&trial["difference"]["gone"]).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_counts_a_chart_and_marked_words() {
    let desk = archive().await;
    let text = answer(&desk, &["rules", "test", "--query", "$port AND Arden", "--since", "3d"]);
    assert!(text.contains("query: $port AND Arden\n5 articles looked at"), "{text}");
    assert!(text.contains("true of 3 articles in 2 stories\n\n2 mails, a day (UTC)\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.ends_with("2  ██")).count(), 1, "{text}");
    assert!(text.contains("      Cricket by the «pier»\n"), "{text}");
    assert!(text.contains("\narticles that each part is true of\n         3  $port\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_is_said() {
    let desk = archive().await;
    let bad = desk.answer(&["rules", "test", "--query", "Norland harbour"]);
    let text = String::from_utf8(bad.stderr).unwrap();
    assert_eq!((bad.status.code(), bad.stdout.len()), (Some(78), 0));
    assert!(text.starts_with("error[E104]") && text.contains("^^^^^^^^^^^^^^^"), "{text}");
    let unknown = desk.answer(&["rules", "test", "harbor"]);
    assert_eq!(unknown.status.code(), Some(65));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("did you mean `harbour`?"));
    for arguments in [&["rules", "test"][..], &["rules", "test", "harbour", "--query", "x"]] {
        assert_eq!(desk.answer(arguments).status.code(), Some(64));
    }
}

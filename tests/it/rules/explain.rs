//! `wiredesk explain`: which part of a rule is true of an article, and by which words.

use super::archive::{answer, archive};

/// The article with that headline.
fn id(desk: &crate::support::desk::Desk, title: &str) -> String {
    let articles = desk.export("articles");
    let found = articles.iter().find(|article| article["title"] == title);
    found.unwrap()["id"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_of_a_rule_says_what_each_part_found() {
    let desk = archive().await;
    let cricket = id(&desk, "Cricket by the pier");
    let text = answer(&desk, &["explain", &cricket, "--rule", "harbour"]);
    let tree: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("rule `harbour`"))
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(
        tree,
        [
            "rule `harbour`, as it is now, is not true of this article",
            "  ✗ false  Arden AND $port NOT cricket",
            "  ✓ true   ├ Arden                      body “Arden”",
            "  ✓ true   ├ $port",
            "  ✗ false  │ ├ harbour",
            "  ✓ true   │ └ pier                     title “pier”, body “pier”",
            "  ✗ false  └ NOT cricket",
            "  ✓ true     └ cricket                  title “Cricket”, body “cricket”",
            "  it did not match when the article came",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_rule_each_that_matched_is_told_with_its_decision() {
    let desk = archive().await;
    let crane = id(&desk, "Channel blocked after crane accident");
    let text = answer(&desk, &["explain", &crane]);
    assert!(text.contains("  `harbour` matched; decided: "), "{text}");
    assert!(text.contains("      body “harbour”"), "{text}");
    let cricket = id(&desk, "Cricket by the pier");
    assert!(answer(&desk, &["explain", &cricket]).contains("\nrules\n  no rule matched\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_does_not_look_at_the_feed_is_said_to_pass_it_over() {
    let desk = archive().await;
    let school = id(&desk, "Arden votes on a new school");
    let json = answer(&desk, &["explain", &school, "--rule", "votes", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rule"]["true"], false);
    assert_eq!(json["rule"]["passed_over"], "the rule does not look at feed `post`");
    assert_eq!(json["rule"]["tree"]["true"], true);
    let span = serde_json::json!({"field": "title", "start": 6, "end": 11, "words": "votes"});
    assert_eq!(json["rule"]["tree"]["spans"], serde_json::json!([span]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_rule_is_answered_with_the_nearest() {
    let desk = archive().await;
    let output = desk.answer(&["explain", "1", "--rule", "harbor"]);
    assert_eq!(output.status.code(), Some(65));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("there is no rule `harbor`") && text.contains("`harbour`?"), "{text}");
}

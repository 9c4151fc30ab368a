//! `wiredesk rules list`: every rule with what it found.

use serde_json::{Value, json};

use super::archive::{answer, archive};
use crate::support::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_is_listed_with_what_it_found_and_what_it_needs() {
    let desk = archive().await;
    let lines = answer(&desk, &["rules", "list", "--json"]);
    let rules: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<_> = rules.iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["harbour", "votes", "off"]);
    let harbour = &rules[0];
    assert_eq!([&harbour["articles"], &harbour["stories"], &harbour["alerts"]], [2, 1, 1]);
    assert_eq!(harbour["needed"], "arden AND (harbour OR pier)");
    assert_eq!(harbour["candidates"], 3);
    assert_eq!(harbour["notify"], json!(["desk"]));
    assert!(harbour["last"].is_string() && harbour["enabled"] == true);
    assert_eq!(rules[1]["until"], "2100-01-01T00:00:00Z");
    assert_eq!((&rules[2]["enabled"], &rules[2]["articles"]), (&json!(false), &json!(0)));

    let text = answer(&desk, &["rules", "list"]);
    assert!(text.contains("off, not enabled: Norland\n"), "{text}");
    assert!(
        text.contains("    found in 30 days: 2 articles in 1 story, 1 alert; the last"),
        "{text}"
    );
    assert!(
        text.contains("    asked of articles with arden AND (harbour OR pier) (3)\n"),
        "{text}"
    );
}

#[test]
fn rules_are_listed_before_anything_has_run() {
    let desk = Desk::new("[[rule]]\nname = 'flood'\nquery = '* NOT cricket'\n");
    let text = answer(&desk, &["rules", "list"]);
    let expected = "flood: * NOT cricket\n    tells nobody\n    found in 30 days: nothing\n    \
                    asked of every article\n    warning W230: `*` is every story\n";
    assert_eq!(text, expected);
}

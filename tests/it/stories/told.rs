//! What is told of stories, and of why they are as they are.

use serde_json::{Value, json};

use super::{Press, cut, whole};
use crate::support::wire::{headline, text};

/// The last words of a text.
fn end(number: u64, words: usize) -> String {
    let text = text(number);
    let all: Vec<_> = text.split_whitespace().collect();
    all[all.len() - words..].join(" ")
}

/// The first words of a text.
fn beginning(number: u64, words: usize) -> String {
    text(number).split_whitespace().take(words).collect::<Vec<_>>().join(" ")
}

/// A story of three carriers, of which the third is hardly a copy; one that is like it; and one
/// that is like nothing.
async fn papers() -> Press {
    let press = Press::new().await;
    press.printed_and_read("post", 1, whole(1));
    press.printed_and_read("courier", 2, cut(1));
    press.printed_and_read("gazette", 3, format!("{}\n\n{}", text(7), end(1, 38)));
    press.printed_and_read("pilot", 4, format!("{}\n\n{}", beginning(8, 60), end(1, 60)));
    press.printed_and_read("pilot", 5, text(9));
    press
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_are_listed_with_how_far_they_went() {
    let press = papers().await;
    let text = press.answer(&["stories", "list"]);
    let lines: Vec<_> = text.lines().map(|line| line.trim_start_matches(|c| c != ' ')).collect();
    let [none, _, like, related, first, far] = &lines[..] else { panic!("{text}") };
    let title = |line: &str, story: u64, number| {
        assert!(line.ends_with(&format!("  story {story}: {}", headline(number))), "{text}");
    };
    title(none, 3, 5);
    title(like, 1, 1);
    assert_eq!(
        *related,
        "    origin publisher:arden-post; 3 carriers, 2 origins, related to 1 story, 1 alert"
    );
    title(first, 2, 3);
    assert_eq!(
        *far,
        "    origin publisher:gazette; 1 carrier, 2 origins, related to 1 story, 0 alerts"
    );

    let stories = press.json(&["stories", "list", "--json", "--rule", "harbour"]);
    assert_eq!(stories.len(), 1, "{stories:?}");
    assert_eq!((&stories[0]["id"], &stories[0]["alerts"]), (&json!(1), &json!([1])));
    assert_eq!(stories[0]["carriers"], json!(["Arden Post", "Norland Courier", "The Pilot"]));
    assert_eq!(press.answer(&["stories", "list", "--rule", "pier"]), "there is no story\n");
    assert_eq!(
        press.answer(&["stories", "list", "--since", "2100-01-01T00:00:00Z"]),
        "there is no story\n"
    );
    assert_eq!(press.desk.answer(&["stories", "list", "--rule", "har"]).status.code(), Some(65));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_is_shown_with_its_carriers_and_why_others_are_related() {
    let press = papers().await;
    let text = press.answer(&["stories", "show", "1"]);
    for expected in [
        format!("story 1: {}\n  lead       article 1 of Arden Post\n", headline(1)),
        "  origin     publisher:arden-post; 2 independent with related stories\n".to_owned(),
        "\n3 articles by 3 carriers\n  1      lead        ".to_owned(),
        format!(
            "Norland Courier: {}\n         https://courier.example/a1 (compared with 1)\n",
            headline(2)
        ),
        "  2      cut        100 %  20".to_owned(),
        format!("  story 2  The Gazette: {}\n         article 1 shares ", headline(3)),
        " of the shorter text with article 3\n".to_owned(),
        "\n1 alert\n  alert 1 for `harbour`: first match (made 20".to_owned(),
    ] {
        assert!(text.contains(&expected), "{expected} is not in\n{text}");
    }
    assert!(!text.contains("by hand"), "{text}");

    press.answer(&["stories", "split", "1", "4"]);
    press.answer(&["stories", "merge", "3", "2"]);
    let text = press.answer(&["stories", "show", "1"]);
    assert!(text.contains("\nby hand\n  taken apart from story 4 at 20"), "{text}");
    let [json] = press.json(&["stories", "show", "2", "--json"]).try_into().unwrap();
    assert_eq!((&json["merged"][0]["story"], &json["articles"]), (&json!(3), &json!([3, 5])));
    assert_eq!(json["copies"][0]["relation"], "lead");
    assert_eq!(json["copies"][1]["match"], 3);
    let link = &json["links"][0];
    assert_eq!(
        (&link["story"], &link["article"], &link["match"]),
        (&json!(1), &json!(3), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_least_certain_decisions_are_reviewed_until_somebody_ruled_on_them() {
    let press = papers().await;
    let about = |found: &[Value]| -> Vec<(i64, bool)> {
        found.iter().map(|one| (one["article"].as_i64().unwrap(), one["joined"] == true)).collect()
    };
    let found = press.json(&["stories", "review", "--json"]);
    assert_eq!(about(&found), [(4, true), (3, false)], "not the clear cut: {found:?}");
    assert!(found.is_sorted_by_key(|one| one["margin"].as_f64().unwrap()));
    assert_eq!([&found[1]["verdict"], &found[1]["ground"]], ["related", "too_little"]);
    assert_eq!(found[1]["shared_run"]["text"], end(1, 38).trim_end_matches('.'));
    let text = press.answer(&["stories", "review"]);
    for expected in [
        "story 1: a copy: the wording was taken over (margin ",
        "    not a copy? wiredesk stories split 1 4\n",
        "stories 1 and 2: related, no copy: too little of the wording is shared (margin ",
        "    38 words in both: …",
        "    one text? wiredesk stories merge 1 2\n",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }

    press.answer(&["stories", "split", "1", "4"]);
    let left = press.json(&["stories", "review", "--json"]);
    assert!(!about(&left).contains(&(4, true)), "{left:?}");
    press.answer(&["stories", "merge", "1", "2"]);
    assert_eq!(about(&press.json(&["stories", "review", "--json"])), [(0, false); 0]);
    assert_eq!(press.answer(&["stories", "review"]), "every decision was a clear one\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_what_was_compared_and_what_decided() {
    let press = papers().await;
    let text = press.answer(&["explain", "3"]);
    for expected in [
        "\ncopies\n  leads story 2\n",
        "\nas judged when it came\n  article 1 (story 1), Arden Post: ",
        "\n      related, no copy: too little of the wording is shared\n      containment ",
        "\n      guards, ✗ speaks against a copy by wording: ✓ furniture  ✓ page  ✓ template  ✗ too little  ✓ thin  ✓ quotes  ",
        "\n        wording outside quotations    1.30 ×  0.",
        "; 6.00 is needed\n        figures kept ",
        "      longest run of words in both texts as they are stored now: 38\n",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    let [json] = press.json(&["explain", "2", "--json"]).try_into().unwrap();
    let judgement = &json["judgements"][0];
    assert_eq!([&judgement["verdict"], &judgement["ground"]], ["copy", "reprinted"]);
    assert_eq!((&judgement["joined"], &judgement["match"]), (&json!(true), &json!(1)));
    assert_eq!(judgement["rewritten"]["factors"].as_array().unwrap().len(), 5);
    assert_eq!(json["matches"][0]["decision"], "already_told");
    press.answer(&["stories", "split", "1", "4"]);
    let [json] = press.json(&["explain", "4", "--json"]).try_into().unwrap();
    assert_eq!(
        (&json["article"]["story"], &json["story"]["apart"][0]["story"]),
        (&json!(4), &json!(1))
    );
    assert_eq!(json["judgements"][0]["story"], 1, "as it was judged when it came");
    let [json] = press.json(&["explain", "1", "--json"]).try_into().unwrap();
    assert_eq!(json["matches"][0]["decision"], "first", "whatever came to the story later");
    let text = press.answer(&["explain", "5"]);
    assert!(text.contains("  opened story 3: nothing like it was known\n"), "{text}");
}

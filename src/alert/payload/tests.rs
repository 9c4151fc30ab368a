//! Tests of bodies: what is documented holds, and nothing of a feed acts in another's form.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{
    alert::{Carrier, Reason, letter::Templates, render},
    model::{AlertId, ArticleId, RuleName},
    query::Field,
};

fn told(title: &str, sentence: &str) -> Letter {
    let at: Timestamp = "2025-05-12T06:30:00Z".parse().unwrap();
    let start = sentence.find("Hafen").unwrap_or(0);
    let telling = Telling {
        alert: AlertId(4),
        rule: RuleName::new("harbour"),
        rule_title: Some("The harbour".into()),
        query: "Hafen".into(),
        reason: Reason::First,
        priority: None,
        story: StoryId(7),
        article: ArticleId(9),
        title: title.to_owned(),
        summary: None,
        url: Some("https://post.example/a?b=1&c=2".into()),
        publisher: "Arden Post".into(),
        credits: Vec::new(),
        credited_in: None,
        cited: Vec::new(),
        dateline: None,
        published: Some(at),
        seen_at: at,
        note: None,
        change: None,
        excerpts: vec![Excerpt {
            field: Field::Body,
            text: sentence.to_owned(),
            marks: std::iter::once(start..(start + 5).min(sentence.len())).collect(),
        }],
        carriers: vec![Carrier {
            publisher: "Arden Post".into(),
            title: title.to_owned(),
            url: Some("javascript:alert(1)".into()),
            first_seen: at,
            relation: Relation::Lead,
            is_agency: false,
            inferred: None,
        }],
        related: Vec::new(),
        origins: 1,
    };
    Letter {
        recipient: RecipientName::new("desk"),
        tellings: vec![telling],
        timezone: TimeZone::UTC,
        now: at,
        late: None,
        held: crate::alert::letter::Held::default(),
        watch: None,
    }
}

fn body(letter: &Letter, format: Format) -> Value {
    let heading = Heading {
        id: "12.feed@desk.example",
        follows: &["10.feed@desk.example".to_owned()],
        recipient: &RecipientName::new("desk"),
        now: letter.now,
    };
    serde_json::from_slice(&of_letter(
        &heading,
        letter,
        &render(letter, &Templates::default()),
        format,
    ))
    .unwrap()
}

#[test]
fn places_are_characters_and_only_web_links_are_links() {
    let body = body(&told("Kran fällt", "Größe: der Hafen ist zu."), Format::Wiredesk);
    let alert = &body["alerts"][0];
    assert_eq!(alert["excerpts"][0]["marks"][0], serde_json::json!([11, 16]));
    assert_eq!(alert["url"], "https://post.example/a?b=1&c=2");
    assert_eq!(alert["carriers"][0].get("url"), None);
    assert_eq!((&body["version"], &body["kind"]), (&1.into(), &"alert".into()));
    assert_eq!(body["in_reply_to"], "10.feed@desk.example");
    assert_eq!(alert.get("summary"), None, "what is unknown is absent");
}

#[test]
fn slack_gets_marks_of_its_own_and_no_others() {
    let letter = told("<!channel> Kran & <b>Hafen</b>", "Der Hafen ist zu.");
    let text = body(&letter, Format::Slack)["text"].as_str().unwrap().to_owned();
    let line = "<https://post.example/a?b=1&amp;c=2|&lt;!channel&gt; Kran &amp; &lt;b&gt;Hafen&lt;/b&gt;> \
                (Arden Post)\n> Der Hafen ist zu.";
    assert!(text.ends_with(line), "{text}");
    assert!(!text.contains("<!"), "{text}");
}

#[test]
fn ntfy_gets_a_title_a_message_and_a_link() {
    let note = body(&told("Kran fällt", "Der Hafen ist zu."), Format::Ntfy);
    assert_eq!(note["message"], "Kran fällt (Arden Post)\nDer Hafen ist zu.");
    assert_eq!(note["click"], "https://post.example/a?b=1&c=2");
    assert!(note["title"].as_str().unwrap().contains("Kran"));
}

#[test]
fn a_feed_has_the_newest_entries_with_ids_that_stay() {
    let message = |number: usize| {
        let heading = Heading {
            id: &format!("{number}.feed@desk.example"),
            follows: &[],
            recipient: &RecipientName::new("desk"),
            now: Timestamp::UNIX_EPOCH,
        };
        let letter = told(&format!("Kran {number}"), "Der Hafen & <mehr>.");
        of_letter(&heading, &letter, &render(&letter, &Templates::default()), Format::Wiredesk)
    };
    let messages: Vec<_> = (0..120).rev().map(message).collect();
    let feeds = feed(&messages, "instance");
    let xml = &feeds["harbour"];
    assert_eq!(xml.matches("<entry>").count(), 100);
    assert!(xml.contains("<id>urn:wiredesk:119.feed@desk.example:harbour:4</id>"));
    assert!(!xml.contains("<title>Kran 19</title>") && xml.contains("<title>Kran 20</title>"));
    assert!(
        xml.contains("Der &lt;mark&gt;Hafen&lt;/mark&gt; &amp;amp; &amp;lt;mehr&amp;gt;."),
        "{xml}"
    );
    let parsed = crate_feed(xml);
    assert_eq!((parsed.entries.len(), parsed.id.as_str()), (100, "urn:wiredesk:instance:harbour"));
    assert_eq!(rules(&messages[0]).into_iter().collect::<Vec<_>>(), ["harbour"]);
    assert_eq!(feed(&[b"no json".to_vec()], "instance").len(), 0);
}

fn crate_feed(xml: &str) -> feed_rs::model::Feed {
    feed_rs::parser::parse(xml.as_bytes()).unwrap()
}

proptest! {
    #[test]
    fn whatever_a_feed_says_the_bodies_hold(title in any::<String>(), sentence in any::<String>()) {
        let mut letter = told(&title, &sentence);
        if let Some(excerpt) = letter.tellings.iter_mut().flat_map(|t| &mut t.excerpts).next() {
            excerpt.marks.retain(|mark| {
                sentence.is_char_boundary(mark.start) && sentence.is_char_boundary(mark.end)
            });
        }
        for format in [Format::Slack, Format::Ntfy] {
            let body = body(&letter, format);
            prop_assert!(body.to_string().len() < 40_000);
        }
        let plain = body(&letter, Format::Wiredesk).to_string().into_bytes();
        let feeds = feed(&[plain], "instance");
        prop_assert_eq!(crate_feed(&feeds["harbour"]).entries.len(), 1);
    }
}

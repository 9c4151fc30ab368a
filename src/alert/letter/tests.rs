//! Whole letters as snapshots, and what holds for any letter.

use proptest::prelude::*;

use super::{
    sample::{carrier, excerpt, letter, storm, telling},
    *,
};
use crate::{
    query::Field,
    story::{Certainty, Zone},
};

/// A letter by the templates of the program.
fn shown(letter: &Letter) -> Rendered {
    render(letter, &Templates::default())
}

#[test]
fn several_stories_are_counted_and_stand_by_their_rules() {
    let again = Telling { reason: Reason::Origins(3), ..telling() };
    let third = Telling { story: StoryId(993), title: "Ferry stays".into(), ..storm() };
    let both = Telling { rule: telling().rule, rule_title: telling().rule_title, ..third.clone() };
    let letter = Letter {
        late: Some(Duration::from_mins(200)),
        ..letter(vec![storm(), again, third, both])
    };
    let text = shown(&letter).text;
    let (top, _) = text.split_once("\n====").unwrap();
    insta::assert_snapshot!(top);
}

#[test]
fn a_credit_says_whether_it_is_the_articles_own() {
    let mut owed = Telling { credited_in: Some("Ebb Tide".into()), ..telling() };
    let credit = |telling: &Telling| {
        let text = shown(&letter(vec![telling.clone()])).text;
        text.lines().find(|line| line.starts_with("Credited to")).unwrap().to_owned()
    };
    let own = "Credited to: Northwater Agency (byline: \"By Northwater Agency\")";
    assert_eq!(credit(&telling()), own);
    let stated = "Credited to: Northwater Agency (byline: \"By Northwater Agency\" in Ebb Tide)";
    assert_eq!(credit(&owed), stated);
    owed.credits[0].evidence.certainty = Certainty::Inferred;
    let inferred =
        "Credited to: Northwater Agency (inferred: byline: \"By Northwater Agency\" in Ebb Tide)";
    assert_eq!(credit(&owed), inferred);
    owed.credits[0].evidence.zone = Zone::Site;
    owed.credited_in = Some("Northwater Agency".into());
    let item = "Credited to: Northwater Agency (inferred: the agency's own item)";
    assert_eq!(credit(&owed), item);
}

#[test]
fn an_agency_that_nobody_printed_is_carried_by_no_paper() {
    let carriers = telling().carriers.into_iter().take(1).collect();
    let alone = Telling { publisher: "Northwater Agency".into(), carriers, ..telling() };
    let text = shown(&letter(vec![alone])).text;
    assert!(text.contains("Carried by no paper so far:"), "{text}");
}

#[test]
fn subjects_say_whose_story_and_how_wide() {
    let subject = |telling| shown(&letter(vec![telling])).subject;
    assert_eq!(
        subject(telling()),
        "[Harbour & docks] Crane <falls> in Norhaven harbour (Northwater Agency, 3 papers)"
    );
    assert_eq!(subject(storm()), "[weather] Storm warning for the outer isles (Norhaven Post)");
    assert_eq!(
        subject(Telling {
            publisher: "Northwater Agency".into(),
            carriers: telling().carriers.into_iter().take(1).collect(),
            ..telling()
        }),
        "[Harbour & docks] Crane <falls> in Norhaven harbour (Northwater Agency)",
        "an agency in its own feed"
    );
    assert_eq!(
        subject(Telling {
            publisher: "Northwater Agency".into(),
            carriers: telling().carriers.into_iter().take(2).collect(),
            ..telling()
        }),
        "[Harbour & docks] Crane <falls> in Norhaven harbour (Northwater Agency in Norhaven Post)",
        "the agency is no paper"
    );
    assert_eq!(
        subject(Telling { carriers: Vec::new(), title: " \n".into(), ..telling() }),
        "[Harbour & docks] (no headline) (Northwater Agency in Norhaven Post)"
    );
    let (article, revision) = (ArticleId(1), 2);
    for (reason, said) in [
        (Reason::Kill { article, revision }, "Withdrawn: Crane"),
        (Reason::Correction { article, revision }, "Corrected: Crane"),
        (Reason::Origins(3), "3 origins: Crane"),
        (Reason::Longer { words: 900 }, "Longer: Crane"),
        (Reason::Headline { article, revision }, "New headline: Crane"),
    ] {
        let followed_up = shown(&letter(vec![Telling { reason, ..telling() }]));
        assert!(followed_up.subject.contains(said), "{}", followed_up.subject);
        assert!(followed_up.text.contains("\nTold again: "), "{}", followed_up.text);
    }
}

#[test]
fn a_correction_says_what_changed() {
    let was = "The crane, built in 1931, had been <i>inspected</i> in March. 12 people were on it.";
    let is = "The crane, built in 1913, had been <b>looked at</b> in March. 14 people were on it.";
    let corrected = Telling {
        reason: Reason::Correction { article: ArticleId(4711), revision: 1 },
        note: Some("(Corrects <year>)".into()),
        change: Change::between(("Crane <falls>", was), ("CORRECTED: Crane <fell>", is)),
        ..telling()
    };
    let rendered = shown(&letter(vec![corrected]));
    let changed = |body: &str, from: &str, to: &str| {
        let (_, rest) = body.split_once(from).unwrap();
        format!("{from}{}", rest.split_once(to).unwrap().0)
    };
    let text = changed(&rendered.text, "Told again", "Why:");
    let html = changed(&rendered.html, "<strong>Told again", "<p>Why:");
    insta::assert_snapshot!(format!("{text}\n{html}"));
}

#[test]
fn several_rules_of_one_story_share_a_section() {
    let quay = Telling {
        rule: RuleName::new("quay"),
        rule_title: None,
        query: "quay".into(),
        excerpts: vec![
            excerpt(Field::Title, "Crane <falls> in Norhaven harbour", &["Norhaven"]),
            excerpt(Field::Body, "The quay is closed.", &["quay"]),
        ],
        ..telling()
    };
    let rendered = shown(&letter(vec![telling(), quay]));
    assert!(rendered.subject.starts_with("[Harbour & docks, quay] Crane"), "{}", rendered.subject);
    let text = rendered.text;
    assert!(text.contains("Why: Harbour & docks, quay\n"), "{text}");
    assert!(text.contains("  Headline: **Crane** <falls> in **Norhaven** **harbour**\n"), "{text}");
    assert_eq!(text.matches("Carried by").count(), 1);
    assert!(
        text.contains("Rule harbour (Harbour & docks): ") && text.contains("Rule quay: quay\n")
    );
}

#[test]
fn nothing_from_a_feed_becomes_markup() {
    let script = "<script>alert(1)</script><img src=\"https://track.example/x.gif\">";
    let hostile = Telling {
        title: script.into(),
        summary: Some(script.into()),
        url: Some("javascript:alert(1)".into()),
        publisher: script.into(),
        query: script.into(),
        dateline: Some(script.into()),
        cited: vec![script.into()],
        excerpts: vec![excerpt(Field::Body, script, &["alert"])],
        carriers: vec![Carrier {
            url: Some("https://a.example/\"onmouseover=\"alert(1)".into()),
            ..carrier("x", script, 35, Relation::Lead)
        }],
        related: vec![RelatedStory {
            origin: script.into(),
            publisher: script.into(),
            title: script.into(),
            url: Some("javascript:alert(1)".into()),
            ..telling().related.remove(0)
        }],
        note: Some(script.into()),
        change: Change::between((script, script), (script, "<script>alert(2)</script>")),
        ..telling()
    };
    let html = shown(&letter(vec![hostile])).html;
    assert!(
        !html.contains("<script") && !html.contains("<img") && !html.contains("javascript:"),
        "{html}"
    );
    assert!(html.contains("href=\"https://a.example/%22onmouseover=%22alert(1)\""), "{html}");
}

#[test]
fn a_digest_of_many_stories_is_cut_and_says_so() {
    let carriers: Vec<_> = (0..300)
        .map(|n| carrier(&format!("Paper {n}"), &"ü".repeat(500), 60, Relation::Cut))
        .collect();
    let tellings =
        (0..500).map(|n| Telling { story: StoryId(n), carriers: carriers.clone(), ..storm() });
    let rendered = shown(&letter(tellings.collect()));
    assert!(text_size(&rendered.text) + wire_size(&rendered.html) <= MOST_BYTES);
    assert!(rendered.subject.contains("500 stories"), "{}", rendered.subject);
    let said = rendered.text.split("\nAnd ").nth(1).unwrap().split(' ').next().unwrap();
    let listed = rendered.html.matches("<li").count();
    assert_eq!(said.parse::<usize>().unwrap() + listed, 500);
    assert!(listed > 10 && rendered.text.contains("more: `wiredesk stories show"));
}

#[test]
fn an_empty_letter_is_no_fault() {
    assert_eq!(
        render(&letter(Vec::new()), &Templates::default()).subject,
        "[wiredesk] nothing to tell"
    );
}

/// Texts of any kind and length.
fn wild() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        ("\\PC", 0..3_000_usize).prop_map(|(c, n)| c.repeat(n)),
        Just("\u{301}".repeat(4_000)),
        Just("\"".repeat(2_000)),
    ]
}

prop_compose! {
    fn wild_telling()(
        texts in proptest::collection::vec(wild(), 8),
        story in 0..40_i64, rule in 0..40_u8, copies in 0..200_usize, quotes in 0..20_usize,
        marks in proptest::collection::vec((0..500_usize, 0..50_usize), 0..9),
    ) -> Telling {
        let carrier = Carrier {
            publisher: texts[0].clone(),
            title: texts[1].clone(),
            url: Some(format!("https://a.example/?{}", texts[2])),
            first_seen: Timestamp::UNIX_EPOCH,
            relation: Relation::Verbatim,
            is_agency: copies % 2 == 1,
            inferred: Some(texts[2].clone()),
        };
        let quote = Excerpt {
            field: Field::Body,
            text: texts[3].clone(),
            marks: marks.into_iter().map(|(at, length)| at..at + length).collect(),
        };
        Telling {
            rule: RuleName::new(format!("rule-{rule}")),
            rule_title: Some(texts[4].clone()),
            query: texts[5].clone(),
            story: StoryId(story),
            title: texts[6].clone(),
            summary: Some(texts[7].clone()),
            url: carrier.url.clone(),
            publisher: texts[0].clone(),
            cited: texts.clone(),
            dateline: Some(texts[7].clone()),
            note: Some(texts[2].clone()),
            change: Change::between((&texts[0], &texts[3]), (&texts[1], &texts[6])),
            excerpts: vec![quote; quotes],
            related: vec![RelatedStory { title: texts[1].clone(), ..telling().related.remove(0) }; quotes],
            carriers: vec![carrier; copies],
            ..telling()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_letter_fits_a_mail_and_is_plain(
        tellings in proptest::collection::vec(wild_telling(), 0..12)
    ) {
        let rendered = shown(&letter(tellings));
        prop_assert!(text_size(&rendered.text) + wire_size(&rendered.html) <= MOST_BYTES);
        prop_assert!(rendered.subject.chars().count() <= 300, "{}", rendered.subject);
        prop_assert!(!rendered.subject.chars().any(char::is_control));
        for body in [&rendered.text, &rendered.html] {
            prop_assert!(!body.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}

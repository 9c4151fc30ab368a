//! Invented letters, one of each kind: to look at, to try templates on, and to test with.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Carrier, Excerpt, Held, Letter, Nothing, RelatedStory, Silenced, Telling, Watch, digest,
    limits::Limits, page::Page, subject,
};
use crate::{
    alert::Reason,
    model::{AlertId, ArticleId, RecipientName, RuleName, StoryId},
    query::Field,
    story::{Certainty, Change, Credit, Relation, Sign, Zone},
};

/// 12 May 2025, 06:00 UTC.
const MORNING: i64 = 1_747_029_600;

/// The text that the sample story has at first, and as it was corrected.
const TEXT: &str = "The crane, built in 1931, had been inspected in March. It fell at noon, and 12 people \
     were on it. Nobody was hurt.";
const CORRECTED: &str = "The crane, built in 1913, had been looked at in March. It fell at noon, and 14 people \
     were on it. Nobody was hurt.";

/// Every kind of letter, by its name.
pub fn samples() -> Vec<(&'static str, Letter)> {
    let (article, revision) = (ArticleId(4711), 1);
    let changed = Change::between(
        ("Crane <falls> in Norhaven harbour", TEXT),
        ("CORRECTED: Crane <falls> in Norhaven harbour", CORRECTED),
    );
    let again = |reason| Telling { reason, ..telling() };
    let corrected = Telling {
        title: "CORRECTED: Crane <falls> in Norhaven harbour".into(),
        note: Some("(Corrects year and number of people in the first paragraph)".into()),
        excerpts: vec![excerpt(
            Field::Body,
            "The crane, built in 1913, had been looked at in March.",
            &["crane"],
        )],
        change: changed.clone(),
        ..again(Reason::Correction { article, revision })
    };
    let withdrawn = Telling {
        note: Some(
            "Editors: please kill the story on the crane in Norhaven; it fell a year ago.".into(),
        ),
        excerpts: Vec::new(),
        ..again(Reason::Kill { article, revision })
    };
    let longer = Telling { change: changed, ..again(Reason::Longer { words: 912 }) };
    let headline = Telling {
        change: Change::between(("Crane falls", TEXT), ("Crane <falls> in Norhaven harbour", TEXT)),
        ..again(Reason::Headline { article, revision })
    };
    let owed = Telling { credited_in: Some("Ebb Tide".into()), ..again(Reason::Origins(3)) };
    let late = Letter { late: Some(Duration::from_mins(200)), ..letter(vec![telling()]) };
    vec![
        ("first", letter(vec![telling()])),
        ("origins", letter(vec![owed])),
        ("longer", letter(vec![longer])),
        ("headline", letter(vec![headline])),
        ("correction", letter(vec![corrected.clone()])),
        ("kill", letter(vec![withdrawn])),
        ("flash", letter(vec![Telling { priority: Some(1), ..telling() }])),
        ("seven rules", letter(seven_rules())),
        ("late", late),
        ("related", letter(vec![related()])),
        ("digest", digest_letter(corrected)),
        ("nothing", nothing()),
        ("right to left", letter(vec![right_to_left()])),
    ]
}

/// The samples as templates see them.
pub(super) fn pages() -> Vec<Page> {
    let page = |letter: &Letter| {
        let sections = digest::in_order(super::sections(letter));
        let subject = subject::subject(letter, &sections);
        Page::new(letter, &sections, &subject, Limits::default())
    };
    samples().iter().map(|(_, letter)| page(letter)).collect()
}

pub(super) fn letter(tellings: Vec<Telling>) -> Letter {
    Letter {
        recipient: RecipientName::new("desk"),
        tellings,
        timezone: TimeZone::get("Asia/Karachi").unwrap_or(TimeZone::UTC),
        now: minute(75),
        late: None,
        held: Held::default(),
        watch: None,
    }
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::constant(MORNING + 60 * minute, 0)
}

pub(super) fn carrier(publisher: &str, title: &str, seen: i64, relation: Relation) -> Carrier {
    let slug = publisher.to_lowercase().replace(' ', "-").replace('ü', "ue");
    Carrier {
        publisher: publisher.into(),
        title: title.into(),
        url: Some(format!("https://{slug}.example/crane?a=1&b=2")),
        first_seen: minute(seen),
        relation,
        is_agency: false,
        inferred: None,
    }
}

pub(super) fn excerpt(field: Field, text: &str, words: &[&str]) -> Excerpt {
    let marks = words.iter().filter_map(|word| {
        let at = text.find(word)?;
        Some(at..at + word.len())
    });
    Excerpt { field, text: text.into(), marks: marks.collect() }
}

pub(super) fn telling() -> Telling {
    Telling {
        alert: AlertId(17),
        rule: RuleName::new("harbour"),
        rule_title: Some("Harbour & docks".into()),
        query: "(crane OR Kran) AND harbour*".into(),
        reason: Reason::First,
        priority: None,
        story: StoryId(991),
        article: ArticleId(4711),
        title: "Crane <falls> in Norhaven harbour".into(),
        summary: Some("Nobody was hurt; the quay is closed.".into()),
        url: Some("https://norhaven-post.example/2025/crane?a=1&b=2".into()),
        publisher: "Norhaven Post".into(),
        credits: vec![Credit {
            agency: "nwa".into(),
            name: "Northwater Agency".into(),
            evidence: Sign {
                zone: Zone::Byline,
                certainty: Certainty::Certain,
                words: "By Northwater Agency".into(),
            },
        }],
        credited_in: None,
        cited: vec!["Radio Quay".into(), "The Lantern".into()],
        dateline: Some("NORHAVEN".into()),
        published: Some(minute(31)),
        seen_at: minute(35),
        note: None,
        change: None,
        excerpts: vec![
            excerpt(Field::Title, "Crane <falls> in Norhaven harbour", &["Crane", "harbour"]),
            excerpt(
                Field::Body,
                "The crane, built in 1931, had been inspected in March.",
                &["crane"],
            ),
        ],
        carriers: carriers(),
        related: vec![RelatedStory {
            story: StoryId(995),
            origin: "Island Press".into(),
            publisher: "Quay <Times>".into(),
            title: "Iron giant of Norhaven lies in the water".into(),
            url: Some("https://quay-times.example/giant?a=1&b=2".into()),
            first_seen: minute(72),
        }],
        origins: 2,
    }
}

/// The same event in other words: a story of its own, in the thread of the first.
fn related() -> Telling {
    let first = telling();
    let title = "Iron giant of Norhaven lies in the water";
    Telling {
        alert: AlertId(21),
        story: StoryId(995),
        article: ArticleId(4720),
        title: title.into(),
        summary: None,
        url: Some("https://quay-times.example/giant?a=1&b=2".into()),
        publisher: "Quay <Times>".into(),
        credits: Vec::new(),
        cited: Vec::new(),
        excerpts: vec![excerpt(
            Field::Body,
            "The harbour is closed; its crane fell.",
            &["harbour", "crane"],
        )],
        published: Some(minute(70)),
        seen_at: minute(72),
        carriers: vec![carrier("Quay <Times>", title, 72, Relation::Lead)],
        related: vec![RelatedStory {
            story: first.story,
            origin: "Northwater Agency".into(),
            publisher: first.publisher.clone(),
            title: first.title.clone(),
            url: first.url.clone(),
            first_seen: minute(31),
        }],
        ..first
    }
}

fn carriers() -> Vec<Carrier> {
    let agency = carrier("Northwater Agency", "Crane falls at Norhaven", 31, Relation::Lead);
    let cut = carrier("Ebb Tide", "Crane down, quay closed", 52, Relation::Cut);
    let post = "Crane <falls> in Norhaven harbour";
    vec![
        Carrier { is_agency: true, ..agency },
        carrier("Norhaven Post", post, 35, Relation::Verbatim),
        Carrier { inferred: Some("Northwater Agency".into()), ..cut },
        carrier("Küstenblatt", "Kran stürzt um", 70, Relation::Rewritten),
    ]
}

/// A story of another rule.
pub(super) fn storm() -> Telling {
    Telling {
        alert: AlertId(18),
        rule: RuleName::new("weather"),
        rule_title: None,
        query: "storm".into(),
        story: StoryId(992),
        article: ArticleId(4712),
        title: "Storm warning for the outer isles".into(),
        summary: None,
        credits: Vec::new(),
        cited: Vec::new(),
        dateline: None,
        published: None,
        excerpts: vec![excerpt(Field::Title, "Storm warning for the outer isles", &["Storm"])],
        carriers: Vec::new(),
        related: Vec::new(),
        origins: 1,
        ..telling()
    }
}

fn seven_rules() -> Vec<Telling> {
    let other = |(number, (name, words)): (i64, (&str, &[&str]))| Telling {
        alert: AlertId(20 + number),
        rule: RuleName::new(name),
        rule_title: None,
        query: words.join(" AND "),
        excerpts: vec![excerpt(Field::Title, "Crane <falls> in Norhaven harbour", words)],
        ..telling()
    };
    let others: [(&str, &[&str]); 6] = [
        ("norhaven", &["Norhaven"]),
        ("cranes", &["Crane"]),
        ("accidents", &["falls"]),
        ("ports", &["harbour"]),
        ("coast", &["Norhaven", "harbour"]),
        ("insurance", &["Crane", "falls"]),
    ];
    std::iter::once(telling()).chain((0..).zip(others).map(other)).collect()
}

fn digest_letter(corrected: Telling) -> Letter {
    let ferry = Telling {
        alert: AlertId(19),
        story: StoryId(993),
        article: ArticleId(4713),
        title: "Night ferry to be withdrawn after the storm".into(),
        excerpts: vec![excerpt(
            Field::Title,
            "Night ferry to be withdrawn after the storm",
            &["storm"],
        )],
        url: Some("https://ebb-tide.example/ferry".into()),
        publisher: "Ebb Tide".into(),
        summary: None,
        ..storm()
    };
    let also = Telling {
        rule: RuleName::new("ports"),
        rule_title: None,
        query: "harbour".into(),
        ..corrected.clone()
    };
    let quay = Telling {
        rule: telling().rule,
        rule_title: telling().rule_title,
        query: telling().query,
        story: StoryId(994),
        article: ArticleId(4714),
        title: "Harbour quay to open again in June".into(),
        url: Some("https://norhaven-post.example/2025/quay".into()),
        excerpts: vec![excerpt(Field::Title, "Harbour quay to open again in June", &["Harbour"])],
        ..storm()
    };
    Letter {
        held: Held {
            folded: 3,
            at_most: Some("20 per hour".into()),
            quiet: 1,
            silenced: vec![Silenced {
                what: "rule cricket".into(),
                note: Some("season over".into()),
                until: minute(75 + 3 * 1_440),
                alerts: 4,
            }],
        },
        ..letter(vec![quay, storm(), corrected, also, ferry])
    }
}

fn nothing() -> Letter {
    Letter {
        watch: Some(Watch {
            nothing: Nothing::Matched,
            since: minute(75 - 1_440),
            rules: vec![
                (RuleName::new("harbour"), Some("Harbour & docks".into())),
                (RuleName::new("weather"), None),
            ],
            feeds: 412,
            healthy: 409,
            articles: 9_318,
        }),
        ..letter(Vec::new())
    }
}

fn right_to_left() -> Telling {
    let title = "سقوط رافعة في ميناء نورهافن";
    Telling {
        rule_title: Some("الميناء".into()),
        query: "رافعة AND ميناء".into(),
        title: title.into(),
        summary: Some("لم يصب أحد بأذى؛ وأغلق الرصيف حتى يونيو 2025.".into()),
        publisher: "بريد الميناء".into(),
        credits: Vec::new(),
        cited: vec!["راديو الرصيف".into(), "Radio Quay".into()],
        dateline: Some("نورهافن".into()),
        excerpts: vec![excerpt(Field::Title, title, &["رافعة", "ميناء"])],
        carriers: vec![
            carrier("بريد الميناء", title, 35, Relation::Lead),
            carrier("Norhaven Post", "Crane falls in Norhaven harbour", 52, Relation::Rewritten),
            carrier("חוף", "מנוף נפל בנמל נורהבן", 70, Relation::Cut),
        ],
        related: Vec::new(),
        origins: 1,
        ..telling()
    }
}

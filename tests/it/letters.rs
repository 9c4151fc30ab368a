//! Whole mails: what each kind looks like, and that any is sound, whatever feeds print.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use mail_parser::MessageParser;
use proptest::prelude::*;
use wiredesk::{
    alert::{
        Carrier, Excerpt, Letter, Telling,
        letter::{Templates, samples},
        render,
    },
    config::Live,
    mail::message,
    model::{RuleName, StoryId},
    pipeline::letter::{Composed, Envelope, compose},
    query::Field,
    store::Thread,
    story::Change,
};

use crate::support::{
    strict::{self, Letter as Read},
    wire,
};

/// Where mails come from, and where answers go.
const CONFIG: &str = "[mail]\nfrom = 'Wire Desk <wire@desk.example>'\nsmtp = 'smtp://mail.desk.example'\n\
     reply_to = 'Desk, night <night@desk.example>'\n[operator]\nemail = ['operator@desk.example']\n\
     [[feed]]\nname = 'post'\nurl = 'https://post.example/feed'\n\
     [[recipient]]\nname = 'desk'\nemail = ['ops@desk.example']\ntimezone = 'Asia/Karachi'\n\
     [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n";

fn live(config: &str) -> Live {
    wire::live(tempfile::tempdir().unwrap().path(), config)
}

fn envelope(references: &[&str]) -> Envelope {
    Envelope {
        message_id: "17.k3x@desk.example".into(),
        address: "ops@desk.example".into(),
        thread: Thread { references: references.iter().map(ToString::to_string).collect() },
    }
}

/// The bytes of a letter, read by the strict reader and by another program's, which agree.
fn posted(letter: &Letter, live: &Live, references: &[&str]) -> (Vec<u8>, Read) {
    let Composed { message, failed } = compose(letter, envelope(references), live);
    assert_eq!(failed, BTreeMap::new());
    let bytes = message::format(&message).unwrap();
    let shown = |fault| format!("{fault}\n{}", String::from_utf8_lossy(&bytes));
    let read = strict::read(&bytes).map_err(shown).unwrap();
    let other = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(other.subject().unwrap_or_default(), read.field("subject").unwrap());
    assert_eq!(other.body_html(0).unwrap().replace("\r\n", "\n"), read.html);
    assert_eq!((other.text_body_count(), other.html_body_count()), (1, 1));
    (bytes, read)
}

#[test]
fn each_kind_of_letter_as_it_is_sent() {
    let live = live(CONFIG);
    for (kind, letter) in samples() {
        let follows = kind == "related"
            || letter.tellings.first().is_some_and(|telling| telling.reason.key() != "first");
        let references: &[&str] =
            if follows { &["11.k3x@desk.example", "14.k3x@desk.example"] } else { &[] };
        let (bytes, read) = posted(&letter, &live, references);
        assert!(bytes.len() < 90_000);
        let raw = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        let (head, _) = raw.split_once("\n\n").unwrap();
        let name = kind.replace(' ', "_");
        insta::assert_snapshot!(format!("{name}.txt"), format!("{head}\n\n{}", read.text));
        // The style is the same in all; the first whole message shows it.
        let (top, rest) = read.html.split_once("<style>").unwrap();
        let (_, bottom) = rest.split_once("</style>").unwrap();
        insta::assert_snapshot!(format!("{name}.html"), format!("{top}<style></style>{bottom}"));
        if matches!(kind, "first" | "right to left") {
            insta::assert_snapshot!(format!("{name}.eml"), raw);
        }
    }
}

#[test]
fn text_and_html_say_the_same() {
    for (kind, letter) in samples() {
        let rendered = render(&letter, &Templates::default());
        let body = rendered.html.split_once("<body>").unwrap().1;
        let words = |text: &str| {
            let plain = |c: char| if c.is_alphanumeric() { c } else { ' ' };
            text.chars().map(plain).collect::<String>()
        };
        let mut html = String::new();
        for piece in body.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').unwrap();
            html += if tag.starts_with("a href") { tag } else { "" };
            html += " ";
            html += text;
        }
        let html = words(&htmlize(&html));
        let known: Vec<_> = html.split(' ').collect();
        for word in words(&rendered.text).split(' ') {
            assert!(known.contains(&word), "{kind}: {word:?} is in the text only: {html}");
        }
    }
}

/// The characters behind the entities that our HTML has.
fn htmlize(html: &str) -> String {
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(html.to_owned(), |html, (entity, c)| html.replace(entity, c))
}

#[test]
fn nothing_in_a_mail_acts_or_is_fetched() {
    for (kind, letter) in samples() {
        let html = render(&letter, &Templates::default()).html;
        for bad in ["<script", "<img", "javascript:", "@import", "url(", " on", "<form", "<iframe"]
        {
            let found = html.match_indices(bad).find(|(at, _)| {
                // ` on` begins an attribute only within a tag.
                bad != " on" || html[..*at].rfind('<') > html[..*at].rfind('>')
            });
            assert_eq!(found, None, "{kind}");
        }
        let links = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        for link in links {
            assert!(link.starts_with("https://") || link.starts_with('#'), "{kind}: {link}");
        }
        assert!(html.contains("<meta name=\"color-scheme\" content=\"light dark\">"));
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("max-width: 480px"));
    }
}

#[test]
fn every_line_of_contents_leads_to_its_story() {
    let (_, digest) = samples().into_iter().find(|(kind, _)| *kind == "digest").unwrap();
    let html = render(&digest, &Templates::default()).html;
    let links: Vec<_> =
        html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() >= 4, "{links:?}");
    for link in links {
        assert_eq!(html.matches(&format!(" id=\"{link}\"")).count(), 1, "{link}");
    }
}

#[test]
fn lists_are_named_by_rules_and_answers_go_to_people() {
    let of = |kind: &str, live: &Live| {
        let (_, letter) = samples().into_iter().find(|(known, _)| *known == kind).unwrap();
        posted(&letter, live, &[]).1
    };
    let with = live(CONFIG);
    let first = of("first", &with);
    assert_eq!(first.field("list-id"), Some("\"Harbour & docks\" <harbour.desk.example>"));
    assert_eq!(
        first.field("list-unsubscribe"),
        Some("<mailto:night@desk.example?subject=unsubscribe%20harbour>")
    );
    assert_eq!(first.field("reply-to"), Some("Desk, night <night@desk.example>"));
    assert_eq!(first.field("x-priority"), None);
    assert_eq!(of("flash", &with).field("x-priority"), Some("1 (Highest)"));
    let digest = of("digest", &with);
    assert_eq!(
        digest.field("list-id"),
        Some("\"Wiredesk for desk\" <desk.recipient.desk.example>")
    );
    assert_eq!(digest.field("x-wiredesk-rule"), Some("harbour, ports, weather"));
    assert_eq!(of("nothing", &with).field("list-id"), digest.field("list-id"));

    let without = live(&CONFIG.replace("reply_to = 'Desk, night <night@desk.example>'\n", ""));
    let first = of("first", &without);
    assert_eq!(
        first.field("list-unsubscribe"),
        Some("<mailto:operator@desk.example?subject=unsubscribe%20harbour>")
    );
    assert_eq!(first.field("reply-to"), None);
    let alone = live(
        &CONFIG
            .replace("reply_to = 'Desk, night <night@desk.example>'\n", "")
            .replace("[operator]\nemail = ['operator@desk.example']\n", ""),
    );
    assert_eq!(of("first", &alone).field("list-unsubscribe"), None);
}

/// Texts as a hostile or a broken feed would have them.
fn wild() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        Just("\r\nBcc: all@desk.example\r\n\r\n".to_owned()),
        Just("=?utf-8?B?DQpCY2M6IHg=?= =?utf-8?q?a_b?=".to_owned()),
        Just("\r\n--=_wiredesk_alternative--\r\n.\r\n".to_owned()),
        Just("\0\u{b}\u{c}\u{85}\u{2028}\u{2029}\u{7f}\u{9b}31m".to_owned()),
        Just("\u{202e}\u{2067}\u{202a}\u{2069}\u{202d}".to_owned()),
        Just("\u{fffe}\u{ffff}\u{fffd}\u{d7ff}\u{e000}\\ud800\u{10ffff}".to_owned()),
        Just("סגירת הנמל".to_owned()),
        ("[a-zé界]", 900..3_000_usize).prop_map(|(c, n)| c.repeat(n)),
        "[ -~]{0,400}",
        Just("From \n>From \n-- \n. \n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// A letter with one text in every place where words from outside can stand.
fn filled(text: &str, others: &[String]) -> Letter {
    let (_, letter) = samples().swap_remove(0);
    let first = letter.tellings[0].clone();
    let tell = |text: &str, rule: &str| Telling {
        rule: RuleName::new(rule),
        rule_title: Some(text.into()),
        query: text.into(),
        title: text.into(),
        summary: Some(text.into()),
        url: Some(format!("https://a.example/?{text}")),
        publisher: text.into(),
        credited_in: Some(text.into()),
        cited: vec![text.into()],
        dateline: Some(text.into()),
        note: Some(text.into()),
        change: Change::between(("was", "one two three"), (text, text)),
        excerpts: vec![Excerpt { field: Field::Body, text: text.into(), marks: vec![0..7, 9..40] }],
        carriers: vec![Carrier {
            publisher: text.into(),
            title: text.into(),
            ..first.carriers[0].clone()
        }],
        ..first.clone()
    };
    let mut tellings = vec![tell(text, "harbour")];
    tellings.extend(
        (0..)
            .zip(others)
            .map(|(at, text)| Telling { story: StoryId(at), ..tell(text, &format!("r{at}")) }),
    );
    Letter { tellings, timezone: TimeZone::UTC, ..letter }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_feeds_print_the_mail_is_sound(text in wild(), others in proptest::collection::vec(wild(), 0..4)) {
        let letter = filled(&text, &others);
        let (bytes, read) = posted(&letter, &live(CONFIG), &[]);
        prop_assert!(bytes.len() < 90_000, "{}", bytes.len());
        prop_assert_eq!(read.field("bcc"), None);
        prop_assert!(!read.html.contains("<script"));
    }
}

#[test]
fn ten_megabytes_of_headline_are_a_mail_all_the_same() {
    for text in ["界 ", "\u{301}", "=?utf-8?q?x?= "] {
        let long = text.repeat((10 << 20) / text.len());
        let mut letter = filled(&long, &[]);
        // Comparing two texts of that size takes its time, and is another's business.
        letter.tellings[0].change = None;
        let (bytes, _) = posted(&letter, &live(CONFIG), &[]);
        assert!(bytes.len() < 90_000, "{text:?}: {}", bytes.len());
    }
}

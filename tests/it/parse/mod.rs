//! Feeds from outside: our own fixtures whole and damaged, captured feeds, hostile documents.

mod agreement;
mod corruption;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use proptest::prelude::*;
use serde_json::Value;
use wiredesk::{
    model::{Item, ProblemKind},
    parse::{self, Context, Format, parse},
};

use crate::support;

const FIXTURES: [&str; 6] =
    ["atom.xml", "atom03.xml", "feed.json", "rdf.xml", "rss2.xml", "sitemap.xml"];

/// What the captured feeds are said to have been fetched from.
const URL: &str = "http://127.0.0.1/feed";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feeds").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(fixture(name)).unwrap()
}

fn items(bytes: &[u8]) -> Vec<Item> {
    parse(bytes, &Context { url: Some(URL), content_type: None }).unwrap().items
}

#[test]
fn the_stage_prints_one_line_an_item() {
    for name in FIXTURES {
        let output = Command::new(env!("CARGO_BIN_EXE_wiredesk"))
            .current_dir(fixture(""))
            .args(["stage", "parse", name])
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let wanted = text(&format!("{name}.jsonl"));
        for (printed, wanted) in printed.lines().zip(wanted.lines()) {
            let printed: Value = serde_json::from_str(printed).unwrap();
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            assert_eq!(printed, wanted, "{name}");
        }
        assert_eq!(printed.lines().count(), wanted.lines().count(), "{name}");
    }
}

#[test]
fn the_stage_goes_on_after_what_it_cannot_read() {
    let output = Command::new(env!("CARGO_BIN_EXE_wiredesk"))
        .current_dir(fixture(""))
        .args(["stage", "parse", "missing.xml", "rdf.xml"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(65));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["file"], "missing.xml");
    assert!(lines[0]["error"].is_string());
    assert_eq!(lines[1]["title"], "Snow closes the pass");
}

#[test]
fn the_feed_says_when_to_come_back() {
    let parsed = parse(text("rss2.xml").as_bytes(), &Context::default()).unwrap();
    assert_eq!(parsed.title.as_deref(), Some("Ravi Valley Courier"));
    assert_eq!(parsed.language.as_deref(), Some("en-PK"));
    assert_eq!(parsed.hints.ttl.map(|ttl| ttl.as_secs()), Some(1800), "the longer of the two");
    assert_eq!(parsed.hints.skip_hours, [1, 0]);
    assert_eq!(parsed.hints.skip_days, [7]);
    assert_eq!(parsed.repairs, [""; 0]);
    assert!(!parsed.truncated);
}

#[test]
fn what_is_no_feed_is_refused_in_words() {
    for (document, wanted) in [
        ("", "an empty document, not a feed"),
        (
            "<html><head><title>Sign in</title></head></html>",
            "an HTML page titled \"Sign in\", not a feed",
        ),
        ("{\"error\": \"gone\"}", "a JSON document without the items of a JSON Feed"),
        ("upstream timeout", "neither XML nor JSON, so not a feed"),
        ("<svg><path/></svg>", "an XML document that begins with `<svg>`, not a feed"),
    ] {
        let problem = parse(document.as_bytes(), &Context::default()).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::NotAFeed);
        assert_eq!(problem.detail, wanted);
    }
    assert!(
        parse(b"<rss><channel></channel></rss>", &Context::default()).unwrap().items.is_empty()
    );
}

#[test]
fn every_page_of_a_sitemap_is_an_item_where_that_is_asked_for() {
    let whole = text("sitemap.xml");
    let parsed = parse(whole.as_bytes(), &Context::default()).unwrap();
    assert_eq!((parsed.format, parsed.items.len()), (Some(Format::Sitemap), 2));
    let parsed = parse::sitemap(whole.as_bytes(), &Context::default()).unwrap();
    let urls: Vec<_> = parsed.items.iter().filter_map(|item| item.url.as_deref()).collect();
    assert_eq!(urls.len(), 3);
    assert!(urls.contains(&"https://www.arden-post.example/about"));

    let feed = parse::sitemap(text("atom.xml").as_bytes(), &Context::default());
    assert_eq!(feed.unwrap_err().detail, "Atom, where a sitemap should be");
    let page = "<url><loc>https://arden.example/a</loc></url>";
    let plain = format!("<urlset>{page}{page}</urlset>");
    let refused = parse(plain.as_bytes(), &Context::default()).unwrap_err();
    assert_eq!(refused.kind, ProblemKind::NotAFeed);
    assert!(refused.detail.starts_with("a sitemap of 2 pages without news"), "{}", refused.detail);
}

#[test]
fn a_sitemap_of_sitemaps_says_which_is_the_newest() {
    let index = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\
         <sitemap><loc>https://arden.example/1.xml</loc><lastmod>2026-05-01</lastmod></sitemap>\
         <sitemap><loc>https://arden.example/3.xml</loc><lastmod>2026-05-03</lastmod></sitemap>\
         <sitemap><loc>https://arden.example/2.xml</loc></sitemap></sitemapindex>";
    let problem = parse(index.as_bytes(), &Context::default()).unwrap_err();
    assert_eq!(
        problem.detail,
        "a sitemap of 3 sitemaps, of which each is a feed of its own; \
         the newest is https://arden.example/3.xml"
    );
}

/// Its name, and what it makes of a document.
type Damage = (&'static str, fn(&str) -> Vec<u8>);

/// Ways in which documents are broken on the road, none of which may cost an item.
const DAMAGES: &[Damage] = &[
    ("warning in front", |text| format!("<br />\n<b>Warning</b>: x() in <b>y</b>\n{text}").into()),
    ("blank lines in front", |text| format!("\n\n  {text}").into()),
    ("second declaration", |text| format!("<?xml version='1.0'?>{text}").into()),
    ("junk behind", |text| format!("{text}\n<!-- 0.2 s --><script>x<y</script>").into()),
    ("bare ampersands", |text| text.replace("&amp;", "&").into()),
    ("upper case", |text| {
        let mut upper = text.to_owned();
        for name in ["item", "title", "link", "guid", "entry", "description"] {
            upper = upper.replace(&format!("<{name}"), &format!("<{}", name.to_uppercase()));
        }
        upper.into()
    }),
    ("no namespaces", |text| {
        let (before, rest) = text.split_once(" xmlns").unwrap();
        let (_, after) = rest.split_once('>').unwrap();
        format!("{before}>{after}").into()
    }),
    ("items not closed", |text| text.replace("</item>", "").replace("</entry>", "").into()),
    ("links not closed", |text| text.replace("</link>", "").into()),
    ("root not closed", |text| {
        text.replace("</channel>", "").replace("</rss>", "").replace("</feed>", "").into()
    }),
    ("a bad byte", |text| {
        let mut bytes = text.as_bytes().to_vec();
        let at = text.find("title>").unwrap() + "title>".len();
        bytes.insert(at, 0xE9);
        bytes
    }),
    ("sixteen bits", |text| {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }),
    ("control characters", |text| text.replace("</title>", "\u{8}\u{0}</title>").into()),
];

#[test]
fn damage_does_not_cost_an_item() {
    for name in ["rss2.xml", "atom.xml", "rdf.xml", "atom03.xml", "sitemap.xml"] {
        let whole = text(name);
        let identities = |items: &[Item]| {
            items.iter().map(|item| (item.keys.clone(), item.url.clone())).collect::<Vec<_>>()
        };
        let wanted = identities(&items(whole.as_bytes()));
        for (damage, apply) in DAMAGES {
            assert_eq!(identities(&items(&apply(&whole))), wanted, "{name}: {damage}");
        }
    }
}

#[test]
fn what_is_cut_keeps_what_is_whole() {
    for name in ["rss2.xml", "feed.json", "atom.xml", "sitemap.xml"] {
        let whole = text(name);
        let all = items(whole.as_bytes());
        for cut in 0..whole.trim_end().len() {
            let bytes = &whole.as_bytes()[..cut];
            let Ok(parsed) = parse(bytes, &Context { url: Some(URL), content_type: None }) else {
                continue;
            };
            assert!(parsed.truncated, "{name} at {cut}");
            for (item, wanted) in parsed.items.iter().zip(&all) {
                assert!(
                    item.keys.iter().any(|key| wanted.keys.contains(key)),
                    "{name} at {cut}: half an identity"
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn no_document_is_too_strange(
        name in prop::sample::select(&FIXTURES[..]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "(<|>|&|\"|'|]]>|<!\\[CDATA\\[|<!--|<item>|</item>|<title>|<div>|\\{|\\[|é|\u{0}|[a-z]){0,4}"), 0..8),
        tail in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = text(name).into_bytes();
        for (at, length, inserted) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, inserted.into_bytes());
        }
        bytes.extend(tail);
        if let Ok(parsed) = parse(&bytes, &Context::default()) {
            prop_assert!(parsed.items.iter().all(|item| !item.keys.is_empty()));
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(parse(&bytes, &Context::default()));
    }
}

/// What a hostile document may take: kilobytes of address space, seconds of a processor. Without
/// optimisation the slowest takes seven times as long, on a busy processor more than two seconds.
const LIMITS: &str = if cfg!(debug_assertions) {
    "ulimit -v 204800 && ulimit -t 8"
} else {
    "ulimit -v 204800 && ulimit -t 2"
};

#[test]
fn hostile_documents_do_no_harm() {
    let Some(folder) = support::data("feeds/hostile") else { return };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let limited = format!("{LIMITS} && exec \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_wiredesk"), "stage", "parse"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {}", path.display(), output.status);
        assert!(!output.stdout.is_empty(), "{}", path.display());

        // A task of the daemon has less of a stack.
        let bytes = fs::read(&path).unwrap();
        let reader = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        reader.spawn(move || items(&bytes)).unwrap().join().unwrap();
    }
}

#[test]
fn an_item_keeps_its_key_from_poll_to_poll() {
    let Some(folder) = support::data("feeds/timeline") else { return };
    let (mut links, mut split) = (0, 0);
    for paper in fs::read_dir(folder).unwrap() {
        let mut keys: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for capture in fs::read_dir(paper.unwrap().path()).unwrap() {
            for item in items(&fs::read(capture.unwrap().path()).unwrap()) {
                if let Some(link) = item.canonical_url {
                    keys.entry(link).or_default().insert(item.keys[0]);
                }
            }
        }
        links += keys.len();
        split += keys.values().filter(|keys| keys.len() > 1).count();
    }
    eprintln!("{split} of {links} links had more than one key");
    assert!(links > 1000 && split * 200 < links, "{split} of {links}");
}

//! Agency messages broken in forty ways: nothing panics or hangs, and the items around the broken
//! one are kept.

use std::{
    fs,
    panic::catch_unwind,
    path::Path,
    time::{Duration, Instant},
};

use wiredesk::parse::{Context, parse};

use super::folder;
use crate::support::{self, wire::Dice};

/// A document may take so long, whatever is in it; the largest has 30 kB.
const LIMIT: Duration = Duration::from_secs(2);

/// How a family of formats is put together: a message of three items of which the middle one is
/// broken.
struct Family {
    before: &'static str,
    between: &'static str,
    behind: &'static str,
    /// An item, its id in place of `@@`.
    sound: &'static str,
    /// The characters that mean something.
    marks: &'static [&'static str],
}

const G2: Family = Family {
    before: "<newsMessage xmlns=\"http://iptc.org/std/nar/2006-10-01/\"><itemSet>",
    between: "\n",
    behind: "</itemSet></newsMessage>",
    sound: "<newsItem guid=\"@@\" version=\"1\"><itemMeta><pubStatus qcode=\"stat:usable\"/></itemMeta><contentMeta><headline>Sound item @@</headline></contentMeta></newsItem>",
    marks: &["<", ">", "</", "\"", "=", "/>", "&", "]]>"],
};
const NEWSML: Family = Family {
    before: "<NewsML Version=\"1.2\">",
    behind: "</NewsML>",
    sound: "<NewsItem><Identification><NewsIdentifier><NewsItemId>@@</NewsItemId><PublicIdentifier>@@</PublicIdentifier></NewsIdentifier></Identification><NewsComponent><NewsLines><HeadLine>Sound item @@</HeadLine></NewsLines></NewsComponent></NewsItem>",
    ..G2
};
const NITF: Family = Family {
    before: "",
    behind: "",
    sound: "<nitf><head><docdata><doc-id id-string=\"@@\"/></docdata></head><body><body.head><hedline><hl1>Sound item @@</hl1></hedline></body.head></body></nitf>",
    ..G2
};
const RITZAU: Family = Family {
    before: "<ArrayOfRBNews>",
    behind: "</ArrayOfRBNews>",
    sound: "<RBNews><NewsID>@@</NewsID><headline>Sound item @@</headline></RBNews>",
    ..G2
};
const NINJS: Family = Family {
    before: "{\"item\":[",
    between: ",\n",
    behind: "]}",
    sound: "{\"uri\":\"@@\",\"pubstatus\":\"usable\",\"headline\":\"Sound item @@\"}",
    marks: &["{", "}", "[", "]", "\"", ":", ",", "\\"],
};
const AP: Family = Family {
    before: "{\"data\":{\"next_page\":\"https://api.example/\",\"items\":[",
    behind: "]}}",
    sound: "{\"item\":{\"altids\":{\"itemid\":\"@@\"},\"headline\":\"Sound item @@\"}}",
    ..NINJS
};
const IPTC7901: Family = Family {
    before: "",
    between: "",
    behind: "",
    sound: "\x01@@ 3 ec 64  tna 0908\r\n\r\nHarbour/\r\n\x02Sound item @@ =\r\n\r\nText.\r\n\x03120610 GMT May 26\r\n\x04",
    marks: &["\x02", "\x03", "=", "\r\n", " ", "/", ":", "\n\r\n"],
};
const ANPA: Family = Family {
    sound: "\x01@@\x1ftarn\nu a\x13\x11 BC-TN--Harbour     05-12 0120\r\n\x02^BC-TN--Harbour,120<\r\n^Sound item @@<\r\n\tText.\r\n\x03TNA-WF-05-12-26 0610GMT<\r\n\x04",
    marks: &["\x02", "\x03", "^", "\r\n", "<", "=", "\x1f", "--"],
    ..IPTC7901
};

/// The items of a document as they stand in a message of their family.
fn middle(text: &str) -> Option<(&'static Family, String)> {
    let between = |open: &str, close: &str| {
        let (from, to) = (text.find(open)?, text.rfind(close)? + close.len());
        text.get(from..to).map(str::to_owned)
    };
    let tagged = |tag: &str| between(&format!("<{tag}"), &format!("</{tag}>"));
    if text.starts_with('\x01')
        || text.contains("\x16\x01")
        || text.contains("\x7f\x01")
        || text.contains("\x7f\r\n") && text.contains('\x01')
    {
        let family = if text.lines().next()?.contains('\x1f') { &ANPA } else { &IPTC7901 };
        return Some((family, text[text.find('\x01')?..].to_owned()));
    }
    if text.trim_start().starts_with(['{', '[']) {
        let is_ap = text.contains("\"altids\"");
        let inner = between("{", "}")?;
        let inner = if is_ap {
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            let data = &value["data"];
            let item = data["items"].as_array().and_then(|items| items.first()).unwrap_or(data);
            serde_json::to_string_pretty(item).ok()?
        } else if let Ok(list) = serde_json::from_str::<Vec<serde_json::Value>>(text) {
            serde_json::to_string_pretty(list.first()?).ok()?
        } else {
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            let item = value["item"].as_array().and_then(|items| items.first()).unwrap_or(&value);
            if item["format"] != serde_json::Value::Null {
                return None;
            }
            serde_json::to_string_pretty(item).unwrap_or(inner)
        };
        return Some((if is_ap { &AP } else { &NINJS }, inner));
    }
    if let Some(item) = tagged("RBNews") {
        return Some((&RITZAU, item));
    }
    let g2 = ["newsItem", "ns0:newsItem", "packageItem"].iter().find_map(|tag| tagged(tag));
    if let Some(item) = g2 {
        return Some((&G2, item));
    }
    tagged("NewsItem").map(|item| (&NEWSML, item)).or_else(|| Some((&NITF, tagged("nitf")?)))
}

fn any(text: &str, what: &str, dice: &mut Dice) -> Option<usize> {
    let places: Vec<usize> = text.match_indices(what).map(|(at, _)| at).collect();
    let last = u64::try_from(places.len()).unwrap();
    (last > 0).then(|| places[usize::try_from(dice.roll(0..last)).unwrap()])
}

fn anywhere(text: &str, dice: &mut Dice) -> usize {
    let mut at = usize::try_from(dice.roll(0..u64::try_from(text.len()).unwrap() + 1)).unwrap();
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Bytes that do not belong into a document.
const PIECES: [&[u8]; 16] = [
    b"\0\0",
    b"\xff\xfe",
    b"\xe9",
    b"\x08\x0c",
    b"&nbsp;&bogus;&#0;&#xD800;",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"<p>",
    b"</p></div>",
    b"\"",
    b"'",
    b"\\u12",
    b"<!DOCTYPE a [<!ENTITY b 'c'>",
    b"\xe2\x80",
    b"<?xml version='1.0'?>",
];

/// The item broken in the way of that number, of forty; nothing where it has nothing to break so.
fn broken(text: &str, family: &Family, way: usize, dice: &mut Dice) -> Option<Vec<u8>> {
    let with =
        |at: usize, put: &[u8]| [&text.as_bytes()[..at], put, &text.as_bytes()[at..]].concat();
    let mark = |way: usize| family.marks[way % 8];
    Some(match way {
        // A mark is lost, doubled, or in the wrong place.
        0..8 => {
            let at = any(text, mark(way), dice)?;
            [&text[..at], &text[at + mark(way).len()..]].concat().into_bytes()
        }
        8..16 => with(any(text, mark(way), dice)?, mark(way).as_bytes()),
        // Bytes that do not belong there.
        16..32 => with(anywhere(text, dice), PIECES[way - 16]),
        // A piece is lost, doubled or turned around.
        32 | 33 => {
            let (from, to) = (anywhere(text, dice), anywhere(text, dice));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 200));
            let to = (to..=text.len()).find(|at| text.is_char_boundary(*at))?;
            [&text[..from], &text[to..]].concat().into_bytes()
        }
        34 => {
            let at = anywhere(text, dice);
            with(at, text[at..].chars().take(60).collect::<String>().as_bytes())
        }
        35 => text.replace('\n', "").replace("  ", " ").into_bytes(),
        36 => text.to_uppercase().into_bytes(),
        // The rest of the item is lost.
        37 => text.as_bytes()[..anywhere(text, dice)].to_vec(),
        38 => with(anywhere(text, dice), "<a>".repeat(5_000).as_bytes()),
        _ => with(anywhere(text, dice), "[{\"a\":".repeat(5_000).as_bytes()),
    })
}

fn documents(folder: &Path) -> Vec<(String, String)> {
    let mut documents: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            !path.to_string_lossy().contains(".expected.")
                && path.extension().is_some_and(|e| e != "py" && e != "md" && e != "jsonl")
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = fs::read(&path).unwrap();
            let text = String::from_utf8(bytes).unwrap_or_else(|error| {
                error.into_bytes().iter().map(|byte| char::from(*byte)).collect()
            });
            (name, text.trim_start_matches('\u{feff}').to_owned())
        })
        .collect();
    documents.sort();
    documents
}

#[test]
fn the_items_around_a_broken_one_are_kept() {
    let mut all = documents(&folder());
    if let Some(real) = support::data("wire") {
        all.extend(documents(&real));
    }
    let (mut expected, mut kept, mut lost) = (0, 0, Vec::new());
    for (name, text) in &all {
        let Some((family, item)) = middle(text) else { continue };
        for way in 0..40 {
            let Some(item) = broken(&item, family, way, &mut Dice(u64::try_from(way).unwrap()))
            else {
                continue;
            };
            let sound = |id: &str| family.sound.replace("@@", id).into_bytes();
            let message = [
                family.before.as_bytes(),
                &sound("tna-before"),
                family.between.as_bytes(),
                &item,
                family.between.as_bytes(),
                &sound("tna-behind"),
                family.behind.as_bytes(),
            ]
            .concat();
            let begun = Instant::now();
            let read = catch_unwind(|| parse(&message, &Context::default()));
            let read = read.unwrap_or_else(|_| unreachable!("{name} broken in way {way} panics"));
            assert!(begun.elapsed() < LIMIT, "{name}, way {way}: {:?}", begun.elapsed());
            let items = read.map(|parsed| parsed.items).unwrap_or_default();
            for id in ["tna-before", "tna-behind"] {
                let title = format!("Sound item {id}");
                let is_kept = items.iter().any(|item| {
                    item.raw_id.as_deref().is_some_and(|raw| raw.contains(id))
                        && item.title.as_deref() == Some(&title)
                });
                expected += 1;
                kept += usize::from(is_kept);
                if !is_kept {
                    lost.push(format!("{name}/{way}/{id}"));
                }
            }
        }
    }
    eprintln!("{kept} of {expected} items around broken ones; lost: {}", lost.join(" "));
    assert!(expected > 500);
    assert!(kept * 1000 >= expected * 985, "{kept} of {expected}");
}

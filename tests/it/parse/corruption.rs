//! Captured feeds broken in forty ways, as servers, editors and cut lines break them: what is still
//! in the bytes is found.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use serde_json::Value;
use wiredesk::{
    model::Item,
    parse::{Context, parse},
};

use super::{URL, items};
use crate::support::{self, wire::Dice};

/// Each feed meets every so-many-th corruption, another one than the next feed; all of them when
/// `WIREDESK_ALL` is set.
const SAMPLE: usize = 10;

/// A broken document, and how many items it holds still.
///
/// Nothing but a cut takes items away; there, an item counts when its end tag lies before the cut.
/// Every other corruption leaves the id and the link of each item in the bytes, so that all of
/// them are expected, also the one that was damaged.
struct Broken {
    bytes: Vec<u8>,
    left: Option<usize>,
}

impl Broken {
    fn all(text: impl Into<Vec<u8>>) -> Self {
        Self { bytes: text.into(), left: None }
    }
}

/// What a corruption makes of a document; nothing where the document has nothing to break so.
type Corruption = fn(&str, &mut Dice) -> Option<Broken>;

/// Cuts the document at so many thousandths.
fn cut(text: &str, per_mille: usize) -> Broken {
    cut_at(text, text.len() * per_mille / 1000)
}

fn cut_at(text: &str, at: usize) -> Broken {
    let head = String::from_utf8_lossy(&text.as_bytes()[..at]);
    let left = head.matches("</item>").count() + head.matches("</entry>").count();
    Broken { bytes: text.as_bytes()[..at].to_vec(), left: Some(left) }
}

/// The places of `what` behind the head of the channel.
fn places(text: &str, what: &str) -> Vec<usize> {
    let body = ["<item", "<entry"].iter().find_map(|item| text.find(item)).unwrap_or(text.len());
    text[body..].match_indices(what).map(|(at, _)| body + at).collect()
}

fn any(places: &[usize], dice: &mut Dice) -> Option<usize> {
    let last = u64::try_from(places.len()).unwrap();
    (last > 0).then(|| places[usize::try_from(dice.roll(0..last)).unwrap()])
}

/// One of the places gets `new` instead of `old`.
fn once(text: &str, old: &str, new: &str, dice: &mut Dice) -> Option<Broken> {
    let at = any(&places(text, old), dice)?;
    Some(Broken::all([&text[..at], new, &text[at + old.len()..]].concat()))
}

/// All of them do.
fn everywhere(text: &str, old: &str, new: &str) -> Option<Broken> {
    text.contains(old).then(|| Broken::all(text.replace(old, new)))
}

/// Bytes put in at the end of one headline, or of all of them.
fn into_titles(text: &str, bytes: &[u8], dice: Option<&mut Dice>) -> Option<Broken> {
    let ends = places(text, "</title>");
    let at = match dice {
        Some(dice) => vec![any(&ends, dice)?],
        None => ends,
    };
    let mut broken = Vec::with_capacity(text.len() + at.len() * bytes.len());
    let mut from = 0;
    for at in at {
        broken.extend(&text.as_bytes()[from..at]);
        broken.extend(bytes);
        from = at;
    }
    broken.extend(&text.as_bytes()[from..]);
    Some(Broken::all(broken))
}

/// The document without its declaration.
fn undeclared(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => text,
    }
}

fn labelled(text: &str, encoding: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{}", undeclared(text))
}

/// The first tag of the feed itself.
fn root(text: &str) -> Option<std::ops::Range<usize>> {
    let from = ["<rss", "<feed", "<rdf:RDF"].iter().find_map(|root| text.find(root))?;
    Some(from..from + text[from..].find('>')? + 1)
}

fn with_root(text: &str, change: impl Fn(&str) -> String) -> Option<Broken> {
    let root = root(text)?;
    Some(Broken::all(
        [&text[..root.start], &change(&text[root.clone()]), &text[root.end..]].concat(),
    ))
}

/// The names of tags in another case.
fn recased(text: &str, before: &str, case: fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(before) {
        let (head, tail) = rest.split_at(at + before.len());
        let end = tail.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
        // Markup inside of a section is text.
        let section = head.rfind("<![CDATA[") > head.rfind("]]>");
        out.push_str(head);
        out.push_str(&if section { tail[..end].to_owned() } else { case(&tail[..end]) });
        rest = &tail[end..];
    }
    out + rest
}

const CORRUPTIONS: [(&str, Corruption); 40] = [
    ("cut at a tenth", |text, _| Some(cut(text, 100))),
    ("cut in the middle", |text, _| Some(cut(text, 500))),
    ("cut near the end", |text, _| Some(cut(text, 900))),
    ("cut within a tag", |text, dice| Some(cut_at(text, any(&places(text, "<link"), dice)? + 3))),
    ("cut within a headline", |text, dice| {
        Some(cut_at(text, any(&places(text, "</title>"), dice)? - 1))
    }),
    ("cut before the root ends", |text, _| Some(cut_at(text, text.trim_end().rfind("</")?))),
    ("one stray ampersand", |text, dice| into_titles(text, b" Q&A & more", Some(dice))),
    ("ampersands nobody escaped", |text, _| everywhere(text, "&amp;", "&")),
    ("entities nobody declared", |text, _| into_titles(text, b"&nbsp;&hellip;&bogus;", None)),
    ("references to characters that are none", |text, _| {
        into_titles(text, b"&#0;&#8;&#xD800;&#x110000;&#;&#x;", None)
    }),
    ("one bad byte", |text, dice| into_titles(text, b"\xe9", Some(dice))),
    ("bad bytes in all headlines", |text, _| into_titles(text, b"\xff\xc0\x80", None)),
    ("a character cut in two", |text, dice| {
        let wide: Vec<_> = text.char_indices().filter(|(_, c)| !c.is_ascii()).collect();
        let starts: Vec<_> = wide.iter().map(|(at, _)| *at).collect();
        let at = any(&starts, dice)?;
        let mut bytes = text.as_bytes().to_vec();
        bytes.remove(at + 1);
        Some(Broken::all(bytes))
    }),
    ("characters of nothing", |text, _| into_titles(text, b"\0\0", None)),
    ("control characters", |text, _| into_titles(text, b"\x01\x08\x0c\x1f", None)),
    ("one headline not closed", |text, dice| once(text, "</title>", "", dice)),
    ("no headline closed", |text, _| everywhere(text, "</title>", "")),
    ("one link not closed", |text, dice| once(text, "</link>", "", dice)),
    ("one text not closed", |text, dice| {
        once(text, "</description>", "", dice).or_else(|| once(text, "</content>", "", dice))
    }),
    ("one item not closed", |text, dice| {
        once(text, "</item>", "", dice).or_else(|| once(text, "</entry>", "", dice))
    }),
    ("no item closed", |text, _| {
        Some(Broken::all(text.replace("</item>", "").replace("</entry>", "")))
    }),
    ("ends in another case", |text, _| {
        Some(Broken::all(recased(text, "</", |name| name.to_ascii_uppercase())))
    }),
    ("tags in upper case", |text, _| {
        let upper = recased(text, "<", |name| name.to_ascii_uppercase());
        Some(Broken::all(recased(&upper, "</", |name| name.to_ascii_uppercase())))
    }),
    ("a second declaration", |text, _| Some(Broken::all(format!("<?xml version='1.0'?>\n{text}")))),
    ("a second declaration that lies", |text, _| {
        Some(Broken::all(format!(
            "<?xml version='1.0' encoding='utf-8'?>{}",
            labelled(text, "utf-16")
        )))
    }),
    ("a warning before it", |text, _| {
        let warning = "<br />\n<b>Warning</b>: date(): no timezone in <b>/srv/f.php</b> on line <b>7</b><br />";
        Some(Broken::all(format!("{warning}\n{text}")))
    }),
    ("a page before it", |text, _| {
        let page = "<!DOCTYPE html><html><head><title>Feed</title></head><body><p>One & all";
        Some(Broken::all(format!("{page}\n{text}")))
    }),
    ("junk behind it", |text, _| {
        Some(Broken::all(format!(
            "{text}\n<!-- 0.31 s --><script>if (a < b && c) x();</script></body>"
        )))
    }),
    ("a bare bracket", |text, dice| into_titles(text, b" 1 < 2, <3 ", Some(dice))),
    ("markup nobody escaped", |text, _| {
        into_titles(text, b"<b>Big</b><br>news<img src=x.jpg alt='a > b'>", None)
    }),
    ("a label that lies", |text, _| Some(Broken::all(labelled(text, "iso-8859-1")))),
    ("a label that nobody knows", |text, _| Some(Broken::all(labelled(text, "x-unknown-8")))),
    ("no version", |text, _| with_root(text, |root| root.replace(" version=", " data-version="))),
    ("another default namespace", |text, _| {
        with_root(text, |root| {
            let named = root.replace(" xmlns=", " xmlns:formerly=");
            named.replacen(' ', " xmlns=\"urn:arden:feed\" ", 1)
        })
    }),
    ("prefixes that nobody declared", |text, _| {
        with_root(text, |root| root.replace(" xmlns:", " data-"))
    }),
    ("attributes twice", |text, _| {
        let twice = text.replace("<link", "<link rev='1' rev=\"2\" rev");
        Some(Broken::all(twice.replace("<guid", "<guid a='1' a=\"2\" a")))
    }),
    ("end tags of other things", |text, _| into_titles(text, b"</p></div></span>", None)),
    ("a section that does not end", |text, dice| once(text, "]]>", "", dice)),
    ("marks at the start, twice", |text, _| Some(Broken::all(format!("\u{feff}\u{feff}{text}")))),
    ("sixteen bits without a mark", |text, _| {
        let text = labelled(text, "utf-16");
        Some(Broken::all(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()))
    }),
];

/// What became of the items that are expected.
#[derive(Clone, Copy, Default)]
struct Share {
    expected: usize,
    found: usize,
    /// Found with a headline that begins as it did.
    headlines: usize,
    /// Found beyond what the whole document has.
    invented: usize,
}

impl std::ops::AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.expected += other.expected;
        self.found += other.found;
        self.headlines += other.headlines;
        self.invented += other.invented;
    }
}

/// Looks for each item once, by the keys that it has in the store: its id or its link, or its words
/// where it has neither, so that such an item with another headline counts as lost.
fn recovered(whole: &[Item], broken: &Broken) -> Share {
    let expected = broken.left.unwrap_or(whole.len()).min(whole.len());
    let context = Context { url: Some(URL), content_type: None };
    let mut read = parse(&broken.bytes, &context).map(|parsed| parsed.items).unwrap_or_default();
    let invented = read.len().saturating_sub(whole.len());
    let mut share = Share { expected, invented, ..Share::default() };
    for item in &whole[..expected] {
        let same = |other: &Item| other.keys.iter().any(|key| item.keys.contains(key));
        if let Some(at) = read.iter().position(same) {
            let title = item.title.as_deref().unwrap_or_default();
            let found = read.remove(at).title.unwrap_or_default();
            share.found += 1;
            share.headlines += usize::from(found.starts_with(title));
        }
    }
    share
}

/// The captured XML feeds of which we read as many items as others do; their text is what is broken.
fn whole_feeds(folder: &Path) -> Vec<(String, String)> {
    let expected = fs::read_dir(folder.join("expected")).unwrap();
    let feeds = expected.filter_map(|entry| {
        let wanted: Value =
            serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let name = wanted["file"].as_str().unwrap().to_owned();
        let text = fs::read_to_string(folder.join("feeds").join(&name)).ok()?;
        let is_xml = !text.trim_start().starts_with('{');
        let is_whole = is_xml && wanted["kind"] == "captured" && {
            let read = items(text.as_bytes()).len();
            read > 0 && wanted["entry_count"] == read
        };
        is_whole.then_some((name, text))
    });
    let mut feeds: Vec<_> = feeds.collect();
    feeds.sort();
    feeds
}

#[test]
fn what_is_still_in_the_bytes_is_found() {
    let Some(folder) = support::data("feeds") else { return };
    let begun = Instant::now();
    let every = if std::env::var_os("WIREDESK_ALL").is_some() { 1 } else { SAMPLE };
    let feeds = whole_feeds(&folder);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut shares = [Share::default(); CORRUPTIONS.len()];
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((_, text)) = feeds.get(number) else { return shares };
            let whole = items(text.as_bytes());
            for at in (number % every..CORRUPTIONS.len()).step_by(every) {
                let mut dice = Dice(u64::try_from(at).unwrap());
                if let Some(broken) = CORRUPTIONS[at].1(text, &mut dice) {
                    shares[at] += recovered(&whole, &broken);
                }
            }
        }
    };
    let done = thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.map(|worker| worker.join().unwrap())
    });

    let mut total = Share::default();
    eprintln!("{:<42} expected   found headlines", "corruption");
    for (at, (what, _)) in CORRUPTIONS.iter().enumerate() {
        let mut share = Share::default();
        for shares in &done {
            share += shares[at];
        }
        let Share { expected, found, headlines, invented } = share;
        eprintln!("{what:<42} {expected:>8} {found:>7} {headlines:>9}");
        assert!(expected > 0 && found * 100 >= expected * 95, "{what}: {found} of {expected}");
        assert_eq!(invented, 0, "{what}");
        total += share;
    }
    let Share { expected, found, headlines, .. } = total;
    eprintln!(
        "{} feeds, one corruption in {every}: {found} of {expected} items, {headlines} headlines, in {:.0?}",
        feeds.len(),
        begun.elapsed()
    );
    assert!(feeds.len() > 200);
    assert!(found * 1000 >= expected * 995, "{found} of {expected}");
    assert!(headlines * 1000 >= expected * 990, "{headlines} of {expected}");
}

//! Invented texts, and the papers' feeds that carry them.

use std::{fmt::Write as _, ops::Range, path::Path};

use jiff::Timestamp;
use wiredesk::{
    config::{self, Live},
    model::{Generation, Item},
    parse,
};

/// Numbers that look random and are the same for the same seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number of the range.
    pub(crate) fn roll(&mut self, range: Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (bits ^ (bits >> 31)) % (range.end - range.start)
    }
}

/// An invented word.
fn word(dice: &mut Dice) -> String {
    const SYLLABLES: [&str; 16] = [
        "ar", "den", "mol", "tis", "ve", "ra", "kol", "un", "sha", "pe", "lin", "gor", "mi", "tan",
        "ul", "dre",
    ];
    let mut syllable = || SYLLABLES[usize::try_from(dice.roll(0..16)).unwrap()];
    [syllable(), syllable(), syllable()].concat()
}

/// A text of three paragraphs that shares next to nothing with that of any other number.
pub(crate) fn text(number: u64) -> String {
    let mut dice = Dice(number);
    let mut text = String::new();
    for at in 0..90 {
        let end = match at % 30 {
            29 => ".\n\n",
            9 | 19 => ". ",
            _ => " ",
        };
        text += &word(&mut dice);
        text += end;
    }
    text.trim_end().to_owned()
}

/// A headline; another for each number.
pub(crate) fn headline(number: u64) -> String {
    let mut dice = Dice(!number);
    (0..6).map(|_| word(&mut dice)).collect::<Vec<_>>().join(" ")
}

/// An entry of a paper's feed.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its id within the feed, and the end of its link.
    pub(crate) id: String,
    /// Its headline.
    pub(crate) title: String,
    /// Its text.
    pub(crate) text: String,
    /// Its date.
    pub(crate) published: Timestamp,
}

/// The feed of a paper, as Atom.
pub(crate) fn atom(paper: &str, entries: &[Entry]) -> String {
    let mut feed = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>{paper}</title><id>urn:{paper}</id>"
    );
    for Entry { id, title, text, published } in entries {
        let text = text.replace("\n\n", "&lt;/p&gt;&lt;p&gt;");
        write!(
            feed,
            "<entry><id>urn:{paper}:{id}</id><title>{title}</title>\
             <link href='https://{paper}.example/{id}'/><published>{published}</published>\
             <content type='html'>&lt;p&gt;{text}&lt;/p&gt;</content></entry>"
        )
        .unwrap();
    }
    feed + "</feed>"
}

/// The items of a paper's feed.
pub(crate) fn items(paper: &str, entries: &[Entry]) -> Vec<Item> {
    let document = atom(paper, entries);
    let parsed =
        parse::parse(document.as_bytes(), &parse::Context { url: None, content_type: None });
    parsed.unwrap().items
}

/// A configuration, loaded from a file in `folder` with its data beside it.
pub(crate) fn live(folder: &Path, config: &str) -> Live {
    let file = folder.join("wiredesk.toml");
    let data = folder.join("data").display().to_string();
    std::fs::write(&file, format!("data = {data:?}\n{config}")).unwrap();
    let loaded = config::load(&file, Generation(1)).map_err(|report| report.to_string()).unwrap();
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    loaded.live
}

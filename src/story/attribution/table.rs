//! The houses we know by name, and where a text names one of them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
};

use foldhash::fast::RandomState;
use serde::Deserialize;

use super::publishers::{Publisher, Publishers};

/// The table that is compiled in; a test reads it, so it cannot be damaged.
pub(super) static TABLE: LazyLock<Agencies> = LazyLock::new(|| Agencies::with(&[], &[]));

/// The houses that credits are read by, agencies, media and publishers: the built-in tables, and
/// what the operator added to them. Cloning it is cheap.
#[derive(Clone)]
pub struct Agencies(pub(super) Arc<Table>);

/// An agency that the operator adds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agency {
    /// Its id.
    pub id: String,
    /// Its name as people write it.
    pub name: String,
    /// How it signs, as `QPS`.
    pub tokens: Vec<String>,
    /// How it signs with what means something else as well; counts only where houses sign.
    pub ambiguous: Vec<String>,
    /// Its sites.
    pub domains: Vec<String>,
    /// Phrases in which its name means something else.
    pub never: Vec<String>,
}

impl Agencies {
    /// The built-in tables and these; an agency replaces the house of its id.
    pub fn with(agencies: &[Agency], publishers: &[Publisher]) -> Self {
        let mut raw: Raw = toml::from_str(include_str!("../agencies.toml")).unwrap_or_default();
        raw.house.retain(|house| agencies.iter().all(|agency| agency.id != house.id));
        raw.house.extend(agencies.iter().map(House::agency));
        let known = |name: &str| {
            let name = without_article(name);
            raw.house.iter().any(|house| without_article(&house.name) == name)
        };
        let new = publishers.iter().filter(|publisher| !known(&publisher.name));
        let media: Vec<_> = new.map(House::medium).collect();
        raw.house.extend(media);
        let added = (agencies.to_vec(), publishers.to_vec());
        Self(Arc::new(Table { added, ..Table::new(raw, Publishers::with(publishers)) }))
    }

    /// What the operator added.
    pub fn added(&self) -> (&[Agency], &[Publisher]) {
        (&self.0.added.0, &self.0.added.1)
    }

    /// The id of the house that signs so.
    pub fn signed_by(&self, sign: &str) -> Option<&str> {
        let mentions = self.0.mentions(sign);
        let mention = mentions.first().filter(|mention| mention.name == sign)?;
        self.0.house_of(&mention.house.id).map(|house| house.id.as_str())
    }

    /// Every name of the paper that is called so.
    pub fn names<'a>(&'a self, publisher: &'a str) -> Vec<&'a str> {
        let known = self.0.publishers.called(publisher);
        let editions = known.into_iter().flat_map(|paper| &paper.editions);
        std::iter::once(publisher).chain(editions.map(String::as_str)).collect()
    }

    /// The house that printed an article, by the name of a paper, an edition or a site, else by
    /// the address of the page; empty where neither says anything.
    pub fn publisher(&self, name: &str, url: &str) -> String {
        let name = name.trim();
        if !name.is_empty() {
            let site = name.contains('.').then(|| self.of_site(name)).flatten();
            let paper = self.0.publishers.called(name).map(|publisher| publisher.name.as_str());
            return paper.or(site).unwrap_or(name).to_owned();
        }
        let host = host(url).unwrap_or_default();
        self.of_site(host).unwrap_or(host).to_owned()
    }

    /// The house whose site that is.
    fn of_site(&self, host: &str) -> Option<&str> {
        let paper = self.0.publishers.called(host).map(|publisher| publisher.name.as_str());
        paper.or_else(|| self.0.house_called(host).map(|house| house.name.as_str()))
    }

    /// The house on whose site a page is, if it is known.
    pub fn site(&self, url: &str) -> Option<&str> {
        self.of_site(host(url)?)
    }

    /// The name of the house of that id, else the id.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.house_of(id).map_or(id, |house| house.name.as_str())
    }

    /// The id of a house of the table, else its name.
    pub fn id<'a>(&'a self, publisher: &'a str) -> &'a str {
        self.0.house_called(publisher).map_or(publisher, |house| house.id.as_str())
    }

    /// Whether that is the name of an agency.
    pub fn is_agency(&self, name: &str) -> bool {
        self.0.house_called(name).is_some_and(|house| house.kind != Kind::Medium)
    }
}

impl Default for Agencies {
    fn default() -> Self {
        TABLE.clone()
    }
}

impl fmt::Debug for Agencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Agencies({})", self.0.houses.len())
    }
}

/// How far around a name a phrase is looked for that gives it another meaning, in bytes.
const AROUND: usize = 48;
/// Kinds of beginnings of words that are told apart.
const BEGINNINGS: usize = 1 << 16;
/// Letters of a word that are its beginning.
const BEGINNING: usize = 4;
/// The scripts from here on put no spaces between words.
const UNSPACED: char = '\u{2E80}';

/// What a house lives on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// It sells texts to others.
    #[default]
    Agency,
    /// It distributes what its customers write of themselves.
    Release,
    /// It is cited by others.
    Medium,
}

/// An agency or a paper.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct House {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) kind: Kind,
    /// Unmistakable names.
    #[serde(default)]
    names: Vec<String>,
    /// Names that mean something else as well.
    #[serde(default)]
    short: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
    /// Phrases in which a name is not this house.
    #[serde(default)]
    never: Vec<String>,
    /// Words beside which alone a short name is this house: another one has the same.
    #[serde(default)]
    near: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Raw {
    house: Vec<House>,
}

/// All houses, found by the first word of their names or, in scripts without spaces, anywhere.
pub(super) struct Table {
    houses: Vec<House>,
    by_first_word: HashMap<String, Vec<Name>, RandomState>,
    /// Whether such a word has a beginning of that kind; most words of a text have not.
    beginnings: Box<[u64]>,
    unspaced: Vec<Name>,
    by_name: HashMap<String, usize>,
    pub(super) publishers: Publishers,
    added: (Vec<Agency>, Vec<Publisher>),
}

struct Name {
    text: String,
    house: usize,
    certain: bool,
}

/// A house named in a text.
#[derive(Clone, Copy)]
pub(super) struct Mention<'t> {
    /// Which.
    pub(super) house: &'t House,
    /// The name as written.
    pub(super) name: &'t str,
    /// Whether the name has no other meaning.
    pub(super) certain: bool,
    /// Where the name begins, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

impl Table {
    fn new(raw: Raw, publishers: Publishers) -> Self {
        let mut table = Self {
            houses: Vec::new(),
            by_first_word: HashMap::default(),
            beginnings: vec![0; BEGINNINGS / 64].into(),
            unspaced: Vec::new(),
            by_name: HashMap::new(),
            publishers,
            added: Default::default(),
        };
        for (at, house) in raw.house.iter().enumerate() {
            let names = house.names.iter().map(|name| (name, true));
            for (name, certain) in names.chain(house.short.iter().map(|name| (name, false))) {
                table.add(name, at, certain);
            }
            for domain in house.domains.iter().chain([&house.id, &house.name]) {
                table.by_name.entry(without_article(domain)).or_insert(at);
            }
        }
        table.houses = raw.house;
        table
    }

    fn add(&mut self, name: &str, house: usize, certain: bool) {
        self.by_name.entry(without_article(name)).or_insert(house);
        let mut forms = vec![name.to_owned()];
        if name.contains(' ') {
            forms.push(name.to_uppercase());
        }
        for text in forms {
            let first = first_word(&text).to_owned();
            let entry = Name { text, house, certain };
            if is_unspaced(name) {
                self.unspaced.push(entry);
            } else {
                let (at, bit) = beginning(first.as_bytes());
                self.beginnings[at] |= bit;
                let names = self.by_first_word.entry(first).or_default();
                names.push(entry);
                names.sort_by_key(|name| std::cmp::Reverse(name.text.len()));
            }
        }
    }

    /// The house that is called so, or whose site it is.
    pub(super) fn house_called(&self, name: &str) -> Option<&House> {
        by_site(name, |name| self.houses.get(*self.by_name.get(name)?))
    }

    /// The house of a publisher, also where its name goes on: "NPR Online News".
    pub(super) fn house_of_publisher(&self, name: &str) -> Option<&House> {
        self.house_called(name).or_else(|| {
            let mentions = self.mentions(name);
            let mention = mentions.first().filter(|m| m.start == 0 && m.certain)?;
            self.house_of(&mention.house.id)
        })
    }

    /// The house of that id.
    pub(super) fn house_of(&self, id: &str) -> Option<&House> {
        self.houses.iter().find(|house| house.id == id)
    }

    /// Every house that is named, in order, the longest name at each place.
    pub(super) fn mentions<'t>(&'t self, text: &'t str) -> Vec<Mention<'t>> {
        let mut found = Vec::new();
        let mut begins = true;
        let mut at = 0;
        let bytes = text.as_bytes();
        while let Some(c) = text[at..].chars().next() {
            let word = c.is_alphanumeric();
            let known = || begins && self.has_beginning(&bytes[at..]);
            let named = word && (known() || c >= UNSPACED);
            if let Some(mention) = named.then(|| self.mention_at(text, at, begins)).flatten() {
                begins = !mention.name.ends_with(char::is_alphanumeric);
                at = mention.end;
                found.push(mention);
            } else {
                begins = !word;
                at += c.len_utf8();
                // Within a word of ASCII letters nothing can begin.
                let rest = if word { &bytes[at..] } else { &[] };
                at += rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            }
        }
        found
    }

    fn has_beginning(&self, word: &[u8]) -> bool {
        let (at, bit) = beginning(word);
        self.beginnings[at] & bit != 0
    }

    fn mention_at<'t>(&'t self, text: &'t str, start: usize, begins: bool) -> Option<Mention<'t>> {
        let rest = &text[start..];
        let spaced = begins
            .then(|| self.by_first_word.get(first_word(rest)))
            .flatten()
            .into_iter()
            .flatten()
            .find(|name| is_whole(rest, &name.text) && self.is_near(name, text, start));
        let unspaced = || {
            let mut names = self.unspaced.iter().filter(|_| is_unspaced(rest));
            names.find(|name| rest.starts_with(&name.text))
        };
        let name = spaced.or_else(unspaced)?;
        let house = self.houses.get(name.house)?;
        let end = start + name.text.len();
        let meant = !house.is_something_else(text, start, end);
        meant.then(|| Mention { house, name: &text[start..end], certain: name.certain, start, end })
    }
}

impl Table {
    /// Whether a short name that several houses share stands beside a word of its house.
    fn is_near(&self, name: &Name, text: &str, start: usize) -> bool {
        let near = self.houses.get(name.house).map_or(&[][..], |house| &house.near);
        let around = around(text, start, start + name.text.len());
        name.certain || near.is_empty() || near.iter().any(|word| around.contains(word.as_str()))
    }
}

impl House {
    fn agency(agency: &Agency) -> Self {
        Self {
            id: agency.id.clone(),
            name: agency.name.clone(),
            kind: Kind::Agency,
            names: std::iter::once(&agency.name).chain(&agency.tokens).cloned().collect(),
            short: agency.ambiguous.clone(),
            domains: agency.domains.clone(),
            never: agency.never.clone(),
            near: Vec::new(),
        }
    }

    /// A paper that others cite; a name of one word may mean something else.
    fn medium(publisher: &Publisher) -> Self {
        let (short, names) = [&publisher.name]
            .into_iter()
            .cloned()
            .partition(|name| !without_article(name).contains(' '));
        Self {
            id: slug(&publisher.name),
            name: publisher.name.clone(),
            kind: Kind::Medium,
            names,
            short,
            domains: publisher.domains.clone(),
            never: Vec::new(),
            near: Vec::new(),
        }
    }

    /// Whether the words around a name give it another meaning.
    fn is_something_else(&self, text: &str, start: usize, end: usize) -> bool {
        if self.never.is_empty() {
            return false;
        }
        let around = around(text, start, end);
        self.never.iter().any(|phrase| around.contains(phrase.as_str()))
    }
}

fn around(text: &str, start: usize, end: usize) -> &str {
    let from = text.floor_char_boundary(start.saturating_sub(AROUND));
    let to = text.ceil_char_boundary((end + AROUND).min(text.len()));
    &text[from..to]
}

/// A name as an identifier: lower case, a leading "the" dropped, words joined by hyphens.
pub fn slug(name: &str) -> String {
    let name = without_article(name);
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Looks up a name, and of a site all that it is a part of: `in.example.com` is `example.com`.
pub(super) fn by_site<T>(name: &str, look: impl Fn(&str) -> Option<T>) -> Option<T> {
    let name = without_article(name.trim());
    let mut host = name.trim_start_matches("www.");
    loop {
        if let Some(found) = look(host) {
            return Some(found);
        }
        host = host.split_once('.').filter(|(_, rest)| rest.contains('.'))?.1;
    }
}

/// The site of a page, without `www`.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    Some(host.strip_prefix("www.").unwrap_or(host))
}

pub(super) fn without_article(name: &str) -> String {
    let name = name.to_lowercase();
    name.strip_prefix("the ").map_or_else(|| name.clone(), str::to_owned)
}

fn first_word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// The kind of a word's beginning, by its first letters, or by the first of them where it is not of
/// ASCII, as a place in the table and a bit there.
fn beginning(word: &[u8]) -> (usize, u64) {
    let letters = word.iter().take(BEGINNING).take_while(|byte| byte.is_ascii_alphanumeric());
    let mut key = letters.fold(0, |key, byte| key << 8 | u32::from(*byte));
    if key == 0 {
        key = word.iter().take(2).fold(0, |key, byte| key << 8 | u32::from(*byte));
    }
    let kind = (key.wrapping_mul(0x9E37_79B9) >> 16) as usize;
    (kind / 64, 1 << (kind % 64))
}

fn is_whole(rest: &str, name: &str) -> bool {
    rest.strip_prefix(name).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
}

/// Names in Han, kana or hangul stand within a run of letters.
fn is_unspaced(name: &str) -> bool {
    name.starts_with(|c| c >= UNSPACED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        assert!(TABLE.0.houses.len() > 150);
        let mut ids: Vec<_> = TABLE.0.houses.iter().map(|house| &house.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), TABLE.0.houses.len(), "an id stands twice");
        for house in &TABLE.0.houses {
            assert!(
                !house.names.is_empty() || !house.short.is_empty() || !house.domains.is_empty()
            );
        }
    }

    #[test]
    fn names_are_found_as_whole_words() {
        let ids =
            |text| TABLE.0.mentions(text).iter().map(|m| m.house.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids("AFP and the Associated Press"), ["afp", "ap"]);
        assert_eq!(ids("Interfax-Ukraine"), ["interfax-ua"]);
        assert_eq!(ids("新华社北京"), ["xinhua"]);
        assert_eq!(ids("APT, AFPX, PTIs"), Vec::<&str>::new());
        assert_eq!(ids("the AP government"), Vec::<&str>::new());
        assert_eq!(ids("Thomson Reuters Foundation"), Vec::<&str>::new());
    }

    #[test]
    fn a_name_that_houses_share_is_theirs_beside_their_words() {
        let ids =
            |text| TABLE.0.mentions(text).iter().map(|m| m.house.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids("Taipei, Nov. 3 (CNA)"), ["cna-tw"]);
        assert_eq!(ids("Vatican City, Nov 3 / 10:00 am (CNA)"), ["cna-cath"]);
        assert_eq!(ids("BEIJING, Nov 3 (CNS)"), ["cns-cn"]);
        assert_eq!(ids("Arden, Nov 3 (CNA)"), Vec::<&str>::new());
        let mut short: Vec<_> = TABLE.0.houses.iter().flat_map(|house| &house.short).collect();
        short.sort();
        for pair in short.windows(2).filter(|pair| pair[0] == pair[1]) {
            let sharing = TABLE.0.houses.iter().filter(|house| house.short.contains(pair[0]));
            assert!(sharing.clone().all(|house| !house.near.is_empty()), "{}", pair[0]);
        }
    }

    #[test]
    fn publishers_are_known_by_name_and_site() {
        let id = |name| TABLE.0.house_called(name).map(|house| house.id.as_str());
        assert_eq!(id("The Associated Press"), Some("ap"));
        assert_eq!(id("www.dawn.com"), Some("dawn"));
        assert_eq!(id("news.bbc.co.uk"), Some("bbc"));
        assert_eq!(id("arden-post.example"), None);
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("The Arden Post & Courier"), "arden-post-courier");
        assert_eq!(slug(""), "");
    }
}

//! The tolerant pass: from markup to raw facts, without recursion and without ever giving up.

use std::time::Duration;

use url::Url;

use super::{
    capture::{self, Capture},
    facts::{Attributes, Document, Facts, Family, Form, Format, Value},
    names::{self, Element, Name, Prefixes, Space},
    repairs::Repairs,
    token::{Tag, Token, Tokens},
};
use crate::text::{address, html};

/// Elements nested deeper than this are read as if they were not nested.
const MAX_DEPTH: usize = 200;

/// So many items of a document are read.
const MAX_ITEMS: usize = 10_000;

/// HTML elements without an end tag, which people leave unescaped.
const VOID: &[&str] = &["area", "br", "col", "hr", "img", "input", "meta", "wbr"];

/// Takes a document apart; `base` is its address.
pub(super) fn walk(source: &str, base: Option<&Url>, repairs: &mut Repairs) -> Document {
    let mut walk = Walk {
        tokens: Tokens::new(source),
        base,
        prefixes: Prefixes::default(),
        frames: Vec::new(),
        item: None,
        document: Document::default(),
        period: Period::default(),
        repairs,
    };
    while let Some(token) = walk.tokens.next(walk.repairs) {
        match token {
            Token::Start(tag) => walk.open(&tag),
            Token::End(name) => walk.close(name),
            Token::Text(text) => walk.text(&html::unescape(text)),
            Token::Cdata(text) => walk.text(text),
        }
        if walk.document.items.len() >= MAX_ITEMS {
            walk.repairs.note("too many items");
            break;
        }
    }
    walk.finish()
}

/// An open element.
struct Frame<'a> {
    name: &'a str,
    element: Element,
    /// The vocabulary of names without a prefix.
    default: Space,
    base: Option<Url>,
    text: String,
    attributes: Attributes,
    /// `name`, `title` and `email` inside of an author or a source.
    named: Option<String>,
    email: Option<String>,
}

struct Walk<'a, 'b> {
    tokens: Tokens<'a>,
    base: Option<&'b Url>,
    prefixes: Prefixes,
    frames: Vec<Frame<'a>>,
    item: Option<Facts>,
    document: Document,
    period: Period,
    repairs: &'b mut Repairs,
}

impl<'a> Walk<'a, '_> {
    fn open(&mut self, tag: &Tag<'a>) {
        let default = self.declare(tag);
        let element = match self.prefixes.element(tag.name, default) {
            // The body of a page around the feed, not of an item.
            Element::Leaf(Name::Body) if self.item.is_none() => Element::Other,
            element => element,
        };
        self.end_person_before(element);
        match element {
            Element::Item | Element::Entry => {
                self.end_item("an item that does not end");
                if self.frames.len() >= MAX_DEPTH {
                    self.frames.retain(|frame| frame.element.is_root());
                }
                self.begin_item(element, tag);
            }
            Element::Leaf(name) => return self.leaf(name, tag),
            Element::Rss
            | Element::Rdf
            | Element::Feed
            | Element::Channel
            | Element::Urlset
            | Element::SitemapIndex => self.begin_document(element),
            Element::Other => self.note_stranger(tag.name),
            Element::Author | Element::Source | Element::Group => {}
        }
        let is_void = VOID.iter().any(|name| tag.name.eq_ignore_ascii_case(name));
        if is_void || (tag.is_empty && element == Element::Other) {
            return;
        }
        if self.frames.len() >= MAX_DEPTH {
            self.repairs.note("elements nested too deep");
            return;
        }
        let frame = Frame {
            name: tag.name,
            element,
            default: match element {
                Element::Urlset | Element::SitemapIndex => Space::Sitemap,
                _ if names::is_item(tag.name) => Space::Core,
                _ => default,
            },
            base: self.base_of(tag),
            text: String::new(),
            attributes: attributes(tag),
            named: None,
            email: None,
        };
        self.frames.push(frame);
        if tag.is_empty {
            self.close(tag.name);
        }
    }

    /// Remembers the namespaces that a tag declares; gives its default vocabulary.
    fn declare(&mut self, tag: &Tag<'a>) -> Space {
        let mut default = self.frames.last().map_or(Space::Core, |frame| frame.default);
        for (name, value) in tag.attributes() {
            if name == "xmlns" {
                default = names::by_uri(value).unwrap_or(Space::Core);
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                self.prefixes.declare(prefix, value);
            }
        }
        default
    }

    fn base_of(&self, tag: &Tag<'a>) -> Option<Url> {
        let outer = self.frames.iter().rev().find_map(|frame| frame.base.as_ref()).or(self.base);
        let stated = tag.attributes().find(|(name, _)| *name == "xml:base")?.1;
        match outer {
            Some(outer) => outer.join(stated.trim()).ok(),
            None => Url::parse(stated.trim()).ok(),
        }
        .or_else(|| outer.cloned())
    }

    fn base_here(&self) -> Option<Url> {
        self.frames.iter().rev().find_map(|frame| frame.base.clone())
    }

    fn note_stranger(&mut self, name: &str) {
        if self.frames.is_empty() && !self.document.is_feed && self.document.stranger.is_none() {
            self.document.stranger = Some(name.chars().take(40).collect());
        }
    }

    fn begin_document(&mut self, root: Element) {
        self.document.is_feed = true;
        let format = match root {
            Element::Rdf => Format::Rdf,
            Element::Feed => Format::Atom,
            Element::Urlset => Format::Sitemap,
            Element::SitemapIndex => Format::SitemapIndex,
            _ => Format::Rss,
        };
        self.document.format.get_or_insert(format);
    }

    fn begin_item(&mut self, element: Element, tag: &Tag<'a>) {
        self.document.is_feed = true;
        let attributes = attributes(tag);
        self.item = Some(Facts {
            family: if element == Element::Entry { Family::Atom } else { Family::Rss },
            about: attributes.get("about").filter(|about| !about.is_empty()).map(str::to_owned),
            language: language_of(tag),
            base: self.base_of(tag).or_else(|| self.base_here()),
            fields: Vec::new(),
        });
    }

    /// Ends the open item, if there is one, and all that is open in it.
    fn end_item(&mut self, fault: &'static str) {
        let open = self
            .frames
            .iter()
            .rposition(|frame| matches!(frame.element, Element::Item | Element::Entry));
        if let Some(at) = open {
            self.repairs.note(fault);
            self.close_to(at);
        } else if let Some(item) = self.item.take() {
            self.document.items.push(item);
        }
    }

    /// An author is over when something comes that no author has.
    fn end_person_before(&mut self, element: Element) {
        let inside =
            |element| matches!(element, Element::Other | Element::Leaf(Name::Person | Name::Email));
        if let Some(frame) = self.frames.last()
            && frame.element == Element::Author
            && !inside(element)
        {
            self.repairs.note("an unclosed element");
            self.close_to(self.frames.len() - 1);
        }
    }

    fn leaf(&mut self, name: Name, tag: &Tag<'a>) {
        let attributes = attributes(tag);
        let captured = if tag.is_empty {
            Capture::default()
        } else {
            let default = self.declare(tag);
            let kind = capture::Kind::of(name, &attributes);
            capture::capture(&mut self.tokens, tag.name, kind, self.repairs, |inner| {
                self.prefixes.element(inner, default)
            })
        };
        if captured.cut && matches!(name, Name::Guid | Name::Id | Name::Link) {
            // Half an identity is another identity.
            return;
        }
        let parent = self.frames.last().map(|frame| frame.element);
        match parent {
            Some(Element::Author | Element::Source) => {
                self.leaf_of_person(name, captured, &attributes);
            }
            Some(Element::Item | Element::Entry | Element::Group) => {
                self.leaf_of_item(name, captured, attributes);
            }
            Some(Element::Other) if matches!(name, Name::Hour | Name::Day) => {
                self.hint(name, captured.text.trim());
            }
            Some(root) if root.is_root() => {
                self.leaf_of_channel(name, captured, &attributes);
            }
            _ => {}
        }
    }

    fn leaf_of_person(&mut self, name: Name, captured: Capture, attributes: &Attributes) {
        let Some(frame) = self.frames.last_mut() else { return };
        match name {
            Name::Person | Name::Title => frame.named = Some(captured.text),
            Name::Email => frame.email = Some(captured.text),
            Name::Link if !matches!(attributes.get("rel"), Some("self")) => {
                if let Some(href) = attributes.get("href") {
                    frame.attributes.keep("url", href);
                }
            }
            _ => {}
        }
    }

    fn leaf_of_item(&mut self, name: Name, captured: Capture, attributes: Attributes) {
        let Some(item) = &mut self.item else { return };
        if name == Name::Language {
            item.language.get_or_insert(captured.text);
            return;
        }
        let form = form(item.family, name, &attributes, &captured);
        item.push(name, Value { text: captured.text, form }, attributes);
    }

    fn leaf_of_channel(&mut self, name: Name, captured: Capture, attributes: &Attributes) {
        let document = &mut self.document;
        match name {
            Name::Title if document.title.is_none() => {
                let form = form(Family::Rss, name, attributes, &captured);
                document.title = Some(Value { text: captured.text, form });
            }
            Name::Link if attributes.leads_to_older() => {
                let written = attributes.get("href").unwrap_or(&captured.text);
                document.older = document.older.take().or(address::absolute(written, self.base));
            }
            Name::Link if document.link.is_none() => {
                let alternate = attributes.is_alternate();
                let written =
                    attributes.get("href").filter(|_| alternate).unwrap_or(&captured.text);
                document.link = address::absolute(written, self.base);
            }
            Name::Language if document.language.is_none() => {
                document.language = Some(captured.text);
            }
            _ => self.hint(name, captured.text.trim()),
        }
    }

    fn hint(&mut self, name: Name, value: &str) {
        let hints = &mut self.document.hints;
        match name {
            Name::Ttl => {
                let minutes = value.parse::<u64>().ok().filter(|minutes| *minutes > 0);
                let ttl = minutes.map(|minutes| Duration::from_secs(minutes.min(MONTH) * 60));
                hints.ttl = hints.ttl.max(ttl);
            }
            Name::Hour => {
                // RSS 0.91 counted hours from 1 to 24.
                let hour =
                    value.parse::<u8>().ok().filter(|hour| *hour <= 24).map(|hour| hour % 24);
                keep_once(&mut hints.skip_hours, hour);
            }
            Name::Day => keep_once(&mut hints.skip_days, weekday(value)),
            Name::UpdatePeriod => self.period.length = Period::named(value),
            Name::UpdateFrequency => {
                self.period.times = value.parse().ok().filter(|times| *times > 0);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(frame) = self.frames.last_mut()
            && matches!(frame.element, Element::Author | Element::Source)
        {
            frame.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str) {
        let open = self.frames.iter().rposition(|frame| frame.name.eq_ignore_ascii_case(name));
        match open {
            Some(at) => {
                if at + 1 < self.frames.len() {
                    self.repairs.note("an unclosed element");
                }
                self.close_to(at);
            }
            None => self.repairs.note("an end tag without a start"),
        }
    }

    /// Closes the frame at `at` and all inside of it.
    fn close_to(&mut self, at: usize) {
        for frame in self.frames.split_off(at).into_iter().rev() {
            match frame.element {
                Element::Author => self.end_author(frame),
                Element::Source => self.end_source(frame),
                Element::Item | Element::Entry => self.document.items.extend(self.item.take()),
                _ => {}
            }
        }
    }

    fn end_author(&mut self, frame: Frame<'a>) {
        if self.frames.iter().any(|outer| outer.element == Element::Source) {
            return;
        }
        let plain = Some(frame.text).filter(|text| !text.trim().is_empty());
        if let (Some(item), Some(text)) = (&mut self.item, frame.named.or(plain).or(frame.email)) {
            let value = Value { text, form: Form::Plain };
            item.push(Name::Author, value, frame.attributes);
        }
    }

    fn end_source(&mut self, frame: Frame<'a>) {
        if let Some(item) = &mut self.item {
            let text = frame.named.unwrap_or(frame.text);
            item.push(Name::Source, Value { text, form: Form::Html }, frame.attributes);
        }
    }

    fn finish(mut self) -> Document {
        let root_is_open = self.frames.first().is_some_and(|frame| frame.element.is_root());
        if root_is_open {
            self.document.truncated = true;
            self.repairs.note("a document that does not end");
        }
        let unfinished = self.item.is_some();
        self.end_item("an item that does not end");
        if unfinished && self.document.truncated {
            self.document.items.pop_if(|item| !has_identity(item));
        }
        if let Some(ttl) = self.period.pause() {
            self.document.hints.ttl = self.document.hints.ttl.max(Some(ttl));
        }
        self.document
    }
}

/// Whether an item that was cut can be recognised when it comes again whole.
fn has_identity(item: &mut Facts) -> bool {
    item.about.is_some()
        || [Name::Guid, Name::Id].iter().any(|name| item.all(*name).next().is_some())
        || item.all(Name::Link).any(|link| link.attributes.is_alternate())
}

fn attributes(tag: &Tag<'_>) -> Attributes {
    let mut kept = Attributes::default();
    for (name, value) in tag.attributes() {
        kept.keep(name, &html::unescape(value));
    }
    kept
}

fn language_of(tag: &Tag<'_>) -> Option<String> {
    let stated = tag.attributes().find(|(name, _)| *name == "xml:lang")?.1;
    Some(stated.to_owned()).filter(|language| !language.is_empty())
}

/// How the text of an element is to be read: by its `type` and `mode`, else by custom.
fn form(family: Family, name: Name, attributes: &Attributes, captured: &Capture) -> Form {
    if captured.has_tags {
        return Form::Html;
    }
    let stated = attributes.get("type").map(str::to_ascii_lowercase);
    match (stated.as_deref(), family, name) {
        (Some("text" | "text/plain"), ..) => Form::Plain,
        (Some(kind), ..) if kind.contains("html") => Form::Html,
        (_, Family::Atom, Name::Title | Name::Summary | Name::Content) => Form::Plain,
        _ => Form::Html,
    }
}

/// The longest pause a document may ask for, in minutes.
const MONTH: u64 = 30 * 24 * 60;

fn keep_once(list: &mut Vec<u8>, value: Option<u8>) {
    if let Some(value) = value.filter(|value| !list.contains(value)) {
        list.push(value);
    }
}

fn weekday(name: &str) -> Option<u8> {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    (1..).zip(days).find(|(_, day)| day.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// `sy:updatePeriod` divided by `sy:updateFrequency` (RSS 1.0 syndication module).
#[derive(Default)]
struct Period {
    length: Option<Duration>,
    times: Option<u32>,
}

impl Period {
    fn named(name: &str) -> Option<Duration> {
        let hours = match name.to_ascii_lowercase().as_str() {
            "hourly" => 1,
            "daily" => 24,
            "weekly" => 7 * 24,
            "monthly" => 30 * 24,
            "yearly" => 365 * 24,
            _ => return None,
        };
        Some(Duration::from_secs(hours * 3600))
    }

    fn pause(&self) -> Option<Duration> {
        Some((self.length? / self.times.unwrap_or(1)).min(Duration::from_secs(MONTH * 60)))
    }
}

//! JSON Feed 1.x, read leniently: numbers where strings belong, and documents that are cut.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    facts::{Attributes, Document, Facts, Family, Form, Format, Value},
    names::Name,
    repairs::Repairs,
};

/// So many items of a document are read.
const MAX_ITEMS: usize = 10_000;

/// Takes a JSON document apart; one that is no feed has no `items`, and [`Document::is_feed`] says
/// so.
pub(super) fn walk(source: &str, repairs: &mut Repairs) -> Document {
    let mut document = Document { format: Some(Format::Json), ..Document::default() };
    let mut reader = serde_json::Deserializer::from_str(source);
    if let Err(error) = (Feed { document: &mut document }).deserialize(&mut reader)
        && document.is_feed
    {
        document.truncated = error.is_eof();
        repairs.note(if error.is_eof() { "a document that does not end" } else { "broken JSON" });
    }
    document
}

/// The top of the document, filled in as far as it can be read.
struct Feed<'a> {
    document: &'a mut Document,
}

impl<'de> DeserializeSeed<'de> for Feed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Feed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "version" => {
                    let Text(version) = map.next_value()?;
                    self.document.is_feed |=
                        version.is_some_and(|version| version.contains("jsonfeed.org"));
                }
                "title" => {
                    let Text(title) = map.next_value()?;
                    self.document.title = title.map(|text| Value { text, form: Form::Plain });
                }
                "home_page_url" => self.document.link = map.next_value::<Text>()?.0,
                "next_url" => self.document.older = map.next_value::<Text>()?.0,
                "language" => self.document.language = map.next_value::<Text>()?.0,
                "items" => map.next_value_seed(Items { document: self.document })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Items<'a> {
    document: &'a mut Document,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<RawItem>()? {
            if self.document.items.len() < MAX_ITEMS {
                self.document.items.push(item.facts());
            }
        }
        Ok(())
    }
}

/// A string, whatever was written for it.
#[derive(Default)]
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Number(serde_json::Number),
            Other(IgnoredAny),
        }
        Ok(Self(match Written::deserialize(reader)? {
            Written::Text(text) => Some(text),
            Written::Number(number) => Some(number.to_string()),
            Written::Other(_) => None,
        }))
    }
}

/// A list, or one thing where a list belongs, or nothing.
#[derive(Deserialize)]
#[serde(untagged)]
enum Several<T> {
    Many(Vec<T>),
    One(T),
    Other(IgnoredAny),
}

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> Several<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(list) => list,
            Self::One(one) => vec![one],
            Self::Other(_) => Vec::new(),
        }
    }
}

#[derive(Default, Deserialize)]
struct Author {
    #[serde(default)]
    name: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawItem {
    id: Text,
    url: Text,
    external_url: Text,
    title: Text,
    content_html: Text,
    content_text: Text,
    summary: Text,
    date_published: Text,
    date_modified: Text,
    language: Text,
    author: Several<Author>,
    authors: Several<Author>,
    tags: Several<Text>,
}

impl RawItem {
    fn facts(self) -> Facts {
        let mut facts =
            Facts { family: Family::Atom, language: self.language.0, ..Facts::default() };
        let mut keep = |name, Text(text): Text, form| {
            if let Some(text) = text {
                facts.push(name, Value { text, form }, Attributes::default());
            }
        };
        keep(Name::Id, self.id, Form::Plain);
        keep(Name::Link, self.url, Form::Plain);
        keep(Name::Link, self.external_url, Form::Plain);
        keep(Name::Title, self.title, Form::Plain);
        keep(Name::Content, self.content_html, Form::Html);
        keep(Name::Content, self.content_text, Form::Plain);
        keep(Name::Summary, self.summary, Form::Plain);
        keep(Name::Published, self.date_published, Form::Plain);
        keep(Name::Updated, self.date_modified, Form::Plain);
        for author in self.authors.into_vec().into_iter().chain(self.author.into_vec()) {
            keep(Name::Author, author.name, Form::Plain);
        }
        for tag in self.tags.into_vec() {
            keep(Name::Category, tag, Form::Plain);
        }
        facts
    }
}

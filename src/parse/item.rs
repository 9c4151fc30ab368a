//! From the raw facts and what the library made of them to an item.

use url::Url;

use super::{
    date,
    facts::{Attributes, Document, Facts, Field, Form, Value},
    library, mojibake,
    names::{CONTENT, Name, PUBLISHED, SUMMARY, TITLE, UPDATED},
    repairs::Repairs,
};
use crate::{
    model::{Item, ItemSource},
    text::{address, html},
};

/// The longest name of a person or a category that is believed, in characters.
const MAX_NAME: usize = 200;

/// So many times too often a text may have been escaped.
const MAX_ESCAPED: usize = 2;

/// Makes the items of a document, in its order; keys are not given yet.
pub(super) fn items(document: &Document, base: Option<&Url>, repairs: &mut Repairs) -> Vec<Item> {
    let site = document.link.as_deref().and_then(|link| Url::parse(link).ok());
    let base = base.or(site.as_ref());
    document.items.iter().map(|facts| item(facts, base, repairs)).collect()
}

fn item(facts: &Facts, base: Option<&Url>, repairs: &mut Repairs) -> Item {
    let reading = library::read(facts).unwrap_or_else(|| {
        repairs.note("an item that feed-rs could not read");
        library::Reading::default()
    });
    let base = facts.base.as_ref().or(base);
    let url = link(facts, base);
    let original = facts.text(&[Name::OriginalLink]).and_then(|link| address::absolute(link, base));
    let canonical = original.as_deref().or(url.as_deref()).and_then(address::canonical);
    let (text, summary) =
        texts(prose(facts, CONTENT, reading.content), prose(facts, SUMMARY, reading.summary));
    Item {
        raw_id: raw_id(facts).map(str::to_owned),
        url,
        canonical_url: canonical,
        title: prose(facts, TITLE, reading.title).map(|title| html::one_line(&title)),
        summary,
        text,
        authors: authors(facts),
        published: reading.published.or_else(|| moment(facts, PUBLISHED)),
        // The library copies the date of publication where there is no other.
        updated: facts.first(UPDATED).and(reading.updated).or_else(|| moment(facts, UPDATED)),
        language: facts.language.as_deref().map(|language| language.trim().to_owned()),
        categories: categories(facts, reading.categories),
        source: source(facts, base),
        ..Item::default()
    }
}

fn raw_id(facts: &Facts) -> Option<&str> {
    let stated = facts.text(&[Name::Guid, Name::Id]).or(facts.about.as_deref());
    stated.or_else(|| facts.text(&[Name::Identifier]))
}

/// The link: RSS text, Atom `alternate`, an id that is one, any other link.
fn link(facts: &Facts, base: Option<&Url>) -> Option<String> {
    let links = || facts.all(Name::Link);
    let mut written = links().map(|field| &field.value.text).filter(|text| !text.contains('<'));
    written
        .find_map(|text| address::absolute(text, base))
        .or_else(|| {
            links()
                .filter(|field| field.attributes.is_alternate())
                .find_map(|field| href(field, base))
        })
        .or_else(|| permalink(facts))
        .or_else(|| links().find_map(|field| href(field, base)))
        .or_else(|| address::absolute(facts.about.as_deref()?, base))
}

fn href(field: &Field, base: Option<&Url>) -> Option<String> {
    let attributes = &field.attributes;
    address::absolute(attributes.get("href").or_else(|| attributes.get("resource"))?, base)
}

/// A guid is a link unless it says it is none (RSS 2.0), if it looks like one.
fn permalink(facts: &Facts) -> Option<String> {
    let denied = |field: &&Field| {
        field.attributes.get("ispermalink").is_some_and(|said| said.eq_ignore_ascii_case("false"))
    };
    let guid = facts.first(&[Name::Guid, Name::Id]).filter(|field| !denied(field))?;
    address::absolute(&guid.value.text, None)
}

fn prose(facts: &Facts, names: &[Name], read: Option<String>) -> Option<String> {
    let field = facts.first(names)?;
    let text = match read {
        Some(text) => plain(&text, field.value.form),
        None => plain(&field.value.text, field.value.form),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The plain text of a value, also of one that was encoded or escaped once too often.
pub(super) fn plain(text: &str, form: Form) -> String {
    let text = mojibake::undo(text);
    let mut plain = match form {
        Form::Html => html::to_text(&text),
        Form::Plain => html::tidy(&text),
    };
    for _ in 0..MAX_ESCAPED {
        plain = if html::looks_like_html(&plain) {
            html::to_text(&plain)
        } else if html::has_references(&plain) {
            html::tidy(&html::unescape(&plain))
        } else {
            break;
        };
    }
    plain
}

/// The full text, and the standfirst where it says something else.
fn texts(content: Option<String>, summary: Option<String>) -> (Option<String>, Option<String>) {
    match (content, summary) {
        (Some(content), Some(summary)) => {
            if says(&summary, &content) {
                (Some(summary), None)
            } else if says(&content, &summary) {
                (Some(content), None)
            } else {
                (Some(content), Some(summary))
            }
        }
        (content, summary) => (content.or(summary), None),
    }
}

/// Whether `text` says all that `part` does; an ellipsis at the end of a cut is passed over.
fn says(text: &str, part: &str) -> bool {
    let words = |text: &str| html::one_line(text);
    let part = words(part);
    let part = part.trim_end_matches(['.', '…', ']', '[', ')', '(', ' ']);
    words(text).contains(part)
}

fn moment(facts: &Facts, names: &[Name]) -> Option<jiff::Timestamp> {
    names.iter().flat_map(|name| facts.all(*name)).find_map(|field| date::read(&field.value.text))
}

fn authors(facts: &Facts) -> Vec<String> {
    let mut names = Vec::new();
    for group in [&[Name::Creator][..], &[Name::Author], &[Name::ItunesAuthor]] {
        for field in group.iter().flat_map(|name| facts.all(*name)) {
            keep_name(&mut names, person(&plain(&field.value.text, field.value.form)));
        }
    }
    names
}

/// The name of a person: RSS writes `address (name)`, others `name <address>`.
fn person(written: &str) -> &str {
    let written = written.trim();
    let is_address = |text: &str| text.contains('@') && !text.trim().contains(char::is_whitespace);
    if let Some((address, name)) = written.split_once('(')
        && is_address(address)
    {
        return name.trim().trim_end_matches(')').trim();
    }
    if let Some((name, address)) = written.split_once('<')
        && is_address(address)
    {
        return name.trim();
    }
    written
}

fn categories(facts: &Facts, read: Vec<String>) -> Vec<String> {
    let mut names = Vec::new();
    if read.is_empty() {
        for field in facts.all(Name::Category) {
            let attributes = &field.attributes;
            let label = attributes.get("label").or_else(|| attributes.get("term"));
            keep_name(&mut names, &plain(label.unwrap_or(&field.value.text), Form::Plain));
        }
    }
    let subjects = facts.all(Name::Subject).map(|field| field.value.text.clone());
    let keywords = facts.all(Name::Keywords).flat_map(|field| field.value.text.split(','));
    for name in read.into_iter().chain(subjects).chain(keywords.map(str::to_owned)) {
        keep_name(&mut names, &plain(&name, Form::Plain));
    }
    names
}

fn keep_name(names: &mut Vec<String>, name: &str) {
    let name = html::one_line(name);
    if !name.is_empty() && name.chars().count() <= MAX_NAME && !names.contains(&name) {
        names.push(name);
    }
}

fn source(facts: &Facts, base: Option<&Url>) -> Option<ItemSource> {
    let field = facts.all(Name::Source).next()?;
    let title = html::one_line(&plain(&field.value.text, Form::Html));
    let url = source_url(&field.attributes, base);
    let title = Some(title).filter(|title| !title.is_empty());
    (title.is_some() || url.is_some()).then_some(ItemSource { title, url })
}

fn source_url(attributes: &Attributes, base: Option<&Url>) -> Option<String> {
    address::absolute(attributes.get("url").or_else(|| attributes.get("href"))?, base)
}

/// A headline or a feed's title as one line.
pub(super) fn headline(value: &Value) -> Option<String> {
    Some(html::one_line(&plain(&value.text, value.form))).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_named_as_written() {
        for (written, name) in [
            ("none@none.com (AFP)", "AFP"),
            ("Sana Mir <sana@paper.example>", "Sana Mir"),
            ("记者：a@b.example", "记者：a@b.example"),
            ("Sana Mir (Lahore)", "Sana Mir (Lahore)"),
            ("desk@paper.example", "desk@paper.example"),
            ("a@b.example (", ""),
        ] {
            assert_eq!(person(written), name, "{written}");
        }
    }

    #[test]
    fn a_summary_is_kept_where_it_says_something_else() {
        let own = |text: &str| Some(text.to_owned());
        for (content, summary, wanted) in [
            (own("One. Two."), own("One."), (own("One. Two."), None)),
            (own("One.\n\nTwo words."), own("One. Two…"), (own("One.\n\nTwo words."), None)),
            (own("One."), own("One. Two."), (own("One. Two."), None)),
            (own("One."), own("Three."), (own("One."), own("Three."))),
            (None, own("One."), (own("One."), None)),
            (own("One."), None, (own("One."), None)),
        ] {
            assert_eq!(texts(content, summary), wanted);
        }
    }

    #[test]
    fn text_is_plain_however_often_it_was_escaped() {
        for (text, form, wanted) in [
            ("<p>AT&amp;T</p>", Form::Html, "AT&T"),
            ("AT&amp;amp;T", Form::Html, "AT&T"),
            ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", Form::Html, "One\n\nTwo"),
            ("<p>One</p>", Form::Plain, "One"),
            ("it&#8217;s", Form::Plain, "it’s"),
            ("a < b & c > d", Form::Plain, "a < b & c > d"),
        ] {
            assert_eq!(plain(text, form), wanted, "{text}");
        }
    }
}

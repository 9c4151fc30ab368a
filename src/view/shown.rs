//! How articles and what was found in them look on a terminal.

use crate::{
    alert::Excerpt,
    diagnostic::Colour,
    model::Article,
    query::{Field, Hit},
};

/// The sentence with its words marked: bold where there are colours, else between «».
pub(crate) fn marked(excerpt: &Excerpt, colour: Colour) -> String {
    let (before, after) = match colour {
        Colour::Ansi => ("\u{1b}[1m", "\u{1b}[0m"),
        Colour::Plain => ("«", "»"),
    };
    let mut text = excerpt.text.clone();
    for mark in excerpt.marks.iter().rev() {
        text.insert_str(mark.end, after);
        text.insert_str(mark.start, before);
    }
    one_line(&text)
}

/// White space of any kind is a space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters, the last a mark where some are left out.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// The text of a field that is searched by words.
pub(crate) fn text_of(article: &Article, field: Field) -> &str {
    match field {
        Field::Title => &article.title,
        Field::Summary => article.summary.as_deref().unwrap_or_default(),
        _ => &article.text,
    }
}

/// The field of a hit and its words or value.
pub(crate) fn words_of<'a>(article: &'a Article, hit: &'a Hit) -> (Field, &'a str) {
    match hit {
        Hit::Value { field, value } => (*field, value),
        Hit::Words { field, range } => {
            let words = text_of(article, *field).get(range.clone());
            (*field, words.unwrap_or("(the text has changed since)"))
        }
    }
}

/// A share of 0 to 1 in hundredths.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// So many of something; the word in the plural where it is not one.
pub(crate) fn counted(count: usize, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {what}s"),
    }
}

/// The same for what a store counts.
pub(crate) fn amount(count: u64, what: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_and_long_texts_cut() {
        let excerpt = Excerpt {
            field: Field::Body,
            text: "Eis am\nHafen ö".to_owned(),
            marks: vec![0..3, 7..12],
        };
        assert_eq!(marked(&excerpt, Colour::Plain), "«Eis» am «Hafen» ö");
        assert!(marked(&excerpt, Colour::Ansi).contains("\u{1b}[1mHafen\u{1b}[0m"));
        assert_eq!(cut("Größe", 5), "Größe");
        assert_eq!(cut("Größen", 5), "Größ…");
    }

    #[test]
    fn plurals_are_plurals() {
        let words: Vec<_> = [1, 2].map(|n| [counted(n, "story"), counted(n, "rule")]).concat();
        assert_eq!(words, ["1 story", "1 rule", "2 stories", "2 rules"]);
    }
}

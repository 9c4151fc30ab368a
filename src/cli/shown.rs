//! How articles and what was found in them look on a terminal.

use crate::{
    model::Article,
    query::{Field, Hit},
};

/// White space of any kind is a space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters, the last a mark where some are left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

/// The text of a field that is searched by words.
pub(super) fn text_of(article: &Article, field: Field) -> &str {
    match field {
        Field::Title => &article.title,
        Field::Summary => article.summary.as_deref().unwrap_or_default(),
        _ => &article.text,
    }
}

/// The field of a hit and its words or value.
pub(super) fn words_of<'a>(article: &'a Article, hit: &'a Hit) -> (Field, &'a str) {
    match hit {
        Hit::Value { field, value } => (*field, value),
        Hit::Words { field, range } => {
            let words = text_of(article, *field).get(range.clone());
            (*field, words.unwrap_or("(the text has changed since)"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut("Größe", 5), "Größe");
        assert_eq!(cut("Größen", 5), "Größ…");
    }
}

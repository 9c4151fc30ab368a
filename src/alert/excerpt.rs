//! The sentences that made a rule true, with the words to mark.

use std::ops::Range;

use crate::query::{Field, Hit};

/// A sentence with the words to mark.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Excerpt {
    /// The field it stands in.
    pub field: Field,
    /// The sentence.
    pub text: String,
    /// Bytes of `text` to mark, sorted, apart.
    pub marks: Vec<Range<usize>>,
}

/// At most `most` sentences of the fields (title, summary, body) that hold the hits.
pub fn excerpts(title: &str, summary: &str, body: &str, hits: &[Hit], most: usize) -> Vec<Excerpt> {
    let _ = (title, summary, body, hits, most);
    Vec::new()
}

//! What is remembered of a text to recognise its copies.

use jiff::Timestamp;

/// What a sketch is made of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Headline.
    pub title: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// Who printed it.
    pub publisher: &'a str,
    /// When.
    pub at: Timestamp,
}

/// What is remembered of a text; opaque to others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sketch {
    at: Timestamp,
}

impl Sketch {
    /// Grows whenever the same text would give other bytes.
    pub const VERSION: u32 = 1;

    /// Sketches a text.
    pub fn of(subject: &Subject<'_>) -> Self {
        Self { at: subject.at }
    }

    /// When the text was published or seen.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    /// From the stored form; `None` when it is of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let _ = bytes;
        None
    }
}

//! Finds all at once which of many pieces are part of a text.

use aho_corasick::AhoCorasick;

/// Pieces of text, numbered from 0 in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    list: Vec<Box<[u8]>>,
    /// Made by [`Pieces::seal`].
    automaton: Option<AhoCorasick>,
}

impl Pieces {
    /// Adds one more.
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.list.push(piece.into());
    }

    /// Makes finding fast.
    pub(super) fn seal(&mut self) {
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&self.list);
        self.automaton = automaton.ok().filter(|_| !self.list.is_empty());
    }

    /// Gives the number of each piece that is in `text`, whatever the case of ASCII, to `found`;
    /// some perhaps more than once. Until it is sealed, it gives them all.
    pub(super) fn each_in(&self, text: &str, mut found: impl FnMut(usize)) {
        match &self.automaton {
            Some(automaton) => automaton
                .find_overlapping_iter(text)
                .for_each(|piece| found(piece.pattern().as_usize())),
            None => (0..self.list.len()).for_each(found),
        }
    }
}

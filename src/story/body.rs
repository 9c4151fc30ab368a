//! What makes the text of one house exactly that of another, whatever stands around it.

use xxhash_rust::xxh3::Xxh3;

use crate::text::{clean, words::Reader};

/// Fewer words than this may be said twice.
const FEWEST_WORDS: usize = 60;

/// A hash of all words of a text, without its dateline, credits and notices and whatever the house
/// spelling; nothing where they are too few to be one text's own.
pub fn body_hash(text: &str) -> Option<u64> {
    let decoded = clean::decode(text);
    let mut reader = Reader::new(usize::MAX);
    clean::lines(&decoded).for_each(|line| reader.read(line));
    let (words, _) = reader.finish();
    let mut hash = Xxh3::new();
    for word in &words {
        hash.update(&word.hash.to_le_bytes());
    }
    (words.len() >= FEWEST_WORDS).then(|| hash.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The harbour of Arden was shut on Monday after a tanker lost its anchor in \
        the storm and drifted against the northern mole, where divers found two cracks below the \
        water line. Pilots said that no ship above nine thousand tons would be let in before the \
        weekend, while fishermen may leave at high tide. The port authority put the damage at four \
        million crowns and asked for a dredger.";

    #[test]
    fn datelines_and_house_spelling_are_not_the_text() {
        let hash = body_hash(TEXT);
        assert!(hash.is_some());
        assert_eq!(body_hash(&format!("ARDEN, May 12 (TNA): {TEXT}")), hash);
        assert_eq!(body_hash(&TEXT.replace("harbour", "harbor").replace(". P", ".\n\nP")), hash);
        assert_ne!(body_hash(&TEXT.replace("nine", "eight")), hash);
        assert_eq!(body_hash(&TEXT[..TEXT.find("Pilots").unwrap()]), None);
    }
}

//! Urgency on one scale: 1 is a flash, 9 the least urgent.

use crate::model::Priority;

/// So many words are no flash: agencies mark features with the same letter.
const FLASH_WORDS: usize = 100;

/// Reads a number from 1 to 9 (IPTC urgency; AP and others stop at 8).
pub(super) fn number(written: &str) -> Option<Priority> {
    let number: u8 = written.trim().parse().ok()?;
    (1..=9).contains(&number).then_some(Priority(number))
}

/// Reads the priority letter of ANPA 1312: flash, bulletin, urgent, rush, daily, Sunday.
pub(super) fn letter(written: char, words: usize) -> Option<Priority> {
    Some(Priority(match written.to_ascii_lowercase() {
        'f' if words <= FLASH_WORDS => 1,
        'b' => 2,
        'u' => 3,
        'r' => 4,
        'd' | 'f' => 5,
        's' | 'w' => 6,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_letters_are_on_one_scale() {
        for (written, wanted) in
            [("1", Some(1)), (" 8 ", Some(8)), ("0", None), ("10", None), ("x", None)]
        {
            assert_eq!(number(written).map(|p| p.0), wanted, "{written}");
        }
        assert_eq!(letter('F', 12).map(|p| p.0), Some(1));
        assert_eq!(letter('f', 900).map(|p| p.0), Some(5), "a feature");
        assert_eq!(letter('u', 900).map(|p| p.0), Some(3));
        assert_eq!(letter('x', 9), None);
    }
}

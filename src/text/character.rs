//! What a character is to us: part of a word, a mark between words, or nothing at all.

use unicode_normalization::char::is_combining_mark;

/// The first digit (zero) of every run of ten decimal digits outside ASCII that compatibility
/// normalisation leaves alone (Unicode general category Nd).
const ZEROS: [u32; 58] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0,
    0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0,
    0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1e140,
    0x1e2f0, 0x1e950,
];

/// Characters that are there for the typesetter only and are taken out before anything else: soft
/// hyphen, joiners, marks of direction, byte order mark, variation selectors, tatweel.
pub fn is_dropped(c: char) -> bool {
    !c.is_ascii()
        && matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{640}' | '\u{180e}' | '\u{200c}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Anything that people type for an apostrophe.
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | 'ʼ' | '‘' | '’' | '‛' | '′' | '＇')
}

/// A hyphen that joins the parts of one word; dashes do not.
pub fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '－')
}

/// A double quotation mark of any kind.
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '″' | '「' | '」' | '『' | '』')
}

/// A letter, mark or number of any script; not U+02BC, the apostrophe that Unicode counts as one.
pub fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_apostrophe(c)
}

/// A letter or mark of any script; not U+02BC.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    ((c.is_alphabetic() && !c.is_numeric()) || is_combining_mark(c)) && !is_apostrophe(c)
}

/// The value of a decimal digit of any script.
pub fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then(|| c as u8 - b'0');
    }
    if ('\u{ff10}'..='\u{ff19}').contains(&c) {
        return u8::try_from(c as u32 - 0xff10).ok();
    }
    let run = ZEROS.partition_point(|zero| *zero <= c as u32);
    let zero = *ZEROS.get(run.checked_sub(1)?)?;
    u8::try_from(c as u32 - zero).ok().filter(|value| *value < 10)
}

/// Whether the character is a word of its own: scripts that are written without spaces. Katakana
/// and Hangul are not among them; their runs are words (UAX 29).
pub fn stands_alone(c: char) -> bool {
    matches!(c as u32,
        0xe00..=0xedf | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3041..=0x309f
        | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// Scripts whose accents are folded away.
pub(crate) fn is_latin_or_greek(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c as u32,
            0xaa | 0xba | 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x2b8 | 0x370..=0x3e1 | 0x3f0..=0x3ff
            | 0x1d00..=0x1d25 | 0x1e00..=0x1fff | 0x2c60..=0x2c7f | 0xa722..=0xa7ff
            | 0xab30..=0xab64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_have_a_value() {
        for (c, value) in [('7', 7), ('٣', 3), ('۹', 9), ('२', 2), ('５', 5)] {
            assert_eq!(digit(c), Some(value), "{c}");
        }
        for c in ['a', '½', 'Ⅷ', '\u{65f}', '一'] {
            assert_eq!(digit(c), None, "{c}");
        }
    }

    #[test]
    fn the_table_of_zeros_is_sorted() {
        assert!(ZEROS.is_sorted());
    }
}

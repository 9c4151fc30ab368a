//! Spelling made comparable: case, accents, and the variants of a letter that keyboards disagree on.

use unicode_normalization::UnicodeNormalization;

use super::character::{digit, is_apostrophe, is_dropped, is_hyphen, is_latin_or_greek};

/// Folds a word or a value: two spellings that readers take for the same give the same text.
/// Compatibility forms, case, Latin and Greek accents, Arabic vowel signs and letter variants,
/// Devanagari nasals, and decimal digits of every script.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Appends what [`fold`] gives to `out`.
pub fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().map(|c| if c == '`' { '\'' } else { c.to_ascii_lowercase() }));
        return;
    }
    let unmarked = fold_letters(text);
    let composed: Vec<char> = unmarked.nfc().map(arabic).collect();
    for (at, &c) in composed.iter().enumerate() {
        match (c, composed.get(at + 1), composed.get(at + 2)) {
            // The virama after such a nasal was taken with it.
            ('\u{94d}', Some(&stop), _) if at > 0 && is_half_nasal(composed[at - 1], stop) => {}
            (_, Some('\u{94d}'), Some(&stop)) if is_half_nasal(c, stop) => out.push('\u{902}'),
            _ => out.push(c),
        }
    }
}

/// The word as printed, but for the choice of apostrophe, hyphen and normal form: what an exact
/// term compares.
pub fn surface(text: &str) -> String {
    text.chars().filter(|c| !is_dropped(*c)).nfc().map(straight).collect()
}

fn fold_letters(text: &str) -> String {
    // Before, since an acute accent alone decomposes to a space; after, since four primes in one
    // decompose to primes.
    let plain = |c: char| (!is_dropped(c)).then(|| straight(c));
    let cased = text.chars().filter_map(plain).nfkc().filter_map(plain).flat_map(lower);
    let mut out = String::with_capacity(text.len());
    for c in cased.nfd() {
        if is_folded_mark(c, out.chars().next_back()) {
            continue;
        }
        match c {
            // Chandrabindu is written for anusvara and the other way round.
            '\u{901}' => out.push('\u{902}'),
            _ if !c.is_ascii() => push_letter(arabic(c), &mut out),
            _ => out.push(c),
        }
    }
    out
}

fn straight(c: char) -> char {
    if is_apostrophe(c) {
        '\''
    } else if is_hyphen(c) {
        '-'
    } else {
        c
    }
}

/// Lower case, and what full case folding does beyond it.
fn lower(c: char) -> impl Iterator<Item = char> {
    let c = match c {
        'İ' => 'i',
        'ς' => 'σ',
        // The iota subscript is a letter when case is ignored.
        '\u{345}' => 'ι',
        _ => c,
    };
    c.to_lowercase()
}

fn is_folded_mark(mark: char, base: Option<char>) -> bool {
    if mark.is_ascii() {
        return false;
    }
    match mark {
        '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{93c}' => true,
        '\u{6d6}'..='\u{6ed}' => {
            !matches!(mark, '\u{6dd}' | '\u{6de}' | '\u{6e5}' | '\u{6e6}' | '\u{6e9}')
        }
        '\u{308}' if base == Some('е') => true,
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20f0}'
        | '\u{fe20}'..='\u{fe2f}' => base.is_some_and(is_latin_or_greek),
        _ => false,
    }
}

fn push_letter(c: char, out: &mut String) {
    let plain = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'ə' => "e",
        'և' => "եւ",
        _ => {
            out.push(digit(c).map_or(c, |value| char::from(b'0' + value)));
            return;
        }
    };
    out.push_str(plain);
}

/// One letter for the variants that Arabic, Persian and Urdu keyboards give.
fn arabic(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ئ' => 'ي',
        'ک' => 'ك',
        'ہ' | 'ۂ' | 'ۀ' | 'ە' | 'ھ' | 'ة' | 'ۃ' => 'ه',
        'ؤ' => 'و',
        _ => c,
    }
}

/// A half nasal before a stop of its own place of articulation sounds and is often written as
/// anusvara.
fn is_half_nasal(nasal: char, stop: char) -> bool {
    match nasal {
        'ङ' => ('क'..='घ').contains(&stop),
        'ञ' => ('च'..='झ').contains(&stop),
        'ण' => ('ट'..='ढ').contains(&stop),
        'न' => ('त'..='ध').contains(&stop),
        'म' => ('प'..='भ').contains(&stop),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_word_fold_to_one() {
        for (one, other) in [
            ("Café", "cafe"),
            ("ERDOĞAN", "erdogan"),
            ("İSTANBUL", "istanbul"),
            ("Łódź", "lodz"),
            ("Straße", "STRASSE"),
            ("ΕΛΛΆΣ", "ελλας"),
            ("ёлка", "елка"),
            ("ＮＡＴＯ", "nato"),
            ("علی", "علي"),
            ("كِتَابٌ", "كتاب"),
            ("أحمد", "احمد"),
            ("हिन्दी", "हिंदी"),
            ("क़लम", "कलम"),
            ("२०२४", "2024"),
            ("O’Brien", "o'brien"),
            ("cease\u{2011}fire", "cease-fire"),
            ("Paki\u{ad}stan", "pakistan"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_letters_stay_different() {
        for (one, other) in [("край", "краи"), ("پاک", "باك"), ("Müller", "Mueller")]
        {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_surface_keeps_case_and_accents() {
        assert_eq!(surface("Mc\u{ad}Donald’s"), "McDonald's");
        assert_eq!(surface("cafe\u{301}"), "café");
    }

    #[test]
    fn folding_any_character_twice_changes_nothing() {
        for c in '\0'..=char::MAX {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}

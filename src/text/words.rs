//! The words of a text as hashes, spelled alike wherever houses spell differently.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use xxhash_rust::xxh3::xxh3_64;

/// The most words between two quotation marks; with more, a mark was forgotten.
const LONGEST_QUOTE: usize = 100;
/// With fewer words between the marks it is a nickname or a title, not somebody's statement.
const SHORTEST_QUOTE: usize = 3;

/// One word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Word {
    /// Equal for equal words, whatever their case, accents and house spelling.
    pub hash: u64,
    /// Whether it stands between quotation marks.
    pub quoted: bool,
    /// Whether it is written in digits.
    pub number: bool,
    /// Whether it is a single character of a script that puts no spaces between words.
    pub unspaced: bool,
    /// How many characters it has, at most 255.
    pub length: u8,
}

/// Reads words, line after line; a quotation may go on over the end of a line.
#[derive(Debug)]
pub struct Reader {
    most: usize,
    words: Vec<Word>,
    total: usize,
    word: Vec<u8>,
    last: Last,
    open: Option<Open>,
}

/// What the word before was, where that changes how the next is spelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Last {
    Number,
    Per,
    Other,
}

/// A quotation mark that waits for its partner.
#[derive(Clone, Copy, Debug)]
struct Open {
    closed_by: &'static [char],
    first_word: usize,
}

impl Reader {
    /// Keeps the first `most` words and counts the rest.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            words: Vec::with_capacity(most.min(1_024)),
            total: 0,
            word: Vec::with_capacity(32),
            last: Last::Other,
            open: None,
        }
    }

    /// Reads one line.
    pub fn read(&mut self, line: &str) {
        let bytes = line.as_bytes();
        let mut before = ' ';
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii_alphabetic() {
                let letters = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphabetic());
                let end = at + letters.count();
                self.letters(&bytes[at..end]);
                before = bytes[end - 1].into();
                at = end;
                continue;
            }
            let c = line[at..].chars().next().unwrap_or_default();
            at += c.len_utf8();
            let rest = &line[at..];
            match c {
                ' ' | '\t' => self.end_word(),
                '0'..='9' => self.word.push(byte),
                ',' if before.is_ascii_digit() && starts_with_digit(rest) => {}
                '.' if before.is_ascii_digit() && starts_with_digit(rest) => self.word.push(b'.'),
                '.' if self.is_initial(rest) => {}
                '%' => self.percent(),
                '\'' | '’' | 'ʼ' if before.is_alphanumeric() && starts_word(rest) => {}
                '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '「' | '」' | '『' | '』' =>
                {
                    self.end_word();
                    self.quotation_mark(c, before);
                }
                _ if c.is_ascii() => self.end_word(),
                _ => self.foreign(c),
            }
            before = c;
        }
        self.end_word();
        self.last = Last::Other;
    }

    /// The words kept, and how many there were.
    pub fn finish(self) -> (Vec<Word>, usize) {
        (self.words, self.total)
    }

    fn letters(&mut self, letters: &[u8]) {
        // "10m" is what "10 m" is.
        if self.word.last().is_some_and(u8::is_ascii_digit) && self.word[0].is_ascii_digit() {
            self.end_word();
        }
        self.word.extend(letters.iter().map(u8::to_ascii_lowercase));
    }

    /// Whether a full stop belongs to initials such as "U.S.", which others write "US".
    fn is_initial(&self, rest: &str) -> bool {
        let mut next = rest.chars();
        let letter = next.next().is_some_and(char::is_alphabetic);
        let alone = next.next().is_none_or(|c| !c.is_alphanumeric());
        (1..=4).contains(&self.word.len()) && self.word[0].is_ascii_lowercase() && letter && alone
    }

    fn percent(&mut self) {
        self.end_word();
        self.push(b"%", 1);
    }

    fn foreign(&mut self, c: char) {
        if is_unspaced(c) {
            self.end_word();
            self.push_unspaced(c);
        } else if let Some(digit) = digit(c) {
            self.word.push(digit);
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            fold(c, &mut self.word);
        } else if !is_invisible(c) {
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        let length = u8::try_from(word.len()).unwrap_or(u8::MAX);
        match (self.last, word.as_slice()) {
            (Last::Per, b"cent") => {
                self.unpush();
                self.push(b"%", 1);
            }
            (Last::Number, unit) if short_unit(unit).is_some() => {
                self.push(short_unit(unit).unwrap_or_default(), length);
            }
            (_, b"percent") => self.push(b"%", 1),
            _ => {
                respell(&mut word);
                self.push(&word, length);
            }
        }
        word.clear();
        self.word = word;
    }

    fn push(&mut self, word: &[u8], length: u8) {
        let number = word[0].is_ascii_digit();
        self.last = match word {
            b"per" => Last::Per,
            _ if number => Last::Number,
            _ => Last::Other,
        };
        self.total += 1;
        if self.words.len() < self.most {
            let hash = xxh3_64(word);
            self.words.push(Word { hash, quoted: false, number, unspaced: false, length });
        }
    }

    fn push_unspaced(&mut self, c: char) {
        self.last = Last::Other;
        self.total += 1;
        if self.words.len() < self.most {
            let hash = xxh3_64(&u32::from(c).to_le_bytes());
            self.words.push(Word { hash, quoted: false, number: false, unspaced: true, length: 1 });
        }
    }

    /// Takes the last word back; beyond the words kept there is only the count to mend.
    fn unpush(&mut self) {
        if self.total == self.words.len() {
            self.words.pop();
        }
        self.total -= 1;
    }

    fn quotation_mark(&mut self, mark: char, before: char) {
        match self.open {
            Some(open) if open.closed_by.contains(&mark) && !before.is_whitespace() => {
                self.open = None;
                // Words beyond those kept were not marked, and none of them is asked for.
                let from = open.first_word.min(self.words.len());
                let quoted = &mut self.words[from..];
                if (SHORTEST_QUOTE..=LONGEST_QUOTE).contains(&quoted.len()) {
                    for word in quoted {
                        word.quoted = true;
                    }
                }
            }
            _ => {
                if let Some(closed_by) = closing(mark, before) {
                    self.open = Some(Open { closed_by, first_word: self.words.len() });
                }
            }
        }
    }
}

/// What ends a quotation that `mark` begins; nothing when it cannot begin one there.
fn closing(mark: char, before: char) -> Option<&'static [char]> {
    let may_open = !before.is_alphanumeric();
    match mark {
        '"' if may_open => Some(&['"', '”']),
        '“' => Some(&['”', '"', '“']),
        '„' => Some(&['“', '”', '"']),
        '«' => Some(&['»']),
        '»' => Some(&['«']),
        '‘' if may_open => Some(&['’']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        _ => None,
    }
}

fn starts_with_digit(rest: &str) -> bool {
    rest.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

fn starts_word(rest: &str) -> bool {
    rest.chars().next().is_some_and(char::is_alphanumeric)
}

/// Units that agencies abbreviate each in their own way; only after a number.
fn short_unit(word: &[u8]) -> Option<&'static [u8]> {
    Some(match word {
        b"m" | b"mn" | b"mln" | b"mio" | b"million" => b"m",
        b"b" | b"bn" | b"bln" | b"billion" => b"bn",
        b"tn" | b"trn" | b"trillion" => b"tn",
        b"cr" | b"crore" | b"crores" => b"crore",
        b"lac" | b"lacs" | b"lakh" | b"lakhs" => b"lakh",
        b"pc" | b"pct" | b"percent" => b"%",
        b"km" | b"kms" | b"kilometre" | b"kilometres" | b"kilometer" | b"kilometers" => b"km",
        b"kg" | b"kgs" | b"kilogram" | b"kilograms" => b"kg",
        _ => return None,
    })
}

/// British and American spelling become one: -our, -ise and -yse in words of six letters or more.
///
/// "hour" and "wise" are too short to be touched; that "source" becomes "sorce" everywhere harms
/// nobody, since only hashes are kept.
fn respell(word: &mut Vec<u8>) {
    let is_spelled_so =
        |letters: &[u8]| matches!(letters, b"our" | b"ise" | b"isi" | b"isa" | b"yse" | b"ysi");
    if word.len() < 6 || !word.windows(3).skip(1).any(is_spelled_so) || !word.is_ascii() {
        return;
    }
    let mut at = 1;
    while at + 2 < word.len() {
        match &word[at..at + 3] {
            b"our" => {
                word.remove(at + 1);
            }
            letters if is_spelled_so(letters) => word[at + 1] = b'z',
            _ => {}
        }
        at += 1;
    }
}

/// Scripts written without spaces: each character counts as a word.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0FFF     // Thai, Lao, Tibetan
        | 0x1000..=0x109F   // Burmese
        | 0x1780..=0x17FF   // Khmer
        | 0x3040..=0x30FF   // kana
        | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF   // Han
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0xFF66..=0xFF9F
        | 0x20000..=0x3FFFF)
}

/// Joiners and soft hyphens, which some houses type and others do not.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A decimal digit of another script as ASCII.
fn digit(c: char) -> Option<u8> {
    /// Where the digits of Arabic, Persian, Nagari, Bengali, Gurmukhi, Gujarati and Tamil begin.
    const ZEROS: [u32; 7] = [0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6];
    let code = u32::from(c);
    let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&code))?;
    u8::try_from(code - zero).ok().map(|value| b'0' + value)
}

/// Appends the letter without case, accent and the variants that keyboards make of one letter.
fn fold(c: char, word: &mut Vec<u8>) {
    decompose_compatible(c, |part| {
        if is_optional_mark(part) {
            return;
        }
        for lower in part.to_lowercase() {
            let letter = match lower {
                'ي' | 'ى' | 'ے' => 'ی',
                'ك' => 'ک',
                'ة' | 'ۀ' | 'ہ' | 'ھ' | 'ۃ' | 'ە' => 'ه',
                'آ' | 'أ' | 'إ' | 'ٱ' => 'ا',
                'ё' => 'е',
                'ß' => 's',
                other => other,
            };
            word.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    });
}

/// Accents, harakat, hamza above, nukta: signs that are often left out.
fn is_optional_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0591..=0x05C7 | 0x0640 | 0x064B..=0x065F | 0x0670
        | 0x06D6..=0x06ED | 0x093C | 0x09BC | 0x0A3C | 0x0ABC)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let mut reader = Reader::new(usize::MAX);
        reader.read(text);
        reader.finish().0
    }

    fn alike(a: &str, b: &str) -> bool {
        let hashes = |text| words(text).iter().map(|word| word.hash).collect::<Vec<_>>();
        hashes(a) == hashes(b)
    }

    #[test]
    fn house_spellings_are_one() {
        for (a, b) in [
            ("rose 5 per cent", "rose 5%"),
            ("rose five percent", "rose five per cent"),
            ("$10 million", "$10m"),
            ("Rs 3 lakhs", "Rs 3 lac"),
            ("1,00,000 people", "100000 people"),
            ("the U.S. Army", "the US army"),
            ("neighbours organise", "neighbors organize"),
            ("Pakistan’s", "Pakistan's"),
            ("Élysée", "Elysee"),
            ("ارسال کیلئے", "ارسال كيلئے"),
            ("۱۸ ارب", "18 ارب"),
            ("می\u{200c}رود", "میرود"),
            ("Ещё", "Еще"),
        ] {
            assert!(alike(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn different_words_stay_different() {
        for (a, b) in [("1.5", "15"), ("10 m", "10 bn"), ("he said", "she said"), ("কলকাতা", "কলকাতি")]
        {
            assert!(!alike(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn words_between_quotation_marks_are_marked() {
        for text in [
            r#"he said "we are ready now" today"#,
            "he said “we are ready now” today",
            "he said ‘we are ready now’ today",
            "he said „we are ready now“ today",
            "he said «we are ready now» today",
        ] {
            let marks: Vec<_> = words(text).iter().map(|word| word.quoted).collect();
            assert_eq!(marks, [false, false, true, true, true, true, false], "{text}");
        }
        assert!(words("the \"so called\" cut").iter().all(|word| !word.quoted));
        assert!(words("5' 10\" tall and a good deal more").iter().all(|word| !word.quoted));
    }

    #[test]
    fn unspaced_scripts_are_split_by_characters() {
        assert_eq!(words("东京电 said").len(), 4);
        assert_eq!(words("हिन्दी में").len(), 2);
    }

    #[test]
    fn words_beyond_the_limit_are_counted() {
        let mut reader = Reader::new(2);
        reader.read("one two three 4 per cent");
        let (kept, total) = reader.finish();
        assert_eq!((kept.len(), total), (2, 5));
    }

    proptest! {
        #[test]
        fn never_more_words_than_characters(text in any::<String>(), most in 0_usize..20) {
            let mut reader = Reader::new(most);
            reader.read(&text);
            let (kept, total) = reader.finish();
            prop_assert!(kept.len() <= most && kept.len() <= total);
            // A ligature may fold to several characters, never to several words.
            prop_assert!(total <= text.chars().count());
        }
    }
}

//! From bytes to characters: byte order mark, declaration, HTTP, then what the bytes themselves say.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Context, repairs::Repairs};
use crate::text::html;

/// How far into a document an XML declaration is looked for, in bytes.
const HEAD: usize = 1024;

/// So many characters beyond ASCII that are valid UTF-8 are not an accident: in other encodings
/// their bytes would have to fall into UTF-8's pattern each time.
const CERTAIN: usize = 8;

/// Decodes a document, whatever it claims; with the encoding that it turned out to have. Invalid
/// bytes never lose the rest, and characters that XML forbids are dropped.
pub(super) fn decode(
    bytes: &[u8],
    context: &Context<'_>,
    repairs: &mut Repairs,
) -> (String, &'static Encoding) {
    let (text, encoding) = characters(bytes, context, repairs);
    if text.chars().all(html::is_allowed) {
        return (text, encoding);
    }
    if text.trim_start_matches('\u{FEFF}').chars().any(|c| !html::is_allowed(c)) {
        repairs.note("characters that XML forbids");
    }
    (text.chars().filter(|c| html::is_allowed(*c)).collect(), encoding)
}

fn characters(
    bytes: &[u8],
    context: &Context<'_>,
    repairs: &mut Repairs,
) -> (String, &'static Encoding) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        if encoding == UTF_8 {
            return utf8(&bytes[length..], None, repairs);
        }
        return (encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned(), encoding);
    }
    if let Some(encoding) = without_mark(bytes) {
        return (encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding);
    }
    let stated = declared(bytes)
        .or_else(|| context.content_type.and_then(charset))
        // Bytes that begin like ASCII are not UTF-16, whatever the label.
        .filter(|encoding| ![UTF_16LE, UTF_16BE].contains(encoding));
    match stated {
        Some(encoding) if encoding != UTF_8 => labelled(bytes, encoding, repairs),
        _ => utf8(bytes, tld(context), repairs),
    }
}

/// UTF-16 without a byte order mark (XML 1.0 appendix F.1).
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<', 0, _, ..] => Some(UTF_16BE),
        [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// Bytes with a label other than UTF-8, which is wrong often enough to be doubted.
fn labelled(
    bytes: &[u8],
    encoding: &'static Encoding,
    repairs: &mut Repairs,
) -> (String, &'static Encoding) {
    if encoding != ISO_2022_JP
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).take(CERTAIN).count();
        if encoding.is_single_byte() || beyond_ascii == CERTAIN {
            if beyond_ascii > 0 {
                repairs.note("wrong encoding label");
            }
            return (text.to_owned(), UTF_8);
        }
    }
    let (text, _, broken) = encoding.decode(bytes);
    if broken {
        repairs.note("invalid bytes");
    }
    (text.into_owned(), encoding)
}

/// Bytes said to be UTF-8, or of which nothing was said.
fn utf8(bytes: &[u8], tld: Option<&[u8]>, repairs: &mut Repairs) -> (String, &'static Encoding) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), UTF_8);
    }
    repairs.note("invalid bytes");
    let mixed = Mixed::read(bytes);
    if mixed.is_mostly_utf8() {
        return (mixed.text, UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(tld, Utf8Detection::Deny);
    (encoding.decode_without_bom_handling(bytes).0.into_owned(), encoding)
}

/// UTF-8 with stray bytes of another origin, taken for Windows-1252 one by one.
struct Mixed {
    text: String,
    good: usize,
    bad: usize,
}

impl Mixed {
    fn read(bytes: &[u8]) -> Self {
        let mut mixed = Self { text: String::with_capacity(bytes.len()), good: 0, bad: 0 };
        for chunk in bytes.utf8_chunks() {
            mixed.good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            mixed.text.push_str(chunk.valid());
            match chunk.invalid() {
                [] => continue,
                [byte] => {
                    mixed.text.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*byte]).0);
                }
                // A character that was cut in two.
                _ => mixed.text.push(char::REPLACEMENT_CHARACTER),
            }
            mixed.bad += 1;
        }
        mixed
    }

    /// A few faults in much that is right, or hardly anything to judge by.
    fn is_mostly_utf8(&self) -> bool {
        self.bad * 10 <= self.good || (self.good == 0 && self.bad <= 2)
    }
}

/// The encoding of the XML declaration, wherever it begins within the head.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]);
    let declaration = &head[head.find("<?xml")?..];
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label_no_replacement(value[1..].split(quote).next()?.as_bytes())
}

/// The `charset` of a `Content-Type`.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let (_, value) = content_type.split(';').skip(1).find_map(|parameter| {
        parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
    })?;
    Encoding::for_label_no_replacement(value.trim().trim_matches(['"', '\'']).as_bytes())
}

/// The last label of the host, as the detector wants it.
fn tld<'a>(context: &Context<'a>) -> Option<&'a [u8]> {
    let host = context.url?.split("://").nth(1)?.split(['/', ':', '?', '#']).next()?;
    let label = host.rsplit('.').next()?;
    let plain = !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase());
    plain.then_some(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, &Context { url: None, content_type }, &mut Repairs::default()).0
    }

    fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn the_label_is_followed_where_it_can_be_right() {
        let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><rss>caf\xe9</rss>";
        assert!(read(latin, None).contains("café"));
        assert!(read(latin, Some("text/xml; charset=utf-8")).contains("café"));
        assert!(
            read(
                b"<rss>\xcf\xf0\xe8\xe2\xe5\xf2</rss>",
                Some("text/xml; charset=\"windows-1251\"")
            )
            .contains("Привет")
        );
        let lied = "<?xml version='1.0' encoding='iso-8859-1'?><rss>café</rss>";
        assert!(read(lied.as_bytes(), None).contains("café"));
        let abandoned = "<?xml version='1.0' encoding='hz-gb-2312'?><rss>café</rss>";
        assert!(read(abandoned.as_bytes(), None).contains("café"));
        let lied = "<?xml version='1.0' encoding='shift_jis'?><rss>財政を見直し</rss>";
        assert!(!read(lied.as_bytes(), None).contains("財政を見直し"), "too little to be certain");
        let lied = "<?xml version='1.0' encoding='shift_jis'?><rss>財政計画を見直し</rss>";
        assert!(read(lied.as_bytes(), None).contains("財政計画を見直し"));
    }

    #[test]
    fn sixteen_bit_text_is_read_with_and_without_a_mark() {
        let text = "<?xml version='1.0' encoding='utf-16'?><rss>سلام</rss>";
        for bytes in [
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
            utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
        ] {
            assert_eq!(read(&bytes, None), text);
        }
        assert_eq!(read(text.as_bytes(), None), text, "a label that cannot be");
    }

    #[test]
    fn invalid_bytes_do_not_lose_the_document() {
        assert_eq!(read("<a>naïve café résumé œuvre façade año niño ".as_bytes(), None).len(), 51);
        let mut bytes = "<a>ééééééééééé".repeat(2).into_bytes();
        bytes.extend(b"caf\xe9 \x93x\x94");
        assert!(read(&bytes, None).ends_with("café “x”"));
        assert!(read("<rss>Это обычный русский текст".as_bytes(), None).contains("обычный"));
        let russian = encoding_rs::WINDOWS_1251.encode("<rss>Это обычный русский текст новости").0;
        assert!(read(&russian, None).contains("обычный русский"));
    }

    #[test]
    fn forbidden_characters_and_marks_go() {
        let mut repairs = Repairs::default();
        let (text, _) =
            decode(b"\xef\xbb\xbf\xef\xbb\xbfa\x00\x08b\tc", &Context::default(), &mut repairs);
        assert_eq!(text, "ab\tc");
        assert_eq!(repairs.into_vec(), ["characters that XML forbids"]);
    }
}

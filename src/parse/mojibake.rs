//! Undoes UTF-8 that was taken for Windows-1252 and encoded again.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// The text as it was before, if all of it went through the mill; else the text itself.
///
/// By chance a text of Western letters hardly ever encodes to valid UTF-8: every accented letter
/// would have to be followed by a sign such as `©` or `¤`.
pub(super) fn undo(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    match std::str::from_utf8(&bytes) {
        Ok(before) if !unmappable => Cow::Owned(before.to_owned()),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_was_encoded_twice_is_found_again() {
        for (text, wanted) in [
            ("plain", "plain"),
            ("Ã¼ber Â£30", "über £30"),
            ("â€œquotedâ€\u{9d}", "“quoted”"),
            ("MÄ\u{81}ori", "Māori"),
            ("über £30", "über £30"),
            ("Ã¼ber über", "Ã¼ber über"),
            ("Ã¼ber Киев", "Ã¼ber Киев"),
        ] {
            assert_eq!(undo(text), wanted);
        }
    }
}

//! The language of a text: labels of agencies lie.

use whatlang::Lang;

/// Letters of a text that must be there before its language is looked for.
const FEWEST_LETTERS: usize = 12;

/// Letters of a text that must be there before a guess is better than nothing.
const FEWEST_TO_GUESS: usize = 60;

/// Letters of a text that must be there before a label is not believed.
const FEWEST_TO_DOUBT: usize = 120;

/// Bytes of a text that are looked at.
const MOST_BYTES: usize = 20_000;

/// Confidence in a language, 0 to 1, beyond which a label is not believed.
const CERTAIN: f64 = 0.5;

/// Languages that agencies write in, with their codes (ISO 639-1).
const LANGUAGES: &[(Lang, &str)] = &[
    (Lang::Eng, "en"),
    (Lang::Deu, "de"),
    (Lang::Fra, "fr"),
    (Lang::Spa, "es"),
    (Lang::Ita, "it"),
    (Lang::Por, "pt"),
    (Lang::Nld, "nl"),
    (Lang::Swe, "sv"),
    (Lang::Nob, "nb"),
    (Lang::Dan, "da"),
    (Lang::Fin, "fi"),
    (Lang::Pol, "pl"),
    (Lang::Ces, "cs"),
    (Lang::Slk, "sk"),
    (Lang::Hun, "hu"),
    (Lang::Ron, "ro"),
    (Lang::Hrv, "hr"),
    (Lang::Tur, "tr"),
    (Lang::Ell, "el"),
    (Lang::Rus, "ru"),
    (Lang::Ukr, "uk"),
    (Lang::Bul, "bg"),
    (Lang::Ara, "ar"),
    (Lang::Pes, "fa"),
    (Lang::Urd, "ur"),
    (Lang::Heb, "he"),
    (Lang::Hin, "hi"),
    (Lang::Ben, "bn"),
    (Lang::Tam, "ta"),
    (Lang::Cmn, "zh"),
    (Lang::Jpn, "ja"),
    (Lang::Kor, "ko"),
    (Lang::Tha, "th"),
    (Lang::Vie, "vi"),
    (Lang::Ind, "id"),
];

/// Agencies and the language that they write in where a text is too short to tell.
const HOMES: &[(&str, &str)] = &[
    ("AP", "en"),
    ("PA", "en"),
    ("AAP", "en"),
    ("Press Association", "en"),
    ("Australian Associated Press", "en"),
    ("reuters.com", "en"),
];

/// The language of a text as a code; nothing where that cannot be said. `label` is what the
/// document says, which is doubted only where the text is long enough to; `house` is who sent it.
pub(super) fn of(text: &str, label: Option<&str>, house: Option<&str>) -> Option<&'static str> {
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let home = || {
        let house = house.filter(|_| label.is_none())?;
        HOMES.iter().find(|(name, _)| *name == house).map(|(_, code)| *code)
    };
    if let Some(code) = eastern(text, letters) {
        return Some(code);
    }
    let fewest = if label.is_some() { FEWEST_TO_DOUBT } else { FEWEST_LETTERS };
    if letters < fewest {
        return home();
    }
    let known = LANGUAGES.iter().map(|(lang, _)| *lang).collect();
    let found = whatlang::Detector::with_allowlist(known).detect(text)?;
    let code = LANGUAGES.iter().find(|(lang, _)| *lang == found.lang()).map(|(_, code)| *code);
    if found.is_reliable() || label.is_some() && found.confidence() > CERTAIN {
        return code;
    }
    home().or_else(|| code.filter(|_| label.is_none() && letters >= FEWEST_TO_GUESS))
}

/// Chinese, Japanese and Korean by their letters: names in Latin ones stand among them.
fn eastern(text: &str, letters: usize) -> Option<&'static str> {
    let count =
        |range: std::ops::RangeInclusive<char>| text.chars().filter(|c| range.contains(c)).count();
    let (kana, han, hangul) = (
        count('\u{3040}'..='\u{30ff}'),
        count('\u{4e00}'..='\u{9fff}'),
        count('\u{ac00}'..='\u{d7a3}'),
    );
    let is_enough = |many: usize| many > 5 && many * 5 >= letters;
    match (is_enough(kana + han), is_enough(hangul)) {
        (true, _) if kana * 10 > han => Some("ja"),
        (true, _) => Some("zh"),
        (_, true) => Some("ko"),
        _ => None,
    }
}

/// A label made comparable and readable: `swe` and `SV-se` are both Swedish.
pub(super) fn label(written: &str) -> Option<String> {
    let written = written.trim().replace('_', "-");
    let (main, region) = written.split_once('-').unwrap_or((&written, ""));
    let main = main.to_ascii_lowercase();
    let main = match main.as_str() {
        "swe" => "sv",
        "eng" => "en",
        "deu" | "ger" => "de",
        "fra" | "fre" => "fr",
        "spa" => "es",
        "ita" => "it",
        "fin" => "fi",
        "nor" | "nob" | "no" => "nb",
        "dan" => "da",
        "nld" | "dut" => "nl",
        main => main,
    };
    let is_code = (2..=3).contains(&main.len()) && main.bytes().all(|b| b.is_ascii_lowercase());
    let is_region =
        (2..=4).contains(&region.len()) && region.bytes().all(|b| b.is_ascii_alphanumeric());
    let region = region.to_ascii_uppercase();
    is_code.then(|| if is_region { format!("{main}-{region}") } else { main.to_owned() })
}

/// Whether two codes are of the same language, as far as a text can tell.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let main = |code: &str| code.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let (one, other) = (main(one), main(other));
    let alike = [["nb", "nn"], ["nb", "da"], ["hr", "sr"], ["hr", "bs"], ["id", "ms"]];
    one == other
        || alike.iter().any(|pair| pair.contains(&one.as_str()) && pair.contains(&other.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINNISH: &str = "Eduskunta hyväksyi alkoholilain ja hallitus sai luottamuksen äänestyksessä, \
        jota oli odotettu koko syksyn ajan eri puolueissa ja valiokunnissa.";

    #[test]
    fn a_label_is_doubted_only_by_a_text_that_is_long_enough() {
        assert_eq!(of(FINNISH, Some("en"), None), Some("fi"));
        assert_eq!(of("Eduskunta hyväksyi alkoholilain", Some("en"), None), None);
        assert_eq!(of("Lock gate adrift", None, None), None);
        assert_eq!(of("42 : 17", None, None), None);
        assert_eq!(of("42 : 17", None, Some("AP")), Some("en"));
        assert_eq!(
            of("Cambrios Technologies Corporation今天宣布，該公司最近被評選為", Some("en"), None),
            Some("zh")
        );
    }

    #[test]
    fn labels_are_read_as_they_are_written() {
        for (written, wanted) in [
            ("swe", Some("sv")),
            ("nl-nl", Some("nl-NL")),
            ("EN", Some("en")),
            ("en_us", Some("en-US")),
            ("", None),
            ("x-default-language", None),
        ] {
            assert_eq!(label(written).as_deref(), wanted, "{written}");
        }
        assert!(is_same("no-NO", "nb") || is_same("nb-NO", "nn"));
        assert!(!is_same("it-IT", "en"));
    }
}

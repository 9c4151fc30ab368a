//! Names of IPTC subjects: the seventeen at the top of both schemes, which need no catalogue.

/// The first two digits of a subject code, and the name of the media topic
/// (<https://cv.iptc.org/newscodes/mediatopic/>; the older subject codes have the same order).
const TOP: [&str; 17] = [
    "arts, culture, entertainment and media",
    "crime, law and justice",
    "disaster, accident and emergency incident",
    "economy, business and finance",
    "education",
    "environment",
    "health",
    "human interest",
    "labour",
    "lifestyle and leisure",
    "politics and government",
    "religion",
    "science and technology",
    "society",
    "sport",
    "conflict, war and peace",
    "weather",
];

/// The name of the top subject that a code of eight digits belongs to. The codes of media topics
/// below the top (`20000065`) say nothing of what is above them.
pub(super) fn name(code: &str) -> Option<&'static str> {
    let is_code = code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit());
    let number: usize = code.get(..2).filter(|_| is_code)?.parse().ok()?;
    TOP.get(number.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_by_its_top() {
        assert_eq!(name("11000000"), Some("politics and government"));
        assert_eq!(name("17003002"), Some("weather"));
        assert_eq!((name("20000065"), name("00000000"), name("1100")), (None, None, None));
    }
}

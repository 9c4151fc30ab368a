//! Words and values with `*` and `?` in them.

/// A pattern: `*` stands for any characters, `?` for one.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Glob(Box<[char]>);

impl Glob {
    /// Takes the pattern as written.
    pub(crate) fn new(pattern: &str) -> Self {
        Self(pattern.chars().collect())
    }

    /// The characters before the first wildcard.
    pub(crate) fn literal_start(&self) -> String {
        self.0.iter().take_while(|c| !matches!(c, '*' | '?')).collect()
    }

    /// The longest run of characters without a wildcard.
    pub(crate) fn longest_literal(&self) -> String {
        let runs = self.0.split(|c| matches!(c, '*' | '?'));
        runs.max_by_key(|run| run.len()).unwrap_or_default().iter().collect()
    }

    /// Whether the whole of `text` has this shape.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let pattern = &self.0;
        let mut rest = text.chars();
        let mut at = 0;
        // Where to go on when what followed the last star does not fit.
        let mut retry = None;
        loop {
            if pattern.get(at) == Some(&'*') {
                at += 1;
                if at == pattern.len() {
                    return true;
                }
                retry = Some((at, rest.clone()));
                continue;
            }
            let Some(c) = rest.next() else { return at == pattern.len() };
            if pattern.get(at).is_some_and(|p| *p == '?' || *p == c) {
                at += 1;
                continue;
            }
            let Some((star, mut from)) = retry.take() else { return false };
            from.next();
            rest = from.clone();
            at = star;
            retry = Some((star, from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters_and_question_marks_for_one() {
        for (pattern, text, expected) in [
            ("terror*", "terror", true),
            ("terror*", "terrorist", true),
            ("terror*", "bioterror", false),
            ("*stan", "kazakhstan", true),
            ("wom?n", "woman", true),
            ("wom?n", "womn", false),
            ("a*b*c", "axxbyybzc", true),
            ("a*b*c", "axxbyybz", false),
            ("*", "", true),
            ("?", "", false),
            ("caf?", "café", true),
            ("*ab", "aab", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }
}

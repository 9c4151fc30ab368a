//! What a wire says of a text in its first words: that it is withdrawn, that it was corrected.

/// What the start of a headline or of the first line says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Signals {
    /// The text must no longer be used.
    pub kill: bool,
    /// The text was wrong before.
    pub correction: bool,
}

/// Words that withdraw a text; in capitals, since "Kill" and "Withdrawn" begin ordinary headlines.
const KILLS: &[&str] = &[
    "KILL",
    "BULLETIN KILL",
    "URGENT KILL",
    "STORY KILL",
    "MANDATORY KILL",
    "NEWS KILL",
    "WITHDRAWN",
    "STORY WITHDRAWN",
    "WITHDRAWAL",
    "RETRACTED",
    "RETRACTION",
    "DISREGARD",
    "ANNULATION",
    "ZURÜCKGEZOGEN",
    "RÜCKRUF",
];

/// The same as a notice, in any case, if a colon or a dash ends it.
const KILL_NOTICES: &[&str] = &[
    "advisory: withdraw",
    "advisory: kill",
    "editors: please disregard",
    "editors: please withdraw",
    "please disregard",
    "retraction",
    "withdrawn",
    "story withdrawn",
];

/// Words that correct a text, in any case, if a colon, a dash or a bracket ends them.
const CORRECTIONS: &[&str] = &[
    "corrected",
    "correction",
    "corrections",
    "corrects",
    "corrective",
    "refile",
    "refiles",
    "recasts and corrects",
    "clarification",
    "erratum",
    "korrektur",
    "berichtigung",
    "korrigiert",
    "correctif",
    "corrección",
    "fe de errores",
    "errata",
    "correzione",
    "rettifica",
    "تصحیح",
    "भूल सुधार",
    "সংশোধনী",
    "исправлено",
    "поправка",
];

/// Reads the signals of a wire from the start of the headline and of the first line.
///
/// Only the conventions at the very start count: a story *about* a correction is none.
pub fn signal(title: &str, text: &str) -> Signals {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    let lines = [title.trim_start(), first];
    Signals {
        kill: lines.iter().any(|line| is_kill(line.trim_start_matches(opens_label))),
        correction: lines.iter().any(|line| {
            is_correction(line.trim_start_matches(opens_label)) || is_correcting_remark(line)
        }),
    }
}

fn is_kill(start: &str) -> bool {
    KILLS.iter().any(|word| start.strip_prefix(word).is_some_and(ends_label))
        || KILL_NOTICES.iter().any(|notice| match strip_folded(start, notice) {
            // An advisory that ends in a verb goes on with what it withdraws.
            Some(rest) if notice.contains(": ") => !rest.starts_with(char::is_alphabetic),
            Some(rest) => ends_label(rest),
            None => false,
        })
}

fn is_correction(start: &str) -> bool {
    // "UPDATE 2-CORRECTED-": what stands before is a label as well.
    let start = start.strip_prefix("UPDATE ").map_or(start, |rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('-')
    });
    CORRECTIONS.iter().any(|word| strip_folded(start, word).is_some_and(ends_label))
}

/// "(Corrects date in second paragraph)".
fn is_correcting_remark(line: &str) -> bool {
    let remark = line.strip_prefix(['(', '[']).and_then(|inside| strip_folded(inside, "corrects "));
    remark.is_some_and(|rest| rest.contains([')', ']']))
}

/// Whether a label is over: with a colon, a closing bracket, or a dash that is no hyphen of prose.
fn ends_label(rest: &str) -> bool {
    let capitals_after = |rest: &str| rest.chars().next().is_none_or(|c| !c.is_lowercase());
    match rest.chars().next() {
        None | Some(':' | ']' | ')' | '—' | '–' | '/' | '|') => true,
        Some('-') => capitals_after(rest[1..].trim_start_matches(['-', ' '])),
        Some(' ') => {
            let rest = rest.trim_start();
            rest.starts_with(['-', '—', '–', ':', '(', '/', '|'])
        }
        _ => false,
    }
}

fn opens_label(c: char) -> bool {
    c.is_whitespace() || matches!(c, '[' | '(' | '*' | '/' | '"' | '“')
}

/// What follows `label`, which is in lower case, at the start of `text` in any case.
fn strip_folded<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in label.chars() {
        if !rest.next()?.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    Some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wires_withdraw_at_the_very_start() {
        for (title, text) in [
            ("KILL: Harbour shut", ""),
            ("BULLETIN KILL - Harbour shut", ""),
            ("WITHDRAWN: Harbour shut", ""),
            ("Withdrawn: Harbour shut", ""),
            ("ADVISORY: Withdraw Harbour shut", ""),
            ("[KILL] Harbour shut", ""),
            ("Harbour shut", "\n\nPlease disregard: the port is open."),
        ] {
            assert!(signal(title, text).kill, "{title} / {text}");
        }
        for (title, text) in [
            ("Kill the bill, say marchers", ""),
            ("KILLING of a seal shocks Arden", ""),
            ("Withdrawn troops reach Arden", ""),
            ("Floods kill: what to do", ""),
            ("Harbour shut", "The port is open.\n\nKILL: this"),
            ("Please disregard rumours, says mayor", ""),
        ] {
            assert!(!signal(title, text).kill, "{title} / {text}");
        }
    }

    #[test]
    fn wires_correct_at_the_very_start() {
        for (title, text) in [
            ("CORRECTED-Harbour shut", ""),
            ("UPDATE 2-CORRECTED-Harbour shut", ""),
            ("Correction: Harbour story", ""),
            ("CORRECTION - Harbour shut", ""),
            ("REFILE-Harbour shut", ""),
            ("(Corrected) Harbour shut", ""),
            ("Harbour shut", "(Corrects date in paragraph 2)"),
            ("Harbour shut", "CORRECTION: the port is open"),
            ("Korrektur: Hafen zu", ""),
            ("Поправка: порт закрыт", ""),
        ] {
            assert_eq!(signal(title, text), Signals { kill: false, correction: true }, "{title}");
        }
        for title in [
            "Correction officers strike in Arden",
            "Corrections department shut",
            "Market correction: what now",
            "Corrected figures show a fall",
            "Correction in house prices",
        ] {
            assert!(!signal(title, "").correction, "{title}");
        }
    }
}

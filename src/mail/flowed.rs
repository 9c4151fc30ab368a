//! Plain text as `format=flowed` (RFC 3676): paragraphs that a reader fits to its own width.

/// The longest line, in characters; with the space behind it a line stays under the 78 characters
/// that section 4.2 asks for.
const WIDTH: usize = 72;

/// The line above a signature, which keeps its space (section 4.3).
const SIGNATURE: &str = "-- ";

/// Breaks long lines softly, at spaces only, and stuffs what a reader would take for a quotation.
/// Lines end with `\n`; a reader that puts soft lines together again has the text as it was,
/// without the spaces at the ends of its lines.
pub(super) fn flowed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for line in text.lines() {
        if line == SIGNATURE {
            out.push_str(line);
        } else {
            let mut rest = line.trim_end_matches(' ');
            while let Some(end) = soft_break(rest) {
                push(&mut out, &rest[..end]);
                out.push('\n');
                rest = &rest[end..];
            }
            push(&mut out, rest);
        }
        out.push('\n');
    }
    out
}

/// A line, with a space before it where it would be taken for something else (section 4.4).
fn push(out: &mut String, line: &str) {
    if line.starts_with([' ', '>']) || line.starts_with("From ") {
        out.push(' ');
    }
    out.push_str(line);
}

/// Where a line that is too long is broken: behind the last space that fits, else behind the first
/// one that there is. A piece must not be what stands above a signature, nor mere indentation.
fn soft_break(line: &str) -> Option<usize> {
    let fits = line.char_indices().nth(WIDTH).map(|(at, _)| at)?;
    let breaks = |at: &usize| {
        let piece = &line[..*at];
        piece != SIGNATURE && !piece.trim_start_matches(' ').is_empty()
    };
    let spaces = || line.match_indices(' ').map(|(at, _)| at + 1).filter(breaks);
    spaces().take_while(|at| *at <= fits + 1).last().or_else(|| spaces().next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a reader makes of it: sections 4.1 to 4.5, without quotations.
    fn read(flowed: &str) -> String {
        let mut text = String::new();
        for line in flowed.lines() {
            let line = line.strip_prefix(' ').unwrap_or(line);
            text += line;
            if line == SIGNATURE || !line.ends_with(' ') {
                text.push('\n');
            }
        }
        text
    }

    #[test]
    fn long_lines_flow_and_short_ones_stay() {
        let words = "crane ".repeat(20);
        let flowed = flowed(&format!("{words}\n\n  indented\n> quoted\nFrom here\n-- \nRule  \n"));
        let lines: Vec<_> = flowed.lines().collect();
        assert_eq!(lines[0], "crane ".repeat(12));
        assert_eq!(lines[1], "crane ".repeat(8).trim_end());
        assert_eq!(lines[2..], ["", "   indented", " > quoted", " From here", "-- ", "Rule"]);
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let link = format!("https://a.example/{}", "x".repeat(200));
        assert_eq!(flowed(&link), format!("{link}\n"));
        assert_eq!(flowed(&format!("see {link} now")), format!("see \n{link} \nnow\n"));
    }

    proptest! {
        #[test]
        fn a_reader_has_the_text_as_it_was(
            text in "(-- |[>a-z]{1,30}|\u{2003}| {1,4}|From |ü{20}|-{1,3}|\n){0,120}",
        ) {
            let flowed = flowed(&text);
            let trimmed: String = text
                .lines()
                .map(|line| if line == SIGNATURE { line } else { line.trim_end_matches(' ') })
                .flat_map(|line| [line, "\n"])
                .collect();
            prop_assert_eq!(read(&flowed), trimmed);
            for line in flowed.lines() {
                let words: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
                let fits = line.chars().count() <= WIDTH + 2;
                prop_assert!(fits || words.len() <= 2, "{:?}", line);
            }
        }
    }
}

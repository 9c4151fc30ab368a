//! Draws a problem as a person reads it: the message, the line with carets, the fix.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Entry, Severity, Source, floor, position::Positions};

/// Whether what is printed has colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colour {
    /// Text alone, for files, pipes and the journal.
    Plain,
    /// ANSI escapes, for a terminal.
    Ansi,
}

/// One problem, its last line ended.
pub(super) fn entry<'a>(entry: &'a Entry, positions: &mut Positions<'a>, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    let diagnostic = &entry.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut title = level.primary_title(diagnostic.message.as_str());
    if let Some(code) = diagnostic.code {
        title = title.id(code);
    }
    let mut group = Group::with_title(title);
    let outer = entry.source.as_deref().map(|source| (source, &diagnostic.span));
    let inner = entry.inner.as_ref().map(|(source, span)| (source.as_ref(), span));
    if let Some((source, span)) = outer {
        group = group.element(excerpt(source, span, positions.of(source, span.start).0));
    }
    if let Some((source, span)) = inner {
        group = group.element(excerpt(source, span, source.position(span.start).0));
    }
    if let Some(note) = inner.or(outer).and_then(|(source, span)| spoken_place(source, span)) {
        group = group.element(Level::NOTE.message(note));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let mut drawn = renderer.render(&[group]);
    drawn.push('\n');
    drawn
}

/// The line in which the span starts; a span that goes on below is marked to the line's end.
fn excerpt<'a>(
    source: &'a Source,
    span: &Range<usize>,
    line_number: usize,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let start = floor(&source.text, span.start);
    let (line_start, line) = line_of(source, start);
    let within = |offset: usize| floor(line, offset.saturating_sub(line_start));
    let marked = within(start)..within(span.end.max(start));
    Snippet::source(line)
        .path(source.name.as_str())
        .line_start(line_number)
        .annotation(AnnotationKind::Primary.span(marked))
}

/// The place in words where a caret would lie: a terminal shows right-to-left text in another
/// order than its characters have.
fn spoken_place(source: &Source, span: &Range<usize>) -> Option<String> {
    let start = floor(&source.text, span.start);
    let (line_start, line) = line_of(source, start);
    if !line.chars().any(is_right_to_left) {
        return None;
    }
    let end = floor(&source.text, span.end.min(line_start + line.len()));
    let marked = source.text.get(start..end)?;
    let column = source.text[line_start..start].chars().count() + 1;
    Some(format!("this is `{marked}`, from character {column} of the line"))
}

/// The line around a boundary of a character: where it begins, and its text.
fn line_of(source: &Source, at: usize) -> (usize, &str) {
    let start = source.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    (start, source.text[start..].split(['\n', '\r']).next().unwrap_or_default())
}

/// Letters of the scripts written from right to left, by the blocks that Unicode gives them
/// (Hebrew to Arabic Extended-A, the presentation forms, and the historic scripts and Adlam).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::{super::*, Colour};

    fn source(name: &str, text: &str) -> Arc<Source> {
        Arc::new(Source { name: name.to_owned(), text: text.to_owned() })
    }

    fn one(text: &str, diagnostic: Diagnostic) -> String {
        let mut report = Report::default();
        report.push(&source("wiredesk.toml", text), diagnostic);
        report.to_string()
    }

    #[test]
    fn a_problem_has_file_line_caret_and_fix() {
        let text = "[[rule]]\nname = 'a'\nquery = 'title:Pakistan Pentagon'\n";
        let at = text.find("title").unwrap();
        let diagnostic =
            Diagnostic::error(Some("E104"), at..at + 23, "no operator between two terms")
                .with_help("put AND or OR between them");
        assert_snapshot!(one(text, diagnostic), @"
        error[E104]: no operator between two terms
         --> wiredesk.toml:3:10
          |
        3 | query = 'title:Pakistan Pentagon'
          |          ^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: put AND or OR between them
        ");
    }

    #[test]
    fn a_span_over_lines_is_marked_to_the_end_of_its_first() {
        let text = "query = '''a OR\r\nb'''";
        assert_snapshot!(one(text, Diagnostic::warning(None, 11..18, "two lines")), @"
        warning: two lines
         --> wiredesk.toml:1:12
          |
        1 | query = '''a OR
          |            ^^^^
        ");
    }

    #[test]
    fn a_place_in_right_to_left_text_is_said_in_words() {
        let text = "query = 'پاکستان اور Pentagon'";
        let at = text.find("اور").unwrap();
        let diagnostic = Diagnostic::error(Some("E104"), at..at + 6, "no operator here");
        assert_snapshot!(one(text, diagnostic), @"
        error[E104]: no operator here
         --> wiredesk.toml:1:18
          |
        1 | query = 'پاکستان اور Pentagon'
          |                  ^^^
          |
          = note: this is `اور`, from character 18 of the line
        ");
    }

    #[test]
    fn a_problem_without_a_place_is_a_line() {
        let mut report = Report::default();
        report.push_bare(Diagnostic::error(None, 0..0, "cannot read `x`").with_help("make it"));
        assert_snapshot!(report.to_string(), @"
        error: cannot read `x`
         |
         = help: make it
        ");
    }

    #[test]
    fn a_text_within_a_text_is_shown_beneath() {
        let outer = source("wiredesk.toml", r#"query = "\"a b\" c""#);
        let inner = source("query of rule `r`", r#""a b" c"#);
        let mut report = Report::default();
        let diagnostic = Diagnostic::error(Some("E104"), 0..7, "no operator between two terms");
        report.push_inside(&outer, 8..19, &inner, diagnostic);
        assert_snapshot!(report.to_string(), @r#"
        error[E104]: no operator between two terms
         --> wiredesk.toml:1:9
          |
        1 | query = "\"a b\" c"
          |         ^^^^^^^^^^^
          |
         ::: query of rule `r`:1:1
          |
        1 | "a b" c
          | ^^^^^^^
        "#);
    }

    #[test]
    fn colours_are_only_where_asked_for() {
        let mut report = Report::default();
        report.push(&source("x", "abc"), Diagnostic::error(None, 0..1, "no"));
        assert!(report.render(Colour::Ansi).contains('\u{1b}'));
        assert!(!report.render(Colour::Plain).contains('\u{1b}'));
    }

    proptest! {
        #[test]
        fn any_span_in_any_text_is_drawn(text in "(.|[\\n\\r\\té𝄞ہ]){0,60}", a in 0..90_usize, b in 0..90_usize) {
            let drawn = one(&text, Diagnostic::error(None, a..b, "m").with_help("h"));
            prop_assert!(drawn.starts_with("error: m"));
        }
    }
}

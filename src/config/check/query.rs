//! Compiles queries and puts their problems where they are in the file.

use std::{collections::HashMap, ops::Range, sync::Arc};

use toml::Spanned;

use crate::{
    config::{
        Live,
        raw::{Placed, Raw},
        value,
    },
    diagnostic::{Diagnostic, Report, Severity, Source},
    query::{self, Aliases, Query},
};

/// What queries are compiled with.
#[derive(Default)]
pub(super) struct Compiler<'a> {
    pub(super) aliases: Aliases,
    /// Queries of the configuration before, by their text, that mean the same now and of which
    /// there is nothing to say.
    before: HashMap<&'a str, &'a Query>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(aliases: Aliases, before: Option<&'a Live>) -> Self {
        let same = before.is_some_and(|before| before.aliases == aliases);
        let means_the_same = |query: &&Query| same || !query.source.contains('$');
        let rules = before.into_iter().flat_map(|live| live.rules.iter().chain(&live.disabled));
        let queries = rules.map(|rule| &rule.query).filter(|query| !query.is_odd);
        let before = queries.filter(means_the_same).map(|query| (&*query.source, query)).collect();
        Self { aliases, before }
    }
}

/// Compiles a query that is written in `source`; `what` names it, as in `query of rule x`.
pub(super) fn compile(
    text: &Spanned<String>,
    what: &str,
    source: &Arc<Source>,
    compiler: &Compiler<'_>,
    report: &mut Report,
) -> Option<Query> {
    if let Some(known) = compiler.before.get(text.get_ref().as_str()) {
        return Some(Query::clone(known));
    }
    let (query, diagnostics) = query::parse(text.get_ref(), &compiler.aliases);
    for diagnostic in diagnostics {
        place(diagnostic, text, what, source, report);
    }
    query
}

/// Checks every alias by itself, and gives them all. One that is refused is told where it is
/// written, and a word stands for it wherever it is used, so that it is told once.
pub(super) fn aliases(raw: &Raw, report: &mut Report) -> Aliases {
    let all: Aliases = raw
        .aliases
        .iter()
        .map(|(name, alias)| (name.clone(), alias.value.get_ref().clone()))
        .collect();
    let mut sound = all.clone();
    let mut told = Vec::new();
    for (name, alias) in &raw.aliases {
        let (_, problems) = query::parse(alias.value.get_ref(), &all);
        if problems.iter().any(is_refusal) {
            sound.insert(name.clone(), STAND_IN.to_owned());
        }
        told.push(problems);
    }
    for ((name, alias), mut problems) in raw.aliases.iter().zip(told) {
        let Placed { source, span, value: text } = alias;
        if let Err(fault) = value::alias_name(name) {
            report.push(source, fault.at(span.clone()));
        }
        let in_a_circle = problems.iter().any(|problem| problem.code == Some("E141"));
        if !in_a_circle && problems.iter().any(is_refusal) {
            (_, problems) = query::parse(text.get_ref(), &sound);
        }
        for problem in problems.into_iter().filter(|problem| !is_of_whole_queries(problem)) {
            place(problem, text, &format!("alias `{name}`"), source, report);
        }
    }
    sound
}

/// A word, since that may stand wherever an alias may.
const STAND_IN: &str = "alias";

fn is_refusal(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && !is_of_whole_queries(diagnostic)
}

/// A part of a query may be all negative; only the whole may not.
fn is_of_whole_queries(diagnostic: &Diagnostic) -> bool {
    diagnostic.code == Some("E106")
}

fn place(
    mut diagnostic: Diagnostic,
    text: &Spanned<String>,
    what: &str,
    source: &Arc<Source>,
    report: &mut Report,
) {
    if let Some(start) = verbatim(text, source) {
        diagnostic.span = start + diagnostic.span.start..start + diagnostic.span.end;
        report.push(source, diagnostic);
    } else {
        let inner = Source { name: what.to_owned(), text: text.get_ref().clone() };
        report.push_inside(source, text.span(), &Arc::new(inner), diagnostic);
    }
}

/// Where the string's first character is in the file, if the file has the string letter for
/// letter: a literal string, or a basic one without escapes.
fn verbatim(text: &Spanned<String>, source: &Source) -> Option<usize> {
    let Range { start, end } = text.span();
    let written = source.text.get(start..end)?;
    let quote =
        ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| written.starts_with(quote))?;
    let body = written.get(quote.len()..written.len().checked_sub(quote.len())?)?;
    // TOML drops a line end right behind three quotes.
    let body = match quote.len() {
        3 => body.strip_prefix("\r\n").or(body.strip_prefix('\n')).unwrap_or(body),
        _ => body,
    };
    (body == text.get_ref()).then(|| end - quote.len() - body.len())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Holder {
        query: Spanned<String>,
    }

    /// Draws a problem at `marked` in the query that the TOML text holds.
    fn drawn(toml: &str, marked: &str) -> String {
        let holder: Holder = toml::from_str(toml).unwrap();
        let start = holder.query.get_ref().find(marked).unwrap();
        let source = Arc::new(Source { name: "w.toml".to_owned(), text: toml.to_owned() });
        let diagnostic = Diagnostic::error(Some("E1"), start..start + marked.len(), "here");
        let mut report = Report::default();
        place(diagnostic, &holder.query, "query of rule `r`", &source, &mut report);
        report.to_string()
    }

    #[test]
    fn a_string_without_escapes_is_mapped_to_the_letter() {
        for toml in [
            "query = 'a \"b\" Pentagon'",
            "query = \"a b Pentagon\"",
            "# é\nquery = '''a\nb Pentagon'''",
            "query = '''\na\nb Pentagon'''",
            "\u{feff}query = \"\"\"\r\nPentagon\"\"\"",
        ] {
            let drawn = drawn(toml, "Pentagon");
            let lines: Vec<_> = drawn.lines().collect();
            let at = |line: usize, what| {
                lines[line].find(what).map(|at| lines[line][..at].chars().count())
            };
            let carets = lines.iter().position(|line| line.contains("^^^^^^^^")).unwrap();
            assert_eq!(at(carets, "^"), at(carets - 1, "Pentagon"), "{drawn}");
            assert!(!drawn.contains("query of rule"), "{drawn}");
        }
    }

    #[test]
    fn a_string_with_escapes_is_shown_with_the_query_beneath() {
        assert_snapshot!(drawn(r#"query = "\"a b\" Pentagon""#, "Pentagon"), @r#"
        error[E1]: here
         --> w.toml:1:9
          |
        1 | query = "\"a b\" Pentagon"
          |         ^^^^^^^^^^^^^^^^^^
          |
         ::: query of rule `r`:1:7
          |
        1 | "a b" Pentagon
          |       ^^^^^^^^
        "#);
    }
}

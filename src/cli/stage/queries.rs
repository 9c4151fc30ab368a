//! A file with one query a line, and the aliases that its queries use.

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::Path,
    sync::Arc,
};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    cli::Exit,
    config,
    diagnostic::{Colour, Diagnostic, Report, Severity, Source},
    model::RuleName,
    query::{self, Aliases},
    rule::{Rule, Scope},
};

/// A problem of a query, by the line it stands in (from 1), its text, and where that begins in the
/// file.
pub(super) struct Mistake {
    line: usize,
    query: String,
    file: Arc<Source>,
    start: usize,
    diagnostic: Diagnostic,
}

/// The rules of a file, named by their line numbers, and every problem.
pub(super) fn load(path: &Path, aliases: &Aliases) -> anyhow::Result<(Vec<Rule>, Vec<Mistake>)> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let file = Arc::new(Source { name: path.display().to_string(), text });
    let (mut rules, mut mistakes) = (Vec::new(), Vec::new());
    let mut start = 0;
    for (at, line) in file.text.split_inclusive('\n').enumerate() {
        let source = line.trim_end_matches(['\n', '\r']);
        if !source.trim().is_empty() {
            let (query, diagnostics) = query::parse(source, aliases);
            let name = RuleName::new((at + 1).to_string());
            rules.extend(query.map(|query| Rule { name, query, scope: Scope::default() }));
            mistakes.extend(diagnostics.into_iter().map(|diagnostic| {
                let (query, file) = (source.to_owned(), Arc::clone(&file));
                Mistake { line: at + 1, query, file, start, diagnostic }
            }));
        }
        start += line.len();
    }
    Ok((rules, mistakes))
}

/// The `[alias]` of a TOML file.
pub(super) fn aliases(path: Option<&Path>) -> anyhow::Result<Aliases> {
    let Some(path) = path else { return Ok(Aliases::new()) };
    let rules = config::load_rules(path).map_err(|report| anyhow::anyhow!("{report}"))?;
    Ok(rules.aliases)
}

impl Mistake {
    /// Whether the query means nothing until it is mended.
    pub(super) fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }

    /// Positions are characters of the query.
    pub(super) fn to_json(&self) -> Value {
        let characters =
            |bytes: usize| self.query.get(..bytes).unwrap_or(&self.query).chars().count();
        let Diagnostic { code, message, span, help, .. } = &self.diagnostic;
        json!({
            "line": self.line,
            "code": code,
            "severity": if self.is_error() { "error" } else { "warning" },
            "start": characters(span.start),
            "end": characters(span.end),
            "message": message,
            "help": help,
        })
    }

    /// The problem as a person reads it, at its place in the file.
    pub(super) fn to_text(&self, colour: Colour) -> String {
        let mut diagnostic = self.diagnostic.clone();
        diagnostic.span = self.start + diagnostic.span.start..self.start + diagnostic.span.end;
        let mut report = Report::default();
        report.push(&self.file, diagnostic);
        report.render(colour)
    }
}

/// `wiredesk check --queries`: every problem of a file of queries; 78 if any is an error.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(crate) fn check_queries(
    path: &Path,
    with: Option<&Path>,
    as_json: bool,
) -> anyhow::Result<Exit> {
    let (rules, mistakes) = load(path, &aliases(with)?)?;
    let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
    for mistake in &mistakes {
        if as_json {
            println!("{}", mistake.to_json());
        } else {
            println!("{}", mistake.to_text(colour));
        }
    }
    let refused = mistakes.iter().any(Mistake::is_error);
    if !as_json && !refused {
        println!("ok: {} queries", rules.len());
    }
    Ok(if refused { Exit::Config } else { Exit::Ok })
}

//! A file with one query a line, and the aliases that its queries use.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    cli::Exit,
    config,
    diagnostic::{Diagnostic, Severity},
    model::RuleName,
    query::{self, Aliases},
    rule::{Rule, Scope},
};

/// A problem of a query, by the line it stands in (from 1) and its text.
pub(super) struct Mistake {
    line: usize,
    query: String,
    diagnostic: Diagnostic,
}

/// The rules of a file, named by their line numbers, and every problem.
pub(super) fn load(path: &Path, aliases: &Aliases) -> anyhow::Result<(Vec<Rule>, Vec<Mistake>)> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let (mut rules, mut mistakes) = (Vec::new(), Vec::new());
    for (at, source) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (query, diagnostics) = query::parse(source, aliases);
        let name = RuleName::new((at + 1).to_string());
        rules.extend(query.map(|query| Rule { name, query, scope: Scope::default() }));
        let mistake = |diagnostic| Mistake { line: at + 1, query: source.to_owned(), diagnostic };
        mistakes.extend(diagnostics.into_iter().map(mistake));
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

    /// The problem as a person reads it.
    pub(super) fn to_text(&self) -> String {
        let kind = if self.is_error() { "error" } else { "warning" };
        let code = self.diagnostic.code.map_or_else(String::new, |code| format!("[{code}]"));
        let help = self
            .diagnostic
            .help
            .as_ref()
            .map_or_else(String::new, |help| format!("\n  = help: {help}"));
        let before =
            self.query.get(..self.diagnostic.span.start).unwrap_or_default().chars().count();
        let marked =
            self.query.get(self.diagnostic.span.clone()).unwrap_or_default().chars().count().max(1);
        format!(
            "{kind}{code}: line {}: {}\n  | {}\n  | {}{}{help}",
            self.line,
            self.diagnostic.message,
            self.query,
            " ".repeat(before),
            "^".repeat(marked)
        )
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
    for mistake in &mistakes {
        if as_json {
            println!("{}", mistake.to_json());
        } else {
            println!("{}", mistake.to_text());
        }
    }
    let refused = mistakes.iter().any(Mistake::is_error);
    if !as_json && !refused {
        println!("ok: {} queries", rules.len());
    }
    Ok(if refused { Exit::Config } else { Exit::Ok })
}

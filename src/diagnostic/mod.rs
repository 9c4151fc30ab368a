//! A problem that a person must fix: a place, what is wrong there, and how to mend it.

mod position;
mod render;

use std::{fmt, ops::Range, sync::Arc};

use position::Positions;
pub use render::Colour;

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Nothing that contains it is accepted.
    Error,
    /// Accepted, but probably not what was meant.
    Warning,
}

/// One problem in one text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable code such as `E104`; configuration problems may have none.
    pub code: Option<&'static str>,
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// Where: bytes of the text the diagnostic speaks of.
    pub span: Range<usize>,
    /// How to mend it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(
        code: Option<&'static str>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), span, help: None }
    }

    /// A warning at `span`.
    pub fn warning(
        code: Option<&'static str>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, code, message: message.into(), span, help: None }
    }

    /// The same with a way to mend it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A text that diagnostics point into.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    /// What it is called: a path, or `query of rule x`.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// Where the byte at `offset` is: line and column from 1, the column in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        Positions::default().of(self, offset)
    }

    /// `wiredesk.toml:12`, for a message that speaks of a second place.
    pub fn line_name(&self, offset: usize) -> String {
        format!("{}:{}", self.name, self.position(offset).0)
    }
}

/// The last boundary of a character at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}

/// A problem, the text it points into, and the text within that text which it speaks of.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
    source: Option<Arc<Source>>,
    diagnostic: Diagnostic,
    inner: Option<(Arc<Source>, Range<usize>)>,
}

/// Every problem found, each with the text it points into.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    entries: Vec<Entry>,
}

impl Report {
    /// Adds a problem that has a place.
    pub fn push(&mut self, source: &Arc<Source>, diagnostic: Diagnostic) {
        let source = Some(Arc::clone(source));
        self.entries.push(Entry { source, diagnostic, inner: None });
    }

    /// Adds a problem that has no place in a text, for instance a file that is missing.
    pub fn push_bare(&mut self, diagnostic: Diagnostic) {
        self.entries.push(Entry { source: None, diagnostic, inner: None });
    }

    /// Adds a problem of `inner`, a text that is written in `source` in another spelling (a string
    /// with escapes): it points at `place` in `source`, and `inner` is shown beneath.
    pub fn push_inside(
        &mut self,
        source: &Arc<Source>,
        place: Range<usize>,
        inner: &Arc<Source>,
        mut diagnostic: Diagnostic,
    ) {
        let span = std::mem::replace(&mut diagnostic.span, place);
        let source = Some(Arc::clone(source));
        self.entries.push(Entry { source, diagnostic, inner: Some((Arc::clone(inner), span)) });
    }

    /// Adds all problems of another report.
    pub fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Puts the problems in the order of their files' names and of their places; those without a
    /// place come first.
    pub fn sort(&mut self) {
        self.entries.sort_by(|a, b| {
            let name = |entry: &Entry| entry.source.as_ref().map(|source| source.name.clone());
            name(a).cmp(&name(b)).then(a.diagnostic.span.start.cmp(&b.diagnostic.span.start))
        });
    }

    /// Whether anything must be mended before this is accepted.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many problems are that bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.entries.iter().filter(|entry| entry.diagnostic.severity == severity).count()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every problem with the text it points into.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Source>, &Diagnostic)> {
        self.entries.iter().map(|entry| (entry.source.as_deref(), &entry.diagnostic))
    }

    /// The same with line and column, from 1, of each problem that has a place; the column is in
    /// characters.
    pub fn places(&self) -> impl Iterator<Item = (Option<(&Source, usize, usize)>, &Diagnostic)> {
        let mut positions = Positions::default();
        self.iter().map(move |(source, diagnostic)| {
            let place = source.map(|source| {
                let (line, column) = positions.of(source, diagnostic.span.start);
                (source, line, column)
            });
            (place, diagnostic)
        })
    }

    /// Every problem for a person to read: message, file, line, caret and a way to mend it; an
    /// empty line between two.
    pub fn render(&self, colour: Colour) -> String {
        let mut positions = Positions::default();
        let drawn = self.entries.iter().map(|entry| render::entry(entry, &mut positions, colour));
        drawn.collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Plain))
    }
}

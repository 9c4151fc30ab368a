//! A problem that a person must fix: a place, what is wrong there, and how to mend it.

use std::{fmt, ops::Range, sync::Arc};

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

/// Every problem found, in the order of discovery, each with the text it points into.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    entries: Vec<(Option<Arc<Source>>, Diagnostic)>,
}

impl Report {
    /// Adds a problem that has a place.
    pub fn push(&mut self, source: &Arc<Source>, diagnostic: Diagnostic) {
        self.entries.push((Some(Arc::clone(source)), diagnostic));
    }

    /// Adds a problem that has no place in a text, for instance a file that is missing.
    pub fn push_bare(&mut self, diagnostic: Diagnostic) {
        self.entries.push((None, diagnostic));
    }

    /// Adds all problems of another report.
    pub fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Whether anything must be mended before this is accepted.
    pub fn has_errors(&self) -> bool {
        self.entries.iter().any(|(_, d)| d.severity == Severity::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every problem with the text it points into.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Source>, &Diagnostic)> {
        self.entries.iter().map(|(source, d)| (source.as_deref(), d))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (source, d) in self.iter() {
            writeln!(f, "{}: {}", source.map_or("", |s| s.name.as_str()), d.message)?;
        }
        Ok(())
    }
}

//! The rule language: from the text of a query to something that can be asked of an article.

mod ast;
mod check;
pub mod codes;
mod document;
mod explain;
mod facts;
mod field;
mod glob;
mod lexer;
mod literal;
mod necessary;
pub(crate) mod need;
mod parser;
mod pieces;
mod primary;
pub(crate) mod program;
pub(crate) mod run;
mod spans;
pub(crate) mod suggest;
mod term;
mod test;
pub(crate) mod vocabulary;
mod word;

use std::{collections::BTreeMap, sync::Arc};

use self::ast::{Kind, Node};
pub(crate) use self::{document::Document, field::Fields, vocabulary::Vocabulary};
pub use self::{
    explain::{Explanation, explain},
    facts::{Facts, Hit},
    field::Field,
    necessary::Necessary,
};
use crate::diagnostic::{Diagnostic, Severity};

/// Aliases by name, as written in `[alias]`.
pub type Aliases = BTreeMap<String, String>;

/// A parsed and checked query, ready to be asked.
#[derive(Clone, Debug)]
pub struct Query {
    /// The text it came from.
    pub source: Arc<str>,
    /// Whether there was something odd about it, so that it came with warnings.
    pub is_odd: bool,
    root: Arc<Node>,
}

impl Query {
    /// The parts of an uppermost AND, each a query of its own; of another query, itself.
    pub fn parts(&self) -> Vec<Self> {
        let Kind::And(nodes) = &self.root.kind else { return vec![self.clone()] };
        let part = |node: &Node| {
            let source = node.text(&self.source).into();
            Self { source, is_odd: false, root: Arc::new(node.clone()) }
        };
        nodes.iter().map(part).collect()
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }
}

/// Parses a query; it is `None` when any diagnostic is an error. Spans are bytes of `text`.
///
/// Errors come in the order in which they are found. Warnings are told only of a query that has
/// no error, in the order of their codes.
pub fn parse(text: &str, aliases: &Aliases) -> (Option<Query>, Vec<Diagnostic>) {
    let parser::Outcome { node, mut found } = parser::parse(text, aliases);
    let is_error = |problem: &Diagnostic| problem.severity == Severity::Error;
    if let Some(node) = &node
        && !found.iter().any(is_error)
    {
        found.extend(check::whole(node, text.len()));
    }
    if found.iter().any(is_error) {
        found.retain(is_error);
        return (None, found);
    }
    found.sort_by_key(|warning| (warning.code, warning.span.start));
    let is_odd = !found.is_empty();
    let query = node.map(|root| Query { source: text.into(), is_odd, root: Arc::new(root) });
    (query, found)
}

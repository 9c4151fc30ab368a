//! What a whole query must be: something has to be present, and it has to be possible.

use super::ast::{Kind, Node};
use crate::diagnostic::Diagnostic;

/// What is wrong with a tree as a whole; `length` is that of the query in bytes.
pub(super) fn whole(node: &Node, length: usize) -> Option<Diagnostic> {
    if !is_positive(node) {
        let message = "nothing in this query has to be present";
        let help = "a rule must require something; for every story except these write: * NOT (...)";
        return Some(Diagnostic::error(Some("E106"), 0..length, message).with_help(help));
    }
    contradiction(node).map(|denied| {
        let message = "this query can never match: it requires and excludes the same";
        Diagnostic::warning(Some("W220"), denied.span.clone(), message)
            .with_help("take out one of the two")
    })
}

/// Whether a story must have something for the query to be true.
fn is_positive(node: &Node) -> bool {
    match &node.kind {
        Kind::Not(_) => false,
        Kind::And(nodes) => nodes.iter().any(is_positive),
        Kind::Or(nodes) | Kind::Several { of: nodes, .. } => nodes.iter().all(is_positive),
        Kind::Scoped(inner) | Kind::Weighted { of: inner, .. } => is_positive(inner),
        _ => true,
    }
}

/// The part of the uppermost AND that is both required and excluded.
fn contradiction(node: &Node) -> Option<&Node> {
    let Kind::And(factors) = &node.kind else { return None };
    factors.iter().find(|factor| match &factor.kind {
        Kind::Not(denied) => factors.contains(denied),
        _ => false,
    })
}

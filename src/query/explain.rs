//! Which parts of a query are true of an article, and why.

use std::ops::Range;

use super::{
    Query,
    ast::{Kind, Node},
    document::Document,
    facts::{Facts, Hit},
    program::Programs,
    run::Found,
};

/// A part of a query with its verdict on one article.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// The part: bytes of the query; of an alias, the bytes of its use.
    pub span: Range<usize>,
    /// Whether it is true.
    pub holds: bool,
    /// What makes it true, sorted; empty when it is not.
    pub hits: Vec<Hit>,
    /// The parts it is made of.
    pub parts: Vec<Explanation>,
}

/// Asks every part of a query of an article.
pub fn explain(query: &Query, facts: &Facts<'_>) -> Explanation {
    let mut programs = Programs::default();
    let program = programs.add(query.root());
    let document = Document::read(facts, &programs.vocabulary);
    let start = programs.start(program);
    part(&programs, &document, query.root(), start)
}

fn part(programs: &Programs, document: &Document<'_>, node: &Node, at: u32) -> Explanation {
    if let Kind::Scoped(inner) | Kind::Weighted { of: inner, .. } = &node.kind {
        return Explanation { span: node.span.clone(), ..part(programs, document, inner, at) };
    }
    let hits = programs.ask_part(at, document, &mut Found::default());
    let holds = hits.is_some();
    let inside = node.inside().into_iter().zip(programs.inside(at));
    let parts = inside.map(|(node, at)| part(programs, document, node, at)).collect();
    Explanation { span: node.span.clone(), holds, hits: hits.unwrap_or_default(), parts }
}

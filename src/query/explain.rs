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
    /// The part as written, in the query or in an alias.
    pub text: String,
    /// Bytes of the query; of an alias, the bytes of its use.
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
    let programs = Programs::compile([query.root()].into_iter());
    let document = Document::read(facts, &programs.vocabulary);
    let reader = Reader { programs: &programs, document: &document, source: &query.source };
    let mut whole = reader.part(query.root(), programs.start(0));
    whole.holds &= facts.admits(&whole.hits);
    whole
}

struct Reader<'a> {
    programs: &'a Programs,
    document: &'a Document<'a>,
    source: &'a str,
}

impl Reader<'_> {
    fn part(&self, node: &Node, at: u32) -> Explanation {
        let text = node.text(self.source).to_owned();
        if let Kind::Scoped(inner) | Kind::Weighted { of: inner, .. } = &node.kind {
            return Explanation { text, span: node.span.clone(), ..self.part(inner, at) };
        }
        let Self { programs, document, .. } = self;
        let hits = programs.ask_part(at, document, &mut Found::default());
        let holds = hits.is_some();
        let inside = node.inside().into_iter().zip(programs.inside(at));
        let parts = inside.map(|(node, at)| self.part(node, at)).collect();
        Explanation { text, span: node.span.clone(), holds, hits: hits.unwrap_or_default(), parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Aliases, parse};

    /// Every part with its depth and verdict.
    fn told(part: &Explanation, depth: usize, lines: &mut Vec<String>) {
        let verdict = if part.holds { "yes" } else { "no" };
        lines.push(format!("{}{verdict} {}", " ".repeat(depth), part.text));
        part.parts.iter().for_each(|inner| told(inner, depth + 1, lines));
    }

    #[test]
    fn parts_of_aliases_are_told_as_they_are_written_there() {
        let aliases = [("port", "harbour OR $pier"), ("pier", "pier OR jetty")];
        let aliases: Aliases =
            aliases.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let (query, _) = parse("Norland AND title:$port NOT cricket", &aliases);
        let facts = Facts { title: "A jetty", body: "Norland froze.", ..Facts::default() };
        let mut lines = Vec::new();
        told(&explain(&query.unwrap(), &facts), 0, &mut lines);
        assert_eq!(
            lines,
            [
                "yes Norland AND title:$port NOT cricket",
                " yes Norland",
                " yes title:$port",
                "  no harbour",
                "  yes $pier",
                "   no pier",
                "   yes jetty",
                " yes NOT cricket",
                "  no cricket",
            ]
        );
    }
}

//! Asks a program of a document: is it true, and what made it so.

use super::{
    document::Document,
    facts::Hit,
    field::Field,
    program::{Op, ProgramId, Programs},
    spans::Spans,
};

impl Programs {
    /// Whether the query is true of the article.
    pub(crate) fn holds(&self, program: ProgramId, document: &Document<'_>) -> bool {
        self.is_true(self.start(program), document)
    }

    /// What made the query true, sorted, each once; for a query that is true.
    pub(crate) fn hits(&self, program: ProgramId, document: &Document<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.gather(self.start(program), document, &mut hits);
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    pub(super) fn is_true(&self, at: u32, document: &Document<'_>) -> bool {
        let spans = Spans { programs: self, document };
        let holds = |inner| self.is_true(inner, document);
        match self.code[at as usize].op {
            Op::All => true,
            Op::Atom { atom, fields } => document.has(atom, fields),
            Op::Value { atom, .. } => document.has(atom, super::field::Fields::VALUE),
            Op::Test { test } => self.tests[test as usize].holds(document),
            Op::Phrase { phrase, fields } => {
                spans.may_hold(&self.phrases[phrase as usize], fields) && !spans.of(at).is_empty()
            }
            Op::Window { .. } | Op::Near { .. } | Op::Apart { .. } => !spans.of(at).is_empty(),
            Op::And => self.inside(at).all(holds),
            Op::Or => self.inside(at).any(holds),
            Op::Not => !self.inside(at).any(holds),
            Op::AtLeast { count, .. } => {
                self.inside(at).map(|inner| spans.of(inner).len()).sum::<usize>() >= count as usize
            }
            Op::Several { count } => {
                self.inside(at).filter(|inner| holds(*inner)).take(count as usize).count()
                    == count as usize
            }
            Op::Score { score } => {
                let score = &self.scores[score as usize];
                let weights = score.weights.iter().zip(self.inside(at));
                let reached = weights.filter(|(_, inner)| holds(*inner));
                reached.fold(0_i64, |sum, (weight, _)| sum.saturating_add(*weight)) >= score.least
            }
        }
    }

    /// What made a true instruction true.
    pub(super) fn gather(&self, at: u32, document: &Document<'_>, hits: &mut Vec<Hit>) {
        let spans = Spans { programs: self, document };
        match self.code[at as usize].op {
            Op::All | Op::Not => {}
            Op::Value { test, .. } | Op::Test { test } => {
                self.tests[test as usize].hits(document, hits);
            }
            Op::Atom { .. } | Op::Phrase { .. } | Op::Window { .. } | Op::Apart { .. } => {
                hits.extend(spans.of(at).into_iter().map(|span| document.hit(span)));
            }
            Op::Near { .. } | Op::AtLeast { .. } => {
                let whole = spans.of(at);
                let mut words = Vec::new();
                for inner in self.inside(at) {
                    spans.leaves(inner, &mut words);
                }
                let used = words.into_iter().filter(|word| whole.iter().any(|w| w.holds(*word)));
                hits.extend(used.map(|span| document.hit(span)));
            }
            Op::And => {
                self.inside(at).for_each(|inner| self.gather(inner, document, hits));
            }
            Op::Or | Op::Several { .. } => {
                for inner in self.inside(at).filter(|inner| self.is_true(*inner, document)) {
                    self.gather(inner, document, hits);
                }
            }
            Op::Score { score } => {
                let weights = &self.scores[score as usize].weights;
                for (weight, inner) in weights.iter().zip(self.inside(at)) {
                    if *weight > 0 && self.is_true(inner, document) {
                        self.gather(inner, document, hits);
                    }
                }
            }
        }
    }
}

impl Document<'_> {
    /// The words of a span as a hit; of authors, the name that the span stands in.
    fn hit(&self, span: super::spans::Span) -> Hit {
        let (first, last) = (&self.places[span.first as usize], &self.places[span.last as usize]);
        let field = first.field;
        if field == Field::Author {
            let value = self.author(span.first).to_owned();
            return Hit::Value { field, value };
        }
        Hit::Words { field, range: first.range.start..last.range.end }
    }
}

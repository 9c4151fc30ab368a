//! Asks a program of a document: is it true, and what made it so.

use super::{
    document::Document,
    facts::Hit,
    field::Field,
    program::{Op, ProgramId, Programs},
    spans::{Span, Spans, Steps},
};

/// What made a query true, as it is found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    spans: Vec<Span>,
    /// Hits that are no words of the document.
    others: Vec<Hit>,
    steps: Steps,
}

impl Found {
    fn length(&self) -> (usize, usize) {
        (self.spans.len(), self.others.len())
    }

    /// Whether the last query was cut short: its text repeats itself so often that the bound on
    /// work was met, and the verdict may be wrong.
    pub(crate) fn was_cut_short(&self) -> bool {
        self.steps.ran_out()
    }

    /// Forgets what was found since it had this length.
    fn cut(&mut self, (spans, others): (usize, usize)) {
        self.spans.truncate(spans);
        self.others.truncate(others);
    }

    /// Takes out what was found, sorted, each once.
    fn take(&mut self, document: &Document<'_>) -> Vec<Hit> {
        self.spans.sort_unstable();
        self.spans.dedup();
        let words = self.spans.drain(..).map(|span| document.hit(span));
        let mut hits: Vec<Hit> = words.chain(self.others.drain(..)).collect();
        // Spans of authors and patterns are the only ones that can be out of order.
        if !hits.is_sorted_by(|a, b| a < b) {
            hits.sort_unstable();
            hits.dedup();
        }
        hits
    }
}

impl Programs {
    /// What makes the query true of the article, sorted, each once; `None` when it is not true.
    /// `found` is empty before and after, and saves taking memory for each query.
    pub(crate) fn ask(
        &self,
        program: ProgramId,
        document: &Document<'_>,
        found: &mut Found,
    ) -> Option<Vec<Hit>> {
        self.ask_part(self.start(program), document, found)
    }

    /// [`Programs::ask`] for one instruction.
    pub(super) fn ask_part(
        &self,
        at: u32,
        document: &Document<'_>,
        found: &mut Found,
    ) -> Option<Vec<Hit>> {
        found.steps = Steps::default();
        self.find(at, document, found).then(|| found.take(document))
    }

    /// Whether an instruction is true; if it is, what made it true is added.
    fn find(&self, at: u32, document: &Document<'_>, found: &mut Found) -> bool {
        let spans = Spans { programs: self, document, steps: &found.steps };
        let before = found.length();
        let holds = match self.code[at as usize].op {
            Op::All => true,
            Op::Atom { atom, fields } => {
                document.has(atom, fields) && {
                    spans.atom(atom, fields, &mut found.spans);
                    true
                }
            }
            Op::Value { test } => {
                self.inside(at).all(|value| self.is_there(value, document)) && {
                    self.tests[test as usize].hits(document, &mut found.others);
                    true
                }
            }
            Op::Test { test } => {
                let test = &self.tests[test as usize];
                self.inside(at).all(|needed| self.is_there(needed, document))
                    && test.holds(document)
                    && {
                        test.hits(document, &mut found.others);
                        true
                    }
            }
            Op::Any { .. } | Op::Apart { .. } => spans.add(at, &mut found.spans),
            // Whether all is there at all is a cheap look before the places.
            Op::Row | Op::Window { .. } => {
                self.is_there(at, document) && spans.add(at, &mut found.spans)
            }
            Op::Near { .. } => {
                let whole = if self.is_there(at, document) { spans.of(at) } else { Vec::new() };
                spans.leaves_within(at, &whole, &mut found.spans);
                !whole.is_empty()
            }
            Op::AtLeast { count } => {
                let whole = spans.of(at);
                spans.leaves_within(at, &whole, &mut found.spans);
                whole.len() >= count as usize
            }
            Op::And => self.inside(at).all(|inner| self.find(inner, document, found)),
            Op::Or => {
                // Not `any`: every true one of them counts.
                self.inside(at).filter(|inner| self.find(*inner, document, found)).count() > 0
            }
            Op::Not => !self.inside(at).any(|inner| self.find(inner, document, found)),
            Op::Several { count } => {
                let holding = self.inside(at).filter(|inner| self.find(*inner, document, found));
                holding.count() >= count as usize
            }
            Op::Score { score } => {
                let score = &self.scores[score as usize];
                let mut sum = 0_i64;
                for (weight, inner) in score.weights.iter().zip(self.inside(at)) {
                    let before = found.length();
                    if self.find(inner, document, found) {
                        sum = sum.saturating_add(*weight);
                    }
                    if *weight <= 0 {
                        found.cut(before);
                    }
                }
                sum >= score.least
            }
        };
        if !holds {
            found.cut(before);
        }
        holds
    }

    /// Whether the words of an instruction are in the article at all, wherever they stand.
    fn is_there(&self, at: u32, document: &Document<'_>) -> bool {
        let there = |inner| self.is_there(inner, document);
        match self.code[at as usize].op {
            Op::Atom { atom, fields } => document.has(atom, fields),
            Op::Row | Op::Window { .. } | Op::Near { .. } => self.inside(at).all(there),
            Op::Or => self.inside(at).any(there),
            _ => true,
        }
    }
}

impl Document<'_> {
    /// The words of a span as a hit; of authors, the name that the span stands in.
    fn hit(&self, span: Span) -> Hit {
        let (first, last) = (&self.places[span.first as usize], &self.places[span.last as usize]);
        let field = first.field;
        if field == Field::Author {
            let value = self.author(span.first).to_owned();
            return Hit::Value { field, value };
        }
        Hit::Words { field, range: first.range.start..last.range.end }
    }
}

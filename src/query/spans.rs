//! Where words, phrases, windows and proximities stand: lists of spans, sorted and bounded.

use std::{cell::Cell, collections::BTreeSet};

use super::{
    ast::Reach,
    document::Document,
    field::Fields,
    program::{Op, Programs},
    vocabulary::Atom,
};

/// Most spans that are kept of one operand; a text that has more is no news story.
const MOST_SPANS: usize = 4096;

/// Most spans that are looked at for one query on one article. What would take more is cut short:
/// a news story needs some hundreds, and a chain of proximities over a text that is one word over
/// and over must not hold up the others.
const MOST_STEPS: usize = 1 << 21;

/// What may still be looked at; nothing, once more was wanted than there was.
#[derive(Debug)]
pub(super) struct Steps(Cell<Option<usize>>);

impl Default for Steps {
    fn default() -> Self {
        Self(Cell::new(Some(MOST_STEPS)))
    }
}

impl Steps {
    /// Whether so many more may be looked at; once not, none may.
    fn take(&self, count: usize) -> bool {
        let left = self.0.get().and_then(|left| left.checked_sub(count));
        self.0.set(left);
        left.is_some()
    }

    /// Whether more was wanted than there was.
    pub(super) fn ran_out(&self) -> bool {
        self.0.get().is_none()
    }
}

/// Places from the first to the last, both included.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Span {
    fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    fn width(self) -> u32 {
        self.last - self.first + 1
    }

    fn join(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// The spans of a document under a set of programs.
#[derive(Clone, Copy)]
pub(super) struct Spans<'p> {
    pub(super) programs: &'p Programs,
    pub(super) document: &'p Document<'p>,
    pub(super) steps: &'p Steps,
}

impl Spans<'_> {
    /// Every span of an instruction that has words, sorted.
    pub(super) fn of(self, at: u32) -> Vec<Span> {
        match self.programs.code[at as usize].op {
            Op::Atom { atom, fields } => {
                let mut found = Vec::new();
                self.atom(atom, fields, &mut found);
                if self.steps.take(found.len()) { found } else { Vec::new() }
            }
            Op::Any { fields } => self.any(fields),
            Op::Row => self.row(at),
            Op::Window { slop } => self.window(at, slop),
            Op::Or => sorted(self.programs.inside(at).flat_map(|inner| self.of(inner)).collect()),
            Op::Near { reaches, .. } => {
                let mut inside = self.programs.inside(at);
                let mut left = inside.next().map_or_else(Vec::new, |first| self.of(first));
                for (reach, right) in self.programs.reaches[reaches as usize].iter().zip(inside) {
                    if left.is_empty() {
                        break;
                    }
                    left = self.near(&left, *reach, &self.of(right));
                }
                left
            }
            Op::Apart { reaches, .. } => {
                let mut inside = self.programs.inside(at).map(|inner| self.of(inner));
                let left = inside.next().unwrap_or_default();
                let right = inside.next().unwrap_or_default();
                let reach = self.programs.reaches[reaches as usize][0];
                let near = |a: Span, b: Span| !self.steps.take(1) || self.is_within(a, reach, b);
                let widest = widest(&right);
                let within = |a| self.reachable(a, reach, &right, widest);
                let free = |a: &Span| !within(*a).iter().any(|b| near(*a, *b));
                left.into_iter().filter(free).collect()
            }
            Op::AtLeast { .. } => {
                sorted(self.programs.inside(at).flat_map(|inner| self.of(inner)).collect())
            }
            _ => Vec::new(),
        }
    }

    /// Adds every span of an instruction; whether there is any.
    pub(super) fn add(self, at: u32, found: &mut Vec<Span>) -> bool {
        let own = self.of(at);
        found.extend_from_slice(&own);
        !own.is_empty()
    }

    /// Adds the spans of the words inside an instruction that one of its own holds.
    pub(super) fn leaves_within(self, at: u32, whole: &[Span], found: &mut Vec<Span>) {
        let mut words = Vec::new();
        for inner in self.programs.inside(at).filter(|_| !whole.is_empty()) {
            self.leaves(inner, &mut words);
        }
        // Of all spans that begin no later than a word, the one that reaches farthest holds it, if
        // any does.
        let reach: Vec<u32> = whole
            .iter()
            .scan(0, |farthest, span| {
                *farthest = span.last.max(*farthest);
                Some(*farthest)
            })
            .collect();
        let is_held = |word: &Span| {
            let begun = whole.partition_point(|span| span.first <= word.first);
            begun > 0 && reach[begun - 1] >= word.last
        };
        found.extend(words.into_iter().filter(is_held));
    }

    /// The spans of the words inside an instruction.
    fn leaves(self, at: u32, words: &mut Vec<Span>) {
        match self.programs.code[at as usize].op {
            Op::Or | Op::Near { .. } => {
                self.programs.inside(at).for_each(|inner| self.leaves(inner, words));
            }
            _ => words.extend(self.of(at)),
        }
    }

    /// Adds every place of an atom.
    pub(super) fn atom(self, atom: Atom, fields: Fields, found: &mut Vec<Span>) {
        let inside = |place: u32| self.document.places[place as usize].fields.meets(fields);
        let there = self.document.of(atom).iter().filter(|o| inside(o.first) && inside(o.last));
        found.extend(there.take(MOST_SPANS).map(|o| Span { first: o.first, last: o.last }));
    }

    fn any(self, fields: Fields) -> Vec<Span> {
        let all = (0..).zip(&self.document.places);
        let found = all.filter(|(_, place)| place.fields.meets(fields));
        found.take(MOST_SPANS).map(|(at, _)| Span { first: at, last: at }).collect()
    }

    fn row(self, at: u32) -> Vec<Span> {
        let mut inside = self.programs.inside(at);
        let mut found = inside.next().map_or_else(Vec::new, |first| self.of(first));
        for next in inside {
            if found.is_empty() {
                break;
            }
            found = match self.programs.code[next as usize].op {
                Op::Any { .. } => self.lengthen(&found),
                _ => self.follow(&found, &self.of(next)),
            };
        }
        found
    }

    /// Spans of `left` that end right before one of `right` in the same paragraph, with it.
    fn follow(self, left: &[Span], right: &[Span]) -> Vec<Span> {
        let mut found = Vec::new();
        for a in left {
            let start = right.partition_point(|b| b.first <= a.last);
            let next = right[start..].iter().take_while(|b| b.first == a.last + 1);
            let next = next.filter(|b| self.paragraph(a.first) == self.paragraph(b.first));
            found.extend(next.map(|b| a.join(*b)));
        }
        sorted(found)
    }

    /// Each span with the word after it.
    fn lengthen(self, spans: &[Span]) -> Vec<Span> {
        let is_next = |span: &&Span| {
            let next = self.document.places.get(span.last as usize + 1);
            next.is_some_and(|next| next.paragraph == self.paragraph(span.first))
        };
        let longer = |span: &Span| Span { first: span.first, last: span.last + 1 };
        spans.iter().filter(is_next).map(longer).collect()
    }

    fn near(self, left: &[Span], reach: Reach, right: &[Span]) -> Vec<Span> {
        let mut found = BTreeSet::new();
        let widest = widest(right);
        for a in left {
            for b in self.reachable(*a, reach, right, widest) {
                if found.len() >= MOST_SPANS || !self.steps.take(1) {
                    return found.into_iter().collect();
                }
                if !a.overlaps(*b) && self.is_within(*a, reach, *b) {
                    found.insert(a.join(*b));
                }
            }
        }
        found.into_iter().collect()
    }

    /// The part of `right` that can be within reach of `a` or overlap it, by where its spans start
    /// and how wide the widest of them is.
    fn reachable(self, a: Span, reach: Reach, right: &[Span], widest: u32) -> &[Span] {
        let end = match reach {
            Reach::Words(n) | Reach::WordsInOrder(n) => {
                right.partition_point(|b| b.first <= a.last.saturating_add(n + 1))
            }
            Reach::Sentence => {
                right.partition_point(|b| self.sentence(b.first) <= self.sentence(a.first))
            }
            Reach::Paragraph => {
                right.partition_point(|b| self.paragraph(b.first) <= self.paragraph(a.first))
            }
        };
        let start = match reach {
            Reach::WordsInOrder(_) => right.partition_point(|b| b.first + widest < a.first),
            Reach::Words(n) => right.partition_point(|b| b.first + widest + n < a.first),
            Reach::Sentence => {
                right.partition_point(|b| self.sentence(b.first) < self.sentence(a.first))
            }
            Reach::Paragraph => {
                right.partition_point(|b| self.paragraph(b.first) < self.paragraph(a.first))
            }
        };
        right.get(start..end).unwrap_or_default()
    }

    /// Whether `b` is within reach of `a`, or overlaps it.
    fn is_within(self, a: Span, reach: Reach, b: Span) -> bool {
        let place = |at: u32| &self.document.places[at as usize];
        if place(a.first).field != place(b.first).field {
            return false;
        }
        let between = |before: Span, after: Span| after.first - before.last - 1;
        match reach {
            Reach::Sentence => self.sentence(a.first) == self.sentence(b.first),
            Reach::Paragraph => self.paragraph(a.first) == self.paragraph(b.first),
            _ if a.overlaps(b) => true,
            Reach::Words(n) if b.last < a.first => between(b, a) <= n,
            Reach::WordsInOrder(_) if b.last < a.first => false,
            Reach::Words(n) | Reach::WordsInOrder(n) => between(a, b) <= n,
        }
    }

    /// All words of the window in any order, with at most so many others between.
    fn window(self, at: u32, slop: u32) -> Vec<Span> {
        let words: Vec<Vec<Span>> = self.programs.inside(at).map(|word| self.of(word)).collect();
        if words.iter().any(Vec::is_empty) {
            return Vec::new();
        }
        // The same word twice is placed in order.
        let before = |at: usize| words[..at].iter().rposition(|earlier| *earlier == words[at]);
        let twins: Vec<Option<usize>> = (0..words.len()).map(before).collect();
        let mut found = BTreeSet::new();
        for (at, starts) in words.iter().enumerate().filter(|(at, _)| twins[*at].is_none()) {
            for start in starts {
                self.fill(slop, (&words, &twins), (at, *start), &mut found);
                if found.len() >= MOST_SPANS {
                    return found.into_iter().collect();
                }
            }
        }
        found.into_iter().collect()
    }

    /// Every window whose first word is `start`, found word by word from the left.
    fn fill(
        self,
        slop: u32,
        (words, twins): (&[Vec<Span>], &[Option<usize>]),
        (word, start): (usize, Span),
        found: &mut BTreeSet<Span>,
    ) {
        let all = (1_u64 << words.len()) - 1;
        let field = self.document.places[start.first as usize].field;
        let begun = Partial { placed: 1 << word, used: start.width(), last: start.last };
        let mut seen = BTreeSet::from([begun]);
        let mut open = vec![begun];
        while let Some(partial) = open.pop() {
            if partial.placed == all {
                found.insert(Span { first: start.first, last: partial.last });
                continue;
            }
            for (at, spans) in words.iter().enumerate() {
                let placed = |at: usize| partial.placed & (1 << at) != 0;
                if placed(at) || twins[at].is_some_and(|twin| !placed(twin)) {
                    continue;
                }
                let from = spans.partition_point(|span| span.first <= partial.last);
                for span in &spans[from..] {
                    let used = partial.used + span.width();
                    let others = span.last - start.first + 1 - used;
                    let place = &self.document.places[span.first as usize];
                    if place.field != field || others > slop || !self.steps.take(1) {
                        break;
                    }
                    let next = Partial { placed: partial.placed | 1 << at, used, last: span.last };
                    if seen.len() < MOST_SPANS && seen.insert(next) {
                        open.push(next);
                    }
                }
            }
        }
    }

    fn sentence(self, place: u32) -> u32 {
        self.document.places[place as usize].sentence
    }

    fn paragraph(self, place: u32) -> u32 {
        self.document.places[place as usize].paragraph
    }
}

/// A window that is not full.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Partial {
    /// One bit for each word that has its place.
    placed: u64,
    /// How many places they take.
    used: u32,
    last: u32,
}

fn widest(spans: &[Span]) -> u32 {
    spans.iter().map(|span| span.width()).max().unwrap_or_default()
}

fn sorted(mut spans: Vec<Span>) -> Vec<Span> {
    if !spans.is_sorted() {
        spans.sort_unstable();
    }
    spans.dedup();
    spans.truncate(MOST_SPANS);
    spans
}

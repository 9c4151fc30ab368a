//! The tree of a query: what was written, with its place, ready to be compiled.

use std::ops::Range;

use super::{
    field::{Field, Fields},
    glob::Glob,
};

/// A part of a query. Two parts are equal when they ask the same, wherever they stand.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Bytes of the query; of an alias, the bytes of its use.
    pub(crate) span: Range<usize>,
    /// How it is written, of a part of an alias; otherwise the span says it.
    pub(crate) written: Option<Box<str>>,
    pub(crate) kind: Kind,
}

impl Node {
    /// Gives every part of an alias the place of its use.
    pub(super) fn stand_at(&mut self, place: &Range<usize>, alias: &str) {
        for inner in self.inside_mut() {
            inner.written.get_or_insert_with(|| alias[inner.span.clone()].into());
            inner.stand_at(place, alias);
        }
        self.span = place.clone();
    }

    /// The part as written, in its query or in an alias.
    pub(super) fn text<'a>(&'a self, query: &'a str) -> &'a str {
        self.written.as_deref().or(query.get(self.span.clone())).unwrap_or_default()
    }

    fn inside_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            Kind::All | Kind::Phrase { .. } | Kind::Window { .. } | Kind::Test(_) => Vec::new(),
            Kind::And(nodes)
            | Kind::Or(nodes)
            | Kind::Several { of: nodes, .. }
            | Kind::Score { of: nodes, .. } => nodes.iter_mut().collect(),
            Kind::Not(inner)
            | Kind::Scoped(inner)
            | Kind::Weighted { of: inner, .. }
            | Kind::AtLeast { of: inner, .. } => vec![inner],
            Kind::Near { first, rest, .. } => {
                [&mut **first].into_iter().chain(rest.iter_mut().map(|(_, node)| node)).collect()
            }
            Kind::Apart { first, second, .. } => vec![first, second],
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// `*`: every story.
    All,
    /// Words in a row.
    Phrase {
        words: Words,
        fields: Fields,
    },
    /// Words in any order, with at most `slop` others between.
    Window {
        words: Box<[Words]>,
        slop: u32,
        fields: Fields,
    },
    /// A fact that is no text.
    Test(Box<Test>),
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    /// A chain of operands, read from the left; each with how it stands to the span so far.
    Near {
        first: Box<Node>,
        rest: Vec<(Reach, Node)>,
        fields: Fields,
    },
    /// The first occurs somewhere without the second within reach.
    Apart {
        first: Box<Node>,
        reach: Reach,
        second: Box<Node>,
        fields: Fields,
    },
    /// Occurs so often.
    AtLeast {
        count: u32,
        of: Box<Node>,
        fields: Fields,
    },
    /// So many of these are true.
    Several {
        count: u32,
        of: Box<[Node]>,
    },
    /// The weights of those that are true add up to this.
    Score {
        least: i64,
        of: Box<[Node]>,
    },
    /// A member of a score.
    Weighted {
        weight: i64,
        of: Box<Node>,
    },
    /// What was written after a field name.
    Scoped(Box<Node>),
}

/// What has to stand in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Words {
    One(Element),
    /// One right after the other.
    Row(Box<[Words]>),
    /// Any of several ways to write the same.
    Ways(Box<[Words]>),
}

impl Words {
    /// Several in a row; one stands for itself.
    pub(crate) fn row(words: Vec<Self>) -> Self {
        Self::join(words, Self::Row)
    }

    /// Several ways; one stands for itself.
    pub(crate) fn ways(words: Vec<Self>) -> Self {
        Self::join(words, Self::Ways)
    }

    fn join(mut words: Vec<Self>, several: impl FnOnce(Box<[Self]>) -> Self) -> Self {
        match words.pop() {
            Some(only) if words.is_empty() => only,
            last => {
                words.extend(last);
                several(words.into())
            }
        }
    }
}

/// What one token must be.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Element {
    /// Has this form.
    Form(Box<str>),
    /// Has the form and is printed so.
    Exact { form: Box<str>, surface: Box<str> },
    /// Has a form of this shape.
    Glob(Glob),
    /// Has a form at most so many edits away, with the same first letter.
    Fuzzy { form: Box<str>, edits: u8 },
    /// Anything.
    Any,
}

/// A question about something else than words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// A keyword's whole value, folded.
    Value { field: Field, value: String },
    /// A keyword's whole value as printed.
    Printed { field: Field, value: String },
    /// The shape of a keyword's folded value.
    Shape { field: Field, glob: Glob },
    /// A number.
    Number { field: Field, order: Order, value: f64 },
    /// A moment, as far as it was written: a year, a month, a day, a time.
    Date { order: Order, value: String },
    /// A pattern in the raw text.
    Pattern { fields: Fields, field: Option<Field>, pattern: Pattern },
}

/// A regular expression with its flags.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) regex: regex::Regex,
    pub(crate) flags: String,
    /// One of them is part of every match (see `literal`); none where nothing has to be there.
    pub(crate) literals: Vec<Box<[u8]>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.flags == other.flags
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

/// How near, and in which order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// At most so many words between, in any order.
    Words(u32),
    /// At most so many words between, in the order written.
    WordsInOrder(u32),
    /// In one sentence.
    Sentence,
    /// In one paragraph.
    Paragraph,
}

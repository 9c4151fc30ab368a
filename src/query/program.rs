//! Queries as flat lists of instructions over atoms, many queries side by side.

use super::{
    ast::{Kind, Node, Reach, Test, Words},
    field::Fields,
    vocabulary::{Atom, Vocabulary},
};

/// An instruction; those inside it follow it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    pub(super) op: Op,
    /// How many instructions it is with all that are inside.
    length: u32,
}

/// What to ask. Numbers stand for rows of the tables of [`Programs`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    All,
    Atom {
        atom: Atom,
        fields: Fields,
    },
    /// Any word.
    Any {
        fields: Fields,
    },
    /// The value, whose atom is inside, is there.
    Value {
        test: u32,
    },
    /// What is inside, if anything is, must be there as well.
    Test {
        test: u32,
    },
    /// Those inside stand one right after the other.
    Row,
    /// Those inside stand in any order, with at most so many words between.
    Window {
        slop: u32,
    },
    And,
    Or,
    Not,
    Near {
        reaches: u32,
    },
    Apart {
        reaches: u32,
    },
    AtLeast {
        count: u32,
    },
    Several {
        count: u32,
    },
    Score {
        score: u32,
    },
}

/// Weights of the members of a score.
#[derive(Debug)]
pub(super) struct Score {
    pub(super) least: i64,
    pub(super) weights: Box<[i64]>,
}

/// The number of a compiled query, in the order of compiling.
pub(crate) type ProgramId = u32;

/// Many queries, compiled against one vocabulary.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    pub(crate) vocabulary: Vocabulary,
    pub(super) code: Vec<Instruction>,
    starts: Vec<u32>,
    pub(super) reaches: Vec<Box<[Reach]>>,
    pub(super) scores: Vec<Score>,
    pub(super) tests: Vec<Test>,
}

impl Programs {
    /// Compiles queries; they are numbered in their order.
    pub(crate) fn compile<'n>(roots: impl Iterator<Item = &'n Node>) -> Self {
        let mut all = Self::default();
        for root in roots {
            all.starts.push(row(all.code.len()));
            all.emit(root);
        }
        all.vocabulary.seal();
        all
    }

    /// How many queries there are.
    pub(crate) fn len(&self) -> u32 {
        row(self.starts.len())
    }

    /// Where the program starts in the code.
    pub(super) fn start(&self, program: ProgramId) -> u32 {
        self.starts[program as usize]
    }

    /// The instructions directly inside the one at `at`.
    pub(super) fn inside(&self, at: u32) -> impl Iterator<Item = u32> {
        let end = self.end(at);
        let first = Some(at + 1).filter(move |first| *first < end);
        std::iter::successors(first, move |last| Some(self.end(*last)).filter(|next| *next < end))
    }

    fn end(&self, at: u32) -> u32 {
        at + self.code[at as usize].length
    }

    /// Puts the programs in another order and numbers them by it: memory that is read together
    /// should lie together.
    pub(crate) fn arrange(&mut self, order: impl Iterator<Item = ProgramId>) {
        let mut code = Vec::with_capacity(self.code.len());
        let starts = order.map(|program| {
            let (start, from) = (row(code.len()), self.start(program));
            code.extend_from_slice(&self.code[from as usize..self.end(from) as usize]);
            start
        });
        self.starts = starts.collect();
        self.code = code;
    }

    /// One instruction for each node but those that only name a field or a weight; those of words
    /// have further ones inside.
    fn emit(&mut self, node: &Node) {
        match &node.kind {
            Kind::Scoped(inner) | Kind::Weighted { of: inner, .. } => self.emit(inner),
            Kind::Phrase { words, fields } => self.words(words, *fields),
            Kind::Window { words, slop, fields } => self.block(Op::Window { slop: *slop }, |all| {
                words.iter().for_each(|word| all.words(word, *fields));
            }),
            kind => {
                let op = self.op(kind);
                self.block(op, |all| {
                    if let Kind::Test(test) = kind {
                        all.needed(test);
                    }
                    node.inside().into_iter().for_each(|inner| all.emit(inner));
                });
            }
        }
    }

    fn words(&mut self, words: &Words, fields: Fields) {
        let (op, inside) = match words {
            Words::One(element) => match self.vocabulary.element(element) {
                Some(atom) => (Op::Atom { atom, fields }, &[][..]),
                None => (Op::Any { fields }, &[][..]),
            },
            Words::Row(words) => (Op::Row, &words[..]),
            Words::Ways(words) => (Op::Or, &words[..]),
        };
        self.block(op, |all| inside.iter().for_each(|word| all.words(word, fields)));
    }

    fn block(&mut self, op: Op, inside: impl FnOnce(&mut Self)) {
        let at = self.code.len();
        self.code.push(Instruction { op, length: 0 });
        inside(self);
        self.code[at].length = row(self.code.len() - at);
    }

    fn op(&mut self, kind: &Kind) -> Op {
        match kind {
            Kind::Phrase { .. }
            | Kind::Window { .. }
            | Kind::All
            | Kind::Scoped(_)
            | Kind::Weighted { .. } => Op::All,
            Kind::Test(test) => self.test(test),
            Kind::And(_) => Op::And,
            Kind::Or(_) => Op::Or,
            Kind::Not(_) => Op::Not,
            Kind::Near { rest, .. } => {
                self.reaches.push(rest.iter().map(|(reach, _)| *reach).collect());
                Op::Near { reaches: row(self.reaches.len() - 1) }
            }
            Kind::Apart { reach, .. } => {
                self.reaches.push([*reach].into());
                Op::Apart { reaches: row(self.reaches.len() - 1) }
            }
            Kind::AtLeast { count, .. } => Op::AtLeast { count: *count },
            Kind::Several { count, .. } => Op::Several { count: *count },
            Kind::Score { least, of } => {
                let weights = of.iter().map(weight).collect();
                self.scores.push(Score { least: *least, weights });
                Op::Score { score: row(self.scores.len() - 1) }
            }
        }
    }

    fn test(&mut self, test: &Test) -> Op {
        self.tests.push(test.clone());
        let row = row(self.tests.len() - 1);
        match test {
            Test::Value { .. } => Op::Value { test: row },
            _ => Op::Test { test: row },
        }
    }

    /// What must be there for a test to hold, as far as there are atoms for it.
    fn needed(&mut self, test: &Test) {
        let atom = |all: &mut Self, atom, fields| all.block(Op::Atom { atom, fields }, |_| ());
        match test {
            Test::Value { field, value } => {
                let value = self.vocabulary.value(*field, value);
                atom(self, value, Fields::VALUE);
            }
            Test::Pattern { fields, pattern, .. }
                if !pattern.literals.is_empty() && *fields != Fields::VALUE =>
            {
                self.block(Op::Or, |all| {
                    for literal in &pattern.literals {
                        let literal = all.vocabulary.literal(literal);
                        atom(all, literal, *fields);
                    }
                });
            }
            _ => {}
        }
    }
}

impl Node {
    /// The nodes directly inside.
    pub(super) fn inside(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::All | Kind::Phrase { .. } | Kind::Window { .. } | Kind::Test(_) => Vec::new(),
            Kind::And(nodes)
            | Kind::Or(nodes)
            | Kind::Several { of: nodes, .. }
            | Kind::Score { of: nodes, .. } => nodes.iter().collect(),
            Kind::Not(inner)
            | Kind::Scoped(inner)
            | Kind::Weighted { of: inner, .. }
            | Kind::AtLeast { of: inner, .. } => vec![inner],
            Kind::Near { first, rest, .. } => {
                [&**first].into_iter().chain(rest.iter().map(|(_, node)| node)).collect()
            }
            Kind::Apart { first, second, .. } => vec![first, second],
        }
    }
}

pub(super) fn weight(member: &Node) -> i64 {
    match &member.kind {
        Kind::Weighted { weight, .. } => *weight,
        Kind::Scoped(inner) => weight(inner),
        _ => 1,
    }
}

/// The number of a row; no table comes near the limit.
fn row(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

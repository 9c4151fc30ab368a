//! Which rules can be true of an article at all, without asking each of them.
//!
//! Every rule is filed under its *anchor*: the rarest set of atoms of which one must be there.
//! Beside it stands its *guard*, another such set, which is looked at before the rule itself.
//! Rules without an anchor are asked of every article.

use super::frequency::Frequencies;
use crate::query::{
    Document, Fields, Query,
    program::{ProgramId, Programs},
    vocabulary::Atom,
};

/// The compiled queries of all rules with their prefilter.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) programs: Programs,
    /// By atom, where its postings start; one more at the end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
    guards: Guards,
    /// How many programs, the first ones, may be true of any article.
    always: ProgramId,
    /// By program, the place of its rule in the list; programs are in the order of their anchors.
    rules: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    program: ProgramId,
    /// In which fields the atom must be.
    fields: Fields,
    guard: Guard,
}

/// What must be there beside the anchor.
#[derive(Clone, Copy, Debug)]
enum Guard {
    Nothing,
    One(Atom, Fields),
    /// One of so many from there on in the list of guards.
    Any {
        start: u32,
        count: u32,
    },
}

impl Index {
    /// Files the queries of a list of rules.
    pub(super) fn build<'q>(
        queries: impl Iterator<Item = &'q Query>,
        frequencies: &Frequencies,
    ) -> Self {
        let programs = Programs::compile(queries.map(Query::root));
        let mut index = Self { programs, ..Self::default() };
        index.rules = (0..index.programs.len()).collect();
        let costs = frequencies.costs(&index.programs.vocabulary);
        let needs = |rule| index.programs.needs(rule, |atom| costs[atom as usize]).into_iter();
        let mut anchors: Vec<_> = index
            .rules
            .iter()
            .map(|rule| {
                let mut needs = needs(*rule);
                let anchor = needs.next().map_or_else(Vec::new, |need| need.any);
                let other = needs.find(|need| need.any != anchor);
                let guard = other.map_or(Guard::Nothing, |need| index.guards.add(need.any));
                (anchor, guard, *rule)
            })
            .collect();
        anchors.sort_by_key(|(anchor, _, rule)| (anchor.first().copied(), *rule));
        index.rules = anchors.iter().map(|(_, _, rule)| *rule).collect();
        index.programs.arrange(index.rules.iter().copied());
        let mut filed = Vec::new();
        for (program, (anchor, guard, _)) in (0..).zip(anchors) {
            if anchor.is_empty() {
                index.always += 1;
            }
            let posting = |(atom, fields)| (atom, Posting { program, fields, guard });
            filed.extend(anchor.into_iter().map(posting));
        }
        filed.sort_by_key(|(atom, _)| *atom);
        index.starts = starts(&filed, index.programs.vocabulary.len());
        index.postings = filed.into_iter().map(|(_, posting)| posting).collect();
        index
    }

    /// Programs that pass anchor and guard, in order, each once.
    pub(super) fn candidates(&self, document: &Document<'_>) -> Vec<ProgramId> {
        let mut found: Vec<ProgramId> = (0..self.always).collect();
        for atom in document.atoms() {
            let passing = self.filed(*atom).iter().filter(|posting| {
                document.has(*atom, posting.fields) && self.guards.admit(posting.guard, document)
            });
            found.extend(passing.map(|posting| posting.program));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The place of a program's rule in the list.
    pub(super) fn rule(&self, program: ProgramId) -> usize {
        self.rules[program as usize] as usize
    }

    /// The places of the rules that are asked of every article, in the list.
    pub(super) fn always(&self) -> impl Iterator<Item = usize> {
        (0..self.always).map(|program| self.rule(program))
    }

    /// What is filed under an atom.
    pub(super) fn filed(&self, atom: Atom) -> &[Posting] {
        let at = atom as usize;
        &self.postings[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// Guards of several atoms, one after the other.
#[derive(Debug, Default)]
struct Guards(Vec<(Atom, Fields)>);

impl Guards {
    fn add(&mut self, any: Vec<(Atom, Fields)>) -> Guard {
        if let [(atom, fields)] = any[..] {
            return Guard::One(atom, fields);
        }
        let number = |length| u32::try_from(length).unwrap_or(u32::MAX);
        let guard = Guard::Any { start: number(self.0.len()), count: number(any.len()) };
        self.0.extend(any);
        guard
    }

    fn admit(&self, guard: Guard, document: &Document<'_>) -> bool {
        match guard {
            Guard::Nothing => true,
            Guard::One(atom, fields) => document.has(atom, fields),
            Guard::Any { start, count } => {
                let any = &self.0[start as usize..][..count as usize];
                any.iter().any(|(atom, fields)| document.has(*atom, *fields))
            }
        }
    }
}

fn starts(filed: &[(u32, Posting)], atoms: usize) -> Vec<u32> {
    let mut starts = vec![0; atoms + 1];
    for (atom, _) in filed {
        starts[*atom as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    starts
}

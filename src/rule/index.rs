//! Which rules can be true of an article at all, without asking each of them.
//!
//! Every rule is filed under its *anchor*: the rarest set of atoms of which one must be there.
//! Beside it stands its *guard*, another such set, which is looked at before the rule itself.
//! Rules without an anchor are asked of every article.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::frequency::Frequencies;
use crate::query::{
    Document, Fields, Query,
    need::Need,
    program::{ProgramId, Programs},
};

/// The compiled queries of all rules with their prefilter.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) programs: Programs,
    /// By atom, where its postings start; one more at the end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
    guards: Vec<Need>,
    /// Rules that may be true of any article.
    always: Vec<ProgramId>,
}

#[derive(Clone, Copy, Debug)]
struct Posting {
    rule: ProgramId,
    /// In which fields the atom must be.
    fields: Fields,
    guard: Option<u32>,
}

impl Index {
    /// Files the queries; their numbers are their places in the list.
    pub(super) fn build<'q>(queries: impl Iterator<Item = &'q Query>) -> Self {
        let mut index = Self::default();
        let rules: Vec<ProgramId> = queries.map(|query| index.programs.add(query.root())).collect();
        let costs = Frequencies::common().costs(&index.programs.vocabulary);
        let mut filed = Vec::new();
        let mut guards = Guards::default();
        for rule in rules {
            let mut needs = index.programs.needs(rule, |atom| costs[atom as usize]).into_iter();
            let Some(anchor) = needs.next() else {
                index.always.push(rule);
                continue;
            };
            let guard = needs.find(|need| need.any != anchor.any).map(|need| guards.id(need));
            filed.extend(
                anchor
                    .any
                    .into_iter()
                    .map(|(atom, fields)| (atom, Posting { rule, fields, guard })),
            );
        }
        filed.sort_by_key(|(atom, _)| *atom);
        index.starts = starts(&filed, index.programs.vocabulary.len());
        index.postings = filed.into_iter().map(|(_, posting)| posting).collect();
        index.guards = guards.list;
        index
    }

    /// Rules that pass anchor and guard, in order, each once.
    pub(super) fn candidates(&self, document: &Document<'_>) -> Vec<ProgramId> {
        let mut found = self.always.clone();
        for atom in document.atoms() {
            let at = *atom as usize;
            let postings = self.starts[at] as usize..self.starts[at + 1] as usize;
            let passing = self.postings[postings].iter().filter(|posting| {
                document.has(*atom, posting.fields)
                    && posting.guard.is_none_or(|guard| self.is_met(guard, document))
            });
            found.extend(passing.map(|posting| posting.rule));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn is_met(&self, guard: u32, document: &Document<'_>) -> bool {
        let any = &self.guards[guard as usize].any;
        any.iter().any(|(atom, fields)| document.has(*atom, *fields))
    }
}

/// Guards, each kept once: thousands of rules share the common ones.
#[derive(Default)]
struct Guards {
    list: Vec<Need>,
    known: HashMap<Need, u32, RandomState>,
}

impl Guards {
    fn id(&mut self, need: Need) -> u32 {
        if let Some(id) = self.known.get(&need) {
            return *id;
        }
        let id = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.known.insert(need.clone(), id);
        self.list.push(need);
        id
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

//! What must be in an article for a query to be true at all.

use super::{
    field::Fields,
    program::{Op, ProgramId, Programs},
    vocabulary::Atom,
};

/// A necessary condition: at least one of these atoms is in one of its fields.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) any: Vec<(Atom, Fields)>,
    /// Of how many articles of a million it is true, roughly.
    pub(crate) cost: u64,
}

impl Programs {
    /// Necessary conditions of a query, the rarest first; none when any article may do. `cost`
    /// says of how many articles of a million an atom is a part.
    pub(crate) fn needs(&self, program: ProgramId, cost: impl Fn(Atom) -> u64) -> Vec<Need> {
        let mut needs = Vec::new();
        self.gather_needs(self.start(program), &cost, &mut needs);
        needs.sort_by_key(|need| need.cost);
        needs
    }

    fn gather_needs(&self, at: u32, cost: &impl Fn(Atom) -> u64, needs: &mut Vec<Need>) {
        match self.code[at as usize].op {
            Op::All | Op::Any { .. } | Op::Not => {}
            Op::Atom { atom, fields } => needs.push(one(atom, fields, cost)),
            Op::Value { .. }
            | Op::Test { .. }
            | Op::And
            | Op::Row
            | Op::Window { .. }
            | Op::Near { .. }
            | Op::AtLeast { .. } => {
                self.inside(at).for_each(|inner| self.gather_needs(inner, cost, needs));
            }
            Op::Apart { .. } => {
                if let Some(first) = self.inside(at).next() {
                    self.gather_needs(first, cost, needs);
                }
            }
            Op::Or => {
                let all = self.inside(at).map(|inner| self.rarest(inner, cost));
                needs.extend(all.collect::<Option<Vec<_>>>().map(union));
            }
            Op::Several { count } => {
                // One of any so many members must be true that the rest are too few.
                let mut known: Vec<Need> =
                    self.inside(at).filter_map(|inner| self.rarest(inner, cost)).collect();
                let enough = (self.inside(at).count() + 1).saturating_sub(count as usize);
                if known.len() >= enough {
                    known.sort_by_key(|need| need.cost);
                    known.truncate(enough);
                    needs.push(union(known));
                }
            }
            Op::Score { score } => {
                let score = &self.scores[score as usize];
                let weights = score.weights.iter().zip(self.inside(at));
                let helpful = weights.filter(|(weight, _)| **weight > 0);
                let all = helpful.map(|(_, inner)| self.rarest(inner, cost));
                if score.least > 0 {
                    needs.extend(all.collect::<Option<Vec<_>>>().map(union));
                }
            }
        }
    }

    fn rarest(&self, at: u32, cost: &impl Fn(Atom) -> u64) -> Option<Need> {
        let mut needs = Vec::new();
        self.gather_needs(at, cost, &mut needs);
        needs.into_iter().min_by_key(|need| need.cost)
    }
}

fn one(atom: Atom, fields: Fields, cost: &impl Fn(Atom) -> u64) -> Need {
    Need { any: vec![(atom, fields)], cost: cost(atom) }
}

fn union(needs: Vec<Need>) -> Need {
    let cost = needs.iter().map(|need| need.cost).sum();
    let mut any: Vec<_> = needs.into_iter().flat_map(|need| need.any).collect();
    any.sort_unstable();
    any.dedup();
    Need { any, cost }
}

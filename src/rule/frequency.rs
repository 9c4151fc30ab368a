//! How common words are in news, roughly: what makes one word of a rule a better anchor than
//! another.

use crate::query::Vocabulary;

/// Words that are in at least one of ten English news stories, the most common first.
const COMMON: &str = "\
    the of to in a and said for on that by is it at from was with as its be has an will not are \
    were have but this which had he would they or after been more year also one than new about up \
    their his two other last who some when all first could out over government into there if \
    against made no under before during now say three says between because only per percent since \
    country state may president while million time week minister people so what market can years \
    month day most official officials national next company today him them these where down expected \
    according any price prices foreign report group trade part world international bank still \
    five four second high end told we former even law billion meeting industry public including \
    move plan statement like did being both should early make further she her you";

/// How common words are: of how many stories of a thousand they are a part.
#[derive(Debug)]
pub(super) struct Frequencies {
    costs: Vec<(&'static str, u64)>,
}

impl Frequencies {
    /// What is known of English news before any article was seen.
    pub(super) fn common() -> Self {
        // The ranks fall off about as Zipf's law has it, from nearly every story to one in ten.
        let costs = COMMON.split_whitespace().zip(0_u64..);
        Self { costs: costs.map(|(word, rank)| (word, 1000 - 900 * rank / (rank + 40))).collect() }
    }

    /// The cost of each atom. Words that are not known are taken to be the rarer the longer they
    /// are; shapes are common, since many words have them.
    pub(super) fn costs(&self, vocabulary: &Vocabulary) -> Vec<u64> {
        let mut costs = vec![60; vocabulary.len()];
        for (form, atom) in vocabulary.plain_forms() {
            costs[atom as usize] = by_length(form);
        }
        for (word, cost) in &self.costs {
            if let Some(atom) = vocabulary.known_form(word) {
                costs[atom as usize] = *cost;
            }
        }
        costs
    }
}

/// Of how many stories of a thousand an unknown word of this length is a part.
fn by_length(form: &str) -> u64 {
    match form.chars().count() {
        0..=2 => 60,
        3 => 40,
        4 => 30,
        5 => 24,
        6 => 18,
        7 => 14,
        8 => 10,
        _ => 6,
    }
}

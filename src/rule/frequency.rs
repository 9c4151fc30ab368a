//! How common words are in news: what makes one word of a rule a better anchor than another.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{query::Vocabulary, text::token::Tokens};

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

/// All of a number of articles.
const ALL: u64 = 1_000_000;
/// The cost of what is no single word: shapes and values, which many articles have.
const UNKNOWN: u64 = 60_000;
/// So many counted articles weigh as much as what is known of words beforehand.
const WEIGHT: u64 = 20;

/// In how many articles words are: what is known of English news, corrected by articles that were
/// counted.
#[derive(Clone, Debug, Default)]
pub struct Frequencies {
    articles: u32,
    words: HashMap<Box<str>, Count, RandomState>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    articles: u32,
    /// The last article that had it.
    last: u32,
}

impl Frequencies {
    /// Counts the words of one article, given as the texts it is made of.
    pub fn count(&mut self, texts: &[&str]) {
        self.articles += 1;
        for tokens in texts.iter().map(|text| Tokens::of(text)) {
            for (_, form) in tokens.iter().flat_map(|token| tokens.forms(token)) {
                let count = match self.words.get_mut(form) {
                    Some(count) => count,
                    None => self.words.entry(form.into()).or_default(),
                };
                if count.last != self.articles {
                    *count = Count { articles: count.articles + 1, last: self.articles };
                }
            }
        }
    }

    /// In how many of the counted articles a folded word is.
    pub fn of(&self, word: &str) -> u32 {
        self.words.get(word).map_or(0, |count| count.articles)
    }

    /// How many articles were counted.
    pub fn articles(&self) -> u32 {
        self.articles
    }

    /// The cost of each atom: of how many articles of a million it is a part, roughly.
    pub(super) fn costs(&self, vocabulary: &Vocabulary) -> Vec<u64> {
        // The ranks fall off about as Zipf's law has it, from nearly every story to one in ten.
        let common: HashMap<&str, u64, RandomState> = COMMON
            .split_whitespace()
            .zip(0..)
            .map(|(word, rank)| (word, ALL - ALL * 9 / 10 * rank / (rank + 40)))
            .collect();
        let mut costs = vec![UNKNOWN; vocabulary.len()];
        for (form, atom) in vocabulary.known_forms() {
            let before = common.get(form).copied().unwrap_or_else(|| by_length(form));
            let counted = u64::from(self.of(form));
            costs[atom as usize] =
                (counted * ALL + WEIGHT * before) / (u64::from(self.articles) + WEIGHT);
        }
        costs
    }
}

/// The cost of a word of which nothing is known: the longer, the rarer.
fn by_length(form: &str) -> u64 {
    1_000
        * match form.chars().count() {
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

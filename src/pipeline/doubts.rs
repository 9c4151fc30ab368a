//! What the archive makes one doubt of rules: a flood, and words that no article ever had.

use std::{collections::HashMap, fmt};

use tracing::warn;

use super::{Context, prepare};
use crate::{
    config::Live,
    model::RuleName,
    observe,
    query::Necessary,
    rule::Rule,
    store::{ReadTx, StoreError},
};

/// So many of the newest articles are asked; with fewer than [`FEWEST`] nothing is said.
const ASKED: usize = 300;
/// See [`ASKED`].
const FEWEST: usize = 100;
/// Articles that the index knows at least before a word that is in none of them is strange.
const FEWEST_INDEXED: u64 = 2_000;
/// Words and values that are looked up at most, so that a very large set of rules loads in time.
const MOST_LOOKED_UP: usize = 20_000;

/// A rule that the archive speaks against.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Doubt {
    /// It is true of at least half of the newest articles.
    Flood {
        /// Which rule.
        rule: RuleName,
        /// Of so many of them.
        matched: usize,
        /// How many were asked.
        articles: usize,
    },
    /// It asks for what no stored article has.
    Never {
        /// Which rule.
        rule: RuleName,
        /// What it asks for.
        missing: String,
        /// How many articles there are.
        articles: u64,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flood { rule, matched, articles } => write!(
                f,
                "rule `{rule}` is true of {matched} of the newest {articles} articles: name \
                 something that fewer of them have"
            ),
            Self::Never { rule, missing, articles } => write!(
                f,
                "rule `{rule}` asks for `{missing}`, which none of {articles} stored articles has: \
                 see whether it is spelled as papers spell it"
            ),
        }
    }
}

/// Doubts that are told one by one; the rest are counted.
const MOST_TOLD: usize = 20;

/// Tells the journal of the doubts about the rules in force.
pub async fn tell(context: &Context) {
    let in_force = context.in_force();
    match context.store.read(move |tx| doubts(tx, &in_force.live)).await {
        Ok(doubts) => told(&doubts).for_each(|line| warn!("{line}")),
        Err(error) => warn!("asking the archive about the rules: {}", observe::chain(&error)),
    }
}

/// A line for each doubt, up to a number that can be read.
pub fn told(doubts: &[Doubt]) -> impl Iterator<Item = String> {
    let more = doubts.len().saturating_sub(MOST_TOLD);
    let more =
        (more > 0).then(|| format!("… and {more} more rules that the archive speaks against"));
    doubts.iter().take(MOST_TOLD).map(Doubt::to_string).chain(more)
}

/// What the archive says against the rules of a configuration, in the order of the rules.
pub fn doubts(tx: &ReadTx<'_>, live: &Live) -> Result<Vec<Doubt>, StoreError> {
    let (articles, matched) = ask_the_newest(tx, live)?;
    let indexed = tx.indexed()?;
    let mut absent = Absent { tx, known: HashMap::new() };
    let mut doubts = Vec::new();
    for rule in live.rules.iter() {
        let matched = matched.get(&rule.name).copied().unwrap_or(0);
        if articles >= FEWEST && matched * 2 >= articles {
            doubts.push(Doubt::Flood { rule: rule.name.clone(), matched, articles });
        }
        if indexed >= FEWEST_INDEXED
            && matched == 0
            && let Some(missing) = absent.of(rule)?
        {
            doubts.push(Doubt::Never { rule: rule.name.clone(), missing, articles: indexed });
        }
    }
    Ok(doubts)
}

/// Of how many of the newest articles each rule is true, and how many were asked.
fn ask_the_newest(
    tx: &ReadTx<'_>,
    live: &Live,
) -> Result<(usize, HashMap<RuleName, usize>), StoreError> {
    let mut matched: HashMap<RuleName, usize> = HashMap::new();
    let mut articles = 0;
    tx.newest(ASKED, |row| {
        articles += 1;
        let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
        let agencies = &live.agencies;
        let facts =
            prepare::facts(&row.article, &row.provenance, row.feed.as_str(), tags, agencies);
        for (rule, _) in live.rules.matches(&facts) {
            *matched.entry(rule.name.clone()).or_default() += 1;
        }
    })?;
    Ok((articles, matched))
}

/// Looks up what rules need, each condition once.
struct Absent<'a> {
    tx: &'a ReadTx<'a>,
    known: HashMap<String, bool>,
}

impl Absent<'_> {
    /// The first condition of a rule that no article meets.
    fn of(&mut self, rule: &Rule) -> Result<Option<String>, StoreError> {
        let Some(needed) = rule.query.necessary() else { return Ok(None) };
        let parts = match needed {
            Necessary::All(parts) => parts,
            one => vec![one],
        };
        for part in parts {
            let written = part.to_string();
            let is_absent = match self.known.get(&written) {
                Some(known) => *known,
                None if self.known.len() < MOST_LOOKED_UP => {
                    let is_absent = self.tx.has_needed(&part)? == Some(false);
                    self.known.insert(written.clone(), is_absent);
                    is_absent
                }
                None => false,
            };
            if is_absent {
                return Ok(Some(written));
            }
        }
        Ok(None)
    }
}

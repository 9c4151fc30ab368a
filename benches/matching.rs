//! How fast articles are asked of rules, and rules are compiled, as their number grows.
#![expect(clippy::unwrap_used, reason = "every query is good")]

use divan::{Bencher, counter::ItemsCount};
use wiredesk::{
    model::RuleName,
    query::{self, Aliases, Facts},
    rule::{Frequencies, Rule, Ruleset, Scope},
    text::token::Tokens,
};

fn main() {
    divan::main();
}

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// One of 20,000 words, of which a few are in most articles and most in few, as in news.
    fn word(&mut self) -> String {
        let ceiling = self.roll(20_000) + 1;
        let ceiling = self.roll(ceiling) + 1;
        format!("x{}", self.roll(ceiling))
    }
}

/// A text of 180 words, as long as a short report.
fn article(number: u64) -> String {
    let mut dice = Dice(number);
    (0..180).map(|at| dice.word() + if at % 15 == 14 { ". " } else { " " }).collect()
}

/// What desks ask: two words, a choice, a phrase, words that are near, one that must not be there.
fn query(dice: &mut Dice) -> String {
    let (a, b, c) = (dice.word(), dice.word(), dice.word());
    match dice.roll(5) {
        0 => format!("{a} AND {b}"),
        1 => format!("({a} OR {b}) AND {c}"),
        2 => format!("\"{a} {b}\" AND {c}"),
        3 => format!("{a} NEAR/10 {b}"),
        _ => format!("{a} AND {b} NOT {c}"),
    }
}

fn rules(count: u64) -> Vec<Rule> {
    let mut dice = Dice(7);
    let rule = |number: u64| {
        let (query, _) = query::parse(&query(&mut dice), &Aliases::new());
        let (name, scope) = (RuleName::new(number.to_string()), Scope::default());
        Rule { name, query: query.unwrap(), scope }
    };
    (0..count).map(rule).collect()
}

/// The floor of all matching: reading the words.
#[divan::bench]
fn read_words(bencher: Bencher<'_, '_>) {
    let article = article(1);
    bencher.counter(ItemsCount::new(1_u32)).bench(|| Tokens::of(&article));
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 20)]
fn ask_of_articles(bencher: Bencher<'_, '_>, count: u64) {
    let set = Ruleset::compile(rules(count));
    let articles: Vec<String> = (0..100).map(article).collect();
    bencher.counter(ItemsCount::new(articles.len())).bench(|| {
        let facts = articles.iter().map(|body| Facts { body, ..Facts::default() });
        facts.map(|facts| set.matches(&facts).len()).sum::<usize>()
    });
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 5)]
fn compile(bencher: Bencher<'_, '_>, count: u64) {
    let rules = rules(count);
    bencher
        .counter(ItemsCount::new(rules.len()))
        .with_inputs(|| rules.clone())
        .bench_values(|rules| Ruleset::compile(rules).tuned(&Frequencies::default()));
}

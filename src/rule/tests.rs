//! The index finds what asking every rule would find.

use proptest::{collection::vec, prelude::*, sample::select, strategy::ValueTree as _};

use super::*;
use crate::query::{self, Aliases};

/// Words of articles and queries; few, so that they meet.
const WORDS: [&str; 18] = [
    "storm",
    "Storm",
    "ferry",
    "ferries",
    "pier",
    "U.S.",
    "US",
    "cease-fire",
    "ceasefire",
    "fire",
    "O’Dare",
    "odare",
    "F-16",
    "10%",
    "#Harvest",
    "café",
    "harbour",
    "北",
];

const SHAPES: [&str; 6] = ["ferr*", "*arbour", "st?rm", "cease-f*", "harbor~1", "*eas*"];

const REACHES: [&str; 8] =
    ["NEAR/0", "NEAR/3", "ONEAR/2", "W/1", "PRE/4", "W/S", "PARAGRAPH", "NOT NEAR/1"];

const TESTS: [&str; 12] = [
    "source:norland",
    "source:\"Arden Post\"",
    "source:*",
    "agency:nws",
    "tag:(harbour OR sea)",
    "category:spo*",
    "lang:en",
    "site:arden.example",
    "url:pier",
    "words:>12",
    "priority:<3",
    "published:>=2024-05",
];

fn term() -> impl Strategy<Value = String> {
    let phrase = (vec(select(&WORDS[..]), 1..4), any::<bool>(), 0_u8..5).prop_map(
        |(words, window, slop)| {
            let words = words.join(" ");
            if window { format!("\"{words}\"~{slop}") } else { format!("\"{words} * {words}\"") }
        },
    );
    prop_oneof![
        6 => select(&WORDS[..]).prop_map(str::to_owned),
        1 => select(&WORDS[..]).prop_map(|word| format!("={word}")),
        2 => select(&SHAPES[..]).prop_map(str::to_owned),
        2 => phrase,
    ]
}

/// A query of any construct; some are refused and then not asked.
fn query() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        8 => term(),
        1 => select(&TESTS[..]).prop_map(str::to_owned),
        1 => Just("/fi?re/i".to_owned()),
        1 => Just("title:*".to_owned()),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let several = || vec(inner.clone(), 2..4);
        let pair = (term(), select(&REACHES[..]), term(), select(&REACHES[..]), term());
        prop_oneof![
            several().prop_map(|all| format!("({})", all.join(" AND "))),
            several().prop_map(|all| format!("({})", all.join(" OR "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} NOT {b})")),
            pair.prop_map(|(a, r, b, s, c)| format!("({a} {r} {b} {s} {c})")),
            (select(&["title", "summary", "body", "lead", "author"][..]), term())
                .prop_map(|(field, term)| format!("{field}:{term}")),
            (1_u8..3, term()).prop_map(|(count, of)| format!("ATLEAST/{count}({of})")),
            (1_u8..4, several()).prop_map(|(n, of)| format!("{n} OF ({})", of.join(", "))),
            (-1_i8..4, several()).prop_map(|(n, of)| format!("SCORE/{n}({}^2)", of.join(", "))),
            Just("$crew".to_owned()),
        ]
    })
}

#[derive(Clone, Debug)]
struct Page {
    title: String,
    body: String,
    author: Vec<String>,
    sources: Vec<&'static str>,
    tags: Vec<String>,
    url: Option<&'static str>,
    priority: Option<u8>,
}

impl Page {
    fn facts(&self) -> Facts<'_> {
        Facts {
            title: &self.title,
            body: &self.body,
            authors: &self.author,
            sources: self.sources.clone(),
            agencies: self.sources.clone(),
            tags: &self.tags,
            categories: &self.tags,
            feed: Some("arden"),
            language: Some("en-GB"),
            url: self.url,
            published: Some("2024-05-02T10:00:00Z".parse().unwrap()),
            priority: self.priority,
            ..Facts::default()
        }
    }
}

fn page() -> impl Strategy<Value = Page> {
    let text = |most| {
        let words = vec((select(&WORDS[..]), select(&[" ", " ", " ", ". ", "\n\n"][..])), 0..most);
        words.prop_map(|words| words.into_iter().flat_map(|(a, b)| [a, b]).collect::<String>())
    };
    let words = |words: &'static [&'static str]| vec(select(words).prop_map(str::to_owned), 0..2);
    (
        text(5),
        text(30),
        words(&["Ann O’Dare", "Storm Desk"]),
        vec(select(&["Norland", "NWS", "Arden Post"][..]), 0..2),
        words(&["harbour", "sport"]),
        proptest::option::of(Just("https://www.arden.example/pier")),
        proptest::option::of(1_u8..9),
    )
        .prop_map(|(title, body, author, sources, tags, url, priority)| Page {
            title,
            body,
            author,
            sources,
            tags,
            url,
            priority,
        })
}

fn rule(name: &str, text: &str, scope: Scope) -> Option<Rule> {
    let aliases = Aliases::from([("crew".to_owned(), "(ferry NEAR/4 storm) OR pier".to_owned())]);
    let (query, _) = query::parse(text, &aliases);
    Some(Rule { name: RuleName::new(name), query: query?, scope })
}

fn set(queries: &[&str]) -> Ruleset {
    let rules = queries.iter().map(|text| rule(text, text, Scope::default()).unwrap());
    Ruleset::compile(rules.collect())
}

/// What asking each rule of an article gives, without anchors and guards.
fn all_asked<'r>(set: &'r Ruleset, facts: &Facts<'_>) -> Vec<(&'r Rule, Vec<Hit>)> {
    let programs = &set.index().programs;
    let document = Document::read(facts, &programs.vocabulary);
    let mut asked = Vec::new();
    for program in 0..u32::try_from(set.len()).unwrap() {
        let rule = set.index().rule(program);
        let hits = programs.ask(program, &document, &mut Found::default());
        let admitted = set.all.rules[rule].scope.admits(facts);
        asked.extend(hits.filter(|_| admitted).map(|hits| (rule, hits)));
    }
    asked.sort_by_key(|(rule, _)| *rule);
    asked.into_iter().map(|(rule, hits)| (&set.all.rules[rule], hits)).collect()
}

fn shown<'r>(found: &[(&'r Rule, Vec<Hit>)]) -> Vec<(&'r str, Vec<Hit>)> {
    found.iter().map(|(rule, hits)| (rule.name.as_str(), hits.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]

    #[test]
    fn the_index_finds_what_asking_every_rule_finds(
        queries in vec((query(), 0_u8..8), 1..24),
        pages in vec(page(), 1..6),
        counted in vec(page(), 0..4),
    ) {
        let scope = |narrow: u8| match narrow {
            0 => Scope { feeds: vec![FeedName::new("elsewhere")], tags: Vec::new() },
            1 => Scope { feeds: Vec::new(), tags: vec!["harbour".to_owned()] },
            _ => Scope::default(),
        };
        let rules = queries.iter().filter_map(|(text, narrow)| rule(text, text, scope(*narrow)));
        let set = Ruleset::compile(rules.collect());
        let mut frequencies = Frequencies::default();
        for page in counted {
            frequencies.count(&[&page.title, &page.body]);
        }
        let tuned = set.tuned(&frequencies);
        for page in &pages {
            let facts = page.facts();
            let expected = all_asked(&set, &facts);
            prop_assert_eq!(shown(&set.matches(&facts)), shown(&expected));
            prop_assert_eq!(shown(&tuned.matches(&facts)), shown(&expected));
        }
    }
}

#[test]
fn most_random_queries_are_good() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts = (0..400).map(|_| query().new_tree(&mut runner).unwrap().current());
    let good = texts.filter(|text| rule("r", text, Scope::default()).is_some()).count();
    assert!(good > 300, "only {good} of 400 were accepted");
}

/// How many rules pass anchor and guard for an article of this text.
fn candidates(set: &Ruleset, text: &str) -> usize {
    let facts = Facts { body: text, ..Facts::default() };
    set.index().candidates(&Document::read(&facts, &set.index().programs.vocabulary)).len()
}

#[test]
fn a_rule_is_asked_only_where_all_it_needs_is() {
    let set =
        set(&["ferry AND storm", "\"ferry pier\"", "(ferry OR harbour) NEAR/2 storm", "pier"]);
    assert_eq!(candidates(&set, "ferry"), 0);
    assert_eq!(candidates(&set, "ferry storm"), 2);
    assert_eq!(candidates(&set, "ferry pier"), 2);
}

#[test]
fn rules_without_a_word_of_their_own_are_asked_always() {
    let set = set(&["/f.*re/", "pier AND words:>3", "* NOT pier", "url:pier", "words:>3"]);
    let names: Vec<_> = set.always().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["/f.*re/", "* NOT pier", "url:pier", "words:>3"]);
    assert_eq!(candidates(&set, ""), 4);
}

#[test]
fn a_pattern_is_asked_where_its_literals_are() {
    let set = set(&["/fi?re (in|at)/i", "author:/(ann|ben) ray/", "lead:/crane/"]);
    assert_eq!(set.always().count(), 0);
    assert_eq!(candidates(&set, "Fire at sea, by Ann Ray"), 1);
    assert_eq!(candidates(&set, "a crane"), 1);
    assert_eq!(candidates(&set, "firearms"), 0);
}

#[test]
fn a_pattern_that_is_true_of_nothing_shows_nothing() {
    let set = set(&["/pie*r|/"]);
    let facts = Facts { body: "a pier", ..Facts::default() };
    let words = Hit::Words { field: query::Field::Body, range: 2..6 };
    assert_eq!(shown(&set.matches(&facts)), [("/pie*r|/", vec![words])]);
}

#[test]
fn counted_words_choose_the_anchor() {
    // By its length the first word of the rule is the rare one.
    let set = set(&["hafenverwaltung AND kai"]);
    let mut frequencies = Frequencies::default();
    (0..50).for_each(|_| frequencies.count(&["Die Hafenverwaltung schweigt", "Hafenverwaltung"]));
    assert_eq!(frequencies.articles(), 50);
    let tuned = set.tuned(&frequencies);
    let anchor = |set: &Ruleset, word| {
        let facts = Facts { body: word, ..Facts::default() };
        let document = Document::read(&facts, &set.index().programs.vocabulary);
        document.atoms().iter().map(|atom| set.index().filed(*atom).len()).sum::<usize>()
    };
    assert_eq!((anchor(&set, "Hafenverwaltung"), anchor(&set, "Kai")), (1, 0));
    assert_eq!((anchor(&tuned, "Hafenverwaltung"), anchor(&tuned, "Kai")), (0, 1));
    let facts = Facts { body: "Die Hafenverwaltung am Kai", ..Facts::default() };
    assert_eq!(shown(&set.matches(&facts)), shown(&tuned.matches(&facts)));
}

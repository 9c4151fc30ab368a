//! Queries and articles made to be slow: a limit is met with an error, or the work is bounded.

use std::time::{Duration, Instant};

use wiredesk::{
    model::RuleName,
    query::{self, Aliases, Facts},
    rule::{Rule, Ruleset, Scope},
};

/// Far more than any of these takes, also in a debug build on a busy machine; without a bound they
/// would take hours.
const PATIENCE: Duration = Duration::from_mins(1);

fn rule(text: &str, aliases: &Aliases) -> Result<Rule, &'static str> {
    let (query, problems) = query::parse(text, aliases);
    let refused = || problems.iter().find_map(|problem| problem.code).unwrap();
    Ok(Rule {
        name: RuleName::new("r"),
        query: query.ok_or_else(refused)?,
        scope: Scope::default(),
    })
}

/// How many of the queries are true of an article with this text.
fn count(queries: &[String], body: &str) -> usize {
    let begun = Instant::now();
    let rules = queries.iter().map(|text| rule(text, &Aliases::new()).unwrap());
    let set = Ruleset::compile(rules.collect());
    let held = set.matches(&Facts { body, ..Facts::default() }).len();
    assert!(begun.elapsed() < PATIENCE, "{:?} for {:.60}", begun.elapsed(), queries[0]);
    held
}

/// Whether the query is true of an article with this text.
fn holds(text: &str, body: &str) -> bool {
    count(&[text.to_owned()], body) == 1
}

fn refused(text: &str, aliases: &Aliases) -> &'static str {
    let begun = Instant::now();
    let code = rule(text, aliases).err().unwrap();
    assert!(begun.elapsed() < PATIENCE, "{:?} for {text:.60}", begun.elapsed());
    code
}

#[test]
fn a_window_over_one_word_again_and_again_ends() {
    let many = ["a"; 32].join(" ");
    let queries = ["\"a a a\"~50".to_owned(), format!("\"{many}\"~255"), "\"a a b\"~50".to_owned()];
    assert_eq!(count(&queries, &"a ".repeat(200_000)), 2);
}

#[test]
fn a_rule_that_is_cut_short_is_named() {
    let names = ["chain", "plain"];
    let chain = vec!["a"; 1_500].join(" NEAR/255 ");
    let rules = names.iter().zip([chain.as_str(), "a NEAR/3 b"]).map(|(name, text)| Rule {
        name: RuleName::new(*name),
        ..rule(text, &Aliases::new()).unwrap()
    });
    let set = Ruleset::compile(rules.collect());
    let body = "a b ".repeat(110_000);
    let cut_short = set.ask(&Facts { body: &body, ..Facts::default() }).cut_short;
    assert_eq!(cut_short.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["chain"]);
}

#[test]
fn chains_over_one_word_again_and_again_end() {
    let mut queries = vec![
        "a NEAR/3 a NEAR/3 a".to_owned(),
        vec!["(a NOT NEAR/0 a)"; 800].join(" OR "),
        format!("a {}", vec!["NOT (b W/P a W/P b)"; 600].join(" ")),
    ];
    for operator in ["NEAR/255", "ONEAR/255", "W/S", "W/P"] {
        queries.push(vec!["a"; 1_500].join(&format!(" {operator} ")));
        queries.push(vec![format!("(a {operator} a {operator} a)"); 400].join(" AND "));
    }
    assert!(count(&queries, &"a ".repeat(1_000_000)) >= 1);
    assert!(count(&queries, &"a b ".repeat(110_000)) >= 1);
}

#[test]
fn a_text_of_twenty_megabytes_is_read_to_a_limit() {
    let body = format!("harbour {}", "lorem ipsum dolor ".repeat(1_200_000));
    assert!(body.len() > 20 << 20);
    assert!(holds("harbour AND ipsum", &body));
    assert!(holds("/harbour lorem/ AND /(i|p|s|u|m|l|o|r)+x|dolor/", &body));
    let one_word = "x".repeat(20 << 20);
    assert!(!holds("harbour", &one_word));
}

#[test]
fn a_pattern_that_explodes_elsewhere_is_linear() {
    let body = "a".repeat(100_000);
    assert!(!holds("/(a+)+$b/", &body));
    assert!(!holds("/(a|a|aa)*b/", &body));
    assert_eq!(refused("/(((a{100}){100}){100}){100}/", &Aliases::new()), "E116");
}

#[test]
fn parentheses_are_counted() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(holds(&nested(64), "a"));
    assert_eq!(refused(&nested(65), &Aliases::new()), "E130");
    assert_eq!(refused(&nested(9_000), &Aliases::new()), "E130");
}

#[test]
fn terms_are_counted_through_aliases() {
    let list = vec!["ab"; 2_500].join(" OR ");
    let mut aliases = Aliases::from([("many".to_owned(), list)]);
    let uses = |count| vec!["$many"; count].join(" OR ");
    let begun = Instant::now();
    assert!(rule(&uses(19), &aliases).is_ok());
    assert!(begun.elapsed() < PATIENCE);
    assert_eq!(refused(&uses(20), &aliases), "E131");
    // Each alias is ten times the one before: a million terms, of which few are ever spelled out.
    for level in 1..6 {
        let before = if level == 1 { "many".to_owned() } else { format!("m{}", level - 1) };
        let ten = vec![format!("${before}"); 10].join(" OR ");
        aliases.insert(format!("m{level}"), ten);
    }
    assert_eq!(refused("$m5", &aliases), "E131");
    assert_eq!(refused(&"a ".repeat(10_001), &Aliases::new()), "E131");
}

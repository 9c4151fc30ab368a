//! Problems of queries where they stand in the file: over lines, through aliases, in any script.

use super::{desk_and, load, refused, warned};

/// Code, line and column of every problem of a text; the columns count characters.
fn places(text: &str) -> Vec<(&'static str, usize, usize)> {
    let report = load(&[("w.toml", text)]).map_or_else(|report| report, |loaded| loaded.warnings);
    let place = |(place, problem): (Option<(_, usize, usize)>, &crate::diagnostic::Diagnostic)| {
        let (_, line, column) = place.unwrap();
        (problem.code.unwrap_or("none"), line, column)
    };
    report.places().map(place).collect()
}

fn rule(name: &str, query: &str) -> String {
    format!("[[rule]]\nname = '{name}'\nnotify = ['desk']\nquery = {query}\n")
}

#[test]
fn a_problem_in_a_query_of_many_lines_is_at_its_line_and_column() {
    let query = "'''\n  Norland\n  AND (härbour OR pier)\n  AND títel:vote\n'''";
    assert_eq!(places(&desk_and(&rule("long", query))), []);
    let query = query.replace("títel", "titel");
    for text in
        [desk_and(&rule("long", &query)), desk_and(&rule("long", &query.replace('\'', "\"")))]
    {
        let line = 1 + text.lines().position(|line| line.contains("titel")).unwrap();
        assert_eq!(places(&text), [("E120", line, 7)]);
        let dos = text.replace('\n', "\r\n");
        assert_eq!(places(&dos), [("E120", line, 7)]);
        assert!(
            refused(&text).contains("   AND titel:vote\n   |       ^^^^^^\n"),
            "{}",
            refused(&text)
        );
    }
}

#[test]
fn a_string_with_escapes_shows_the_line_of_the_query_beneath() {
    let text = desk_and(&rule("long", r#""Norland\n  AND \"new port\" OR title: vote""#));
    let report = refused(&text);
    assert!(report.contains("::: query of rule `long`:2:21"), "{report}");
    assert!(report.contains("2 |   AND \"new port\" OR title: vote\n"), "{report}");
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    let rules = [
        rule("a", "'Norland harbour'"),
        rule("b", "'Norland AND (harbour'"),
        rule("c", "'titel:Norland AND hedline:vote'"),
        rule("d", "'Norland OR harbour AND pier'"),
    ];
    let codes: Vec<_> = places(&desk_and(&rules.concat())).iter().map(|place| place.0).collect();
    assert_eq!(codes, ["E104", "E102", "E120", "E120", "W201"]);
}

#[test]
fn a_mistake_in_an_alias_is_told_once_where_it_is_written() {
    let rules = [
        rule("a", "'$port AND Norland'"),
        rule("b", "'$port NEAR/3 Norland'"),
        rule("c", "'Norland AND $coast AND titel:x'"),
    ];
    let aliases = "[alias]\nport = 'harbour pier'\ncoast = '$port OR beach OR $nowhere'\n";
    let text = format!("{aliases}{}", desk_and(&rules.concat()));
    let last = text.trim_end().lines().count();
    assert_eq!(places(&text), [("E104", 2, 9), ("E140", 3, 28), ("E120", last, 33)]);
}

#[test]
fn aliases_in_a_circle_are_told_at_each_and_not_at_every_use() {
    let text = "[alias]\na = 'x OR $b'\nb = 'y OR $a'\n";
    let text = format!("{text}{}", desk_and(&rule("r", "'$a AND Norland'")));
    assert_eq!(places(&text), [("E141", 2, 11), ("E141", 3, 11)]);
}

#[test]
fn what_is_wrong_only_where_an_alias_is_used_is_told_there() {
    let rules = rule("a", "'title:$port'");
    let text = format!("[alias]\nport = 'body:harbour'\n{}", desk_and(&rules));
    let last = text.trim_end().lines().count();
    assert_eq!(places(&text), [("E114", last, 16)]);
}

#[test]
fn a_query_from_right_to_left_is_also_told_in_words() {
    let report = refused(&desk_and(&rule("urdu", "'''\nپاکستان AND\nفوج جنرل\n'''")));
    assert!(report.contains("note: this is `فوج جنرل`, from character 1 of the line"), "{report}");
    let report = warned(&desk_and(&rule("urdu", "'فوج AND پاکستان OR جنرل'")));
    assert!(report.contains("from character 10 of the line"), "{report}");
}

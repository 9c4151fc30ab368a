//! The chapters of the manual as tests: a block is a query, its diagnostics, and articles with the
//! verdict and the marked words. `WIREDESK_BLESS=1` writes diagnostics and marks anew, no verdict.

use std::{collections::BTreeMap, fmt::Write as _, fs, ops::Range, path::Path, sync::Arc};

use wiredesk::{
    diagnostic::{Report, Source},
    model::RuleName,
    query::{self, Aliases, Facts, Field, Hit},
    rule::{Rule, Ruleset, Scope},
};

const FENCE: &str = "```rule\n";

pub(super) fn chapters() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| (file.display().to_string(), fs::read_to_string(&file).unwrap())).collect()
}

pub(super) fn blocks(chapter: &str) -> impl Iterator<Item = &str> {
    chapter.split(FENCE).skip(1).map(|rest| rest.split("```").next().unwrap())
}

/// Compares a file with what it should be, or writes it.
pub(crate) fn settle(file: impl AsRef<Path>, wanted: &str) {
    let have = fs::read_to_string(&file).unwrap_or_default();
    if std::env::var_os("WIREDESK_BLESS").is_some() {
        fs::write(&file, wanted).unwrap();
        return;
    }
    let same = have.lines().zip(wanted.lines()).take_while(|(a, b)| a == b).count();
    let [is, should] = [&have, wanted].map(|text| text.lines().nth(same).unwrap_or_default());
    let place = format!("{}:{}", file.as_ref().display(), same + 1);
    assert!(have == wanted, "{place} is\n{is}\nbut should be\n{should}\n(WIREDESK_BLESS=1)");
}

#[test]
fn every_block_of_the_manual_is_true() {
    for (file, chapter) in chapters() {
        let mut parts = chapter.split(FENCE);
        let mut told = parts.next().unwrap().to_owned();
        for part in parts {
            let (block, prose) = part.split_once("```").unwrap();
            write!(told, "{FENCE}{}```{prose}", retold(block)).unwrap();
        }
        settle(file, &told);
    }
}

/// The block with the diagnostics and marks that the program gives.
fn retold(block: &str) -> String {
    let (head, rest) = block.trim_end().split_once("\n\n").unwrap_or((block.trim_end(), ""));
    let is_alias = |line: &&str| line.starts_with('$') && line.contains(" = ");
    let aliases: Aliases = head
        .lines()
        .take_while(is_alias)
        .filter_map(|line| line[1..].split_once(" = "))
        .map(|(name, query)| (name.to_owned(), query.to_owned()))
        .collect();
    let text = head.lines().skip_while(is_alias).collect::<Vec<_>>().join("\n");
    let (query, problems) = query::parse(&text, &aliases);
    let source = Arc::new(Source { name: "rule".to_owned(), text });
    let mut report = Report::default();
    for problem in problems {
        report.push(&source, problem);
    }
    let mut told = format!("{head}\n");
    if !report.is_empty() {
        write!(told, "\n{report}").unwrap();
    }
    let articles: Vec<_> = rest.lines().filter(|line| line.starts_with(['✓', '✗'])).collect();
    if !articles.is_empty() {
        assert!(query.is_some(), "{head}\nis refused:\n{report}");
        let query = query.unwrap();
        told.push('\n');
        for line in articles {
            told += &judged(line, &query, head);
        }
    }
    told
}

/// The line of an article, its marks as the query gives them.
fn judged(line: &str, query: &query::Query, head: &str) -> String {
    let mut parts: Vec<(&str, Vec<String>)> = Vec::new();
    let plain = line.replace(['«', '»'], "");
    for part in plain[3..].trim().split(" | ") {
        let named = part.split_once(": ").filter(|(name, _)| FIELDS.contains(name));
        let (name, text) = named.unwrap_or(("body", part));
        let values = if is_text(name) { vec![text] } else { text.split("; ").collect() };
        parts.push((name, values.iter().map(|value| value.replace(" ¶ ", "\n\n")).collect()));
    }
    let (name, scope) = (RuleName::new("rule"), Scope::default());
    let rules = Ruleset::compile(vec![Rule { name, query: query.clone(), scope }]);
    let all =
        |name: &str| parts.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, values)| values);
    let one = |name: &str| all(name).first().map(String::as_str);
    let many = |names: &[&'static str]| {
        names.iter().flat_map(|name| all(name)).map(String::as_str).collect()
    };
    let facts = Facts {
        title: one("title").unwrap_or_default(),
        summary: one("summary").unwrap_or_default(),
        body: one("body").unwrap_or_default(),
        authors: all("author"),
        sources: many(&["source", "publisher", "feed", "agency"]),
        agencies: many(&["agency"]),
        publishers: many(&["publisher"]),
        feed: one("feed"),
        categories: all("category"),
        tags: all("tag"),
        countries: all("country"),
        cited: many(&["cited"]),
        language: one("lang"),
        url: one("url"),
        published: one("published").map(|at| at.parse().unwrap()),
        priority: one("priority").map(|number| number.parse().unwrap()),
        kind: one("type"),
    };
    let found = rules.matches(&facts);
    assert_eq!(!found.is_empty(), line.starts_with('✓'), "the verdict of\n{head}\non\n{line}");
    assert_eq!(query::explain(query, &facts).holds, !found.is_empty(), "{head}\non\n{line}");
    let hits = found.first().map_or(&[][..], |(_, hits)| hits);
    let shown = |(name, values): &(&str, Vec<String>)| {
        let values: Vec<_> = values.iter().map(|value| marked(name, value, hits)).collect();
        let text = values.join("; ").replace("\n\n", " ¶ ");
        if *name == "body" { text } else { format!("{name}: {text}") }
    };
    format!("{} {}\n", &line[..3], parts.iter().map(shown).collect::<Vec<_>>().join(" | "))
}

const FIELDS: [&str; 17] = [
    "title",
    "summary",
    "body",
    "author",
    "source",
    "agency",
    "publisher",
    "feed",
    "category",
    "tag",
    "country",
    "cited",
    "lang",
    "url",
    "published",
    "priority",
    "type",
];

fn is_text(name: &str) -> bool {
    matches!(name, "title" | "summary" | "body")
}

fn marked(name: &str, value: &str, hits: &[Hit]) -> String {
    let mut ranges: Vec<Range<usize>> = hits
        .iter()
        .filter_map(|hit| match hit {
            Hit::Words { field, range } => (field.as_str() == name).then(|| range.clone()),
            Hit::Value { field, value: hit } => {
                let at = value.find(hit.as_str()).filter(|_| shows(name, *field))?;
                Some(at..at + hit.len())
            }
        })
        .collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| range.start < last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    let mut text = value.to_owned();
    for range in joined.iter().rev() {
        text.insert(range.end, '»');
        text.insert(range.start, '«');
    }
    text
}

/// Whether a value of a field is shown under a name.
fn shows(name: &str, field: Field) -> bool {
    match field {
        Field::Site => name == "url",
        Field::Source => matches!(name, "source" | "publisher" | "feed" | "agency"),
        _ => field.as_str() == name,
    }
}

//! `stage attribute` from outside, and on the labelled cases: precision first, since origins are
//! counted by credits.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Map, Value, json};

use crate::support;

/// Runs the stage on articles; their lines.
fn attributed(articles: &[Value]) -> Vec<Value> {
    let input: Vec<_> =
        articles.iter().flat_map(|article| format!("{article}\n").into_bytes()).collect();
    let output = support::stage(&["attribute"], &input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    lines(&output.stdout)
}

fn lines(output: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(output).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_article_gets_its_provenance_with_the_words_that_say_so() {
    let text = "ARDEN, Nov 3 (IANS): The port is shut, the Dawn reported on Wednesday.";
    let found = attributed(&[
        json!({"id": 7, "publisher": "Arden Post", "byline": "Mara Ilves", "text": text}),
        json!({"id": "own", "url": "https://www.arden-post.example/a", "text": "Port shut."}),
        json!({"id": "site", "url": "https://apnews.com/article/a", "title": "Port shut", "text": "It is."}),
    ]);
    let expected = [
        json!({
            "id": 7, "publisher": "Arden Post", "credits": ["ians"], "origin": "ians",
            "cited": ["dawn"], "dateline": "ARDEN", "relation": "syndicated",
            "evidence": [
                {"credit": "ians", "zone": "dateline", "certainty": "certain", "text": "ARDEN, Nov 3 (IANS)"},
                {"cites": "dawn", "zone": "text", "certainty": "likely", "text": "Dawn reported on Wednesday."},
                {"relation": "syndicated", "zone": "dateline", "certainty": "certain", "text": "ARDEN, Nov 3 (IANS)"},
            ],
        }),
        json!({
            "id": "own", "publisher": "arden-post.example", "credits": [],
            "origin": "publisher:arden-post-example", "cited": [], "relation": "own", "evidence": [],
        }),
        json!({
            "id": "site", "publisher": "ap", "credits": ["ap"], "origin": "ap", "cited": [],
            "relation": "agency_site",
            "evidence": [
                {"credit": "ap", "zone": "site", "certainty": "certain", "text": "Associated Press"},
                {"relation": "agency_site", "zone": "site", "certainty": "certain", "text": "Associated Press"},
            ],
        }),
    ];
    assert_eq!(found, expected);
}

#[test]
fn keys_have_the_spellings_of_other_stages() {
    let found = attributed(&[
        json!({"id": 1, "source": "apnews.com", "body": "Shut."}),
        json!({"id": 2, "author": ["Mara Ilves", "AP"], "text": "Shut."}),
        json!({"id": 3, "agency": "Reuters", "text": null}),
    ]);
    let credits: Vec<_> = found.iter().map(|line| &line["credits"]).collect();
    assert_eq!(credits, [&json!(["ap"]), &json!(["ap"]), &json!(["reuters"])]);
}

#[test]
fn editions_of_a_paper_are_one_publisher() {
    let pages = [
        "https://www.mirror.co.uk/a",
        "https://www.irishmirror.ie/a",
        "https://www.express.co.uk/a",
        "https://www.bbc.co.uk/a",
    ];
    let found = attributed(&pages.map(|url| json!({"id": url, "url": url, "text": "Shut."})));
    let publishers: Vec<_> = found.iter().map(|line| line["publisher"].as_str().unwrap()).collect();
    assert_eq!(publishers, ["Daily Mirror", "Daily Mirror", "Daily Express", "bbc"]);
    let origins: BTreeSet<_> = found.iter().map(|line| line["origin"].to_string()).collect();
    assert_eq!(origins.len(), 2, "papers of one owner are one origin: {origins:?}");
}

#[test]
fn bad_lines_are_reported_and_the_rest_goes_on() {
    let input = b"{\"id\": 1, \"text\": \"(AP) - Shut.\"}\n{\"text\": 1}\nno json\n\n{\"id\": 2, \"text\": 3}\n{\"id\": 3}";
    let output = support::stage(&["attribute", "--stats"], input);
    assert_eq!(output.status.code(), Some(65));
    let found = lines(&output.stdout);
    assert_eq!(found.len(), 5);
    for (line, problem) in [(1, "line 2: `id` is missing"), (2, "line 3: "), (3, "line 5: `text`")]
    {
        assert_eq!(found[line]["file"], "-");
        assert!(found[line]["error"].as_str().unwrap().starts_with(problem), "{}", found[line]);
    }
    assert_eq!((&found[0]["credits"][0], &found[4]["id"]), (&json!("ap"), &json!(3)));
    let stats: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&stats["documents"], &stats["matches"]), (&json!(2), &json!(1)));
    assert!(stats["p99_ms"].as_f64().unwrap() > 0.0, "{stats}");
    let missing = support::stage(&["attribute", "/nowhere/at.jsonl"], b"");
    assert_eq!(missing.status.code(), Some(65));
    assert_eq!(lines(&missing.stdout)[0]["file"], "/nowhere/at.jsonl");
}

/// What was right, wrong and missed.
#[derive(Default)]
struct Count {
    right: u32,
    found: u32,
    wanted: u32,
}

impl Count {
    fn add(&mut self, found: &Value, wanted: &Value) {
        let set = |ids: &Value| -> BTreeSet<String> {
            ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        let (found, wanted) = (set(found), set(wanted));
        self.right += u32::try_from(found.intersection(&wanted).count()).unwrap();
        self.found += u32::try_from(found.len()).unwrap();
        self.wanted += u32::try_from(wanted.len()).unwrap();
    }

    fn check(&self, what: &str, least_precision: f64, least_recall: f64) {
        let precision = f64::from(self.right) / f64::from(self.found);
        let recall = f64::from(self.right) / f64::from(self.wanted);
        eprintln!("{what}: P {precision:.3} R {recall:.3}");
        assert!(precision >= least_precision, "{what}: P {precision:.3}");
        assert!(recall >= least_recall, "{what}: R {recall:.3}");
    }
}

/// A case as an article: text and notices in their order, captions and furniture left out.
fn article(case: &Value) -> Value {
    let given = |key: &str| case["input"][key].as_str().filter(|text| !text.is_empty());
    let parts = ["head", "snippet", "tail", "disclaimer", "copyright", "boilerplate"];
    let mut article = Map::new();
    article.insert("id".into(), case["id"].clone());
    article.insert(
        "text".into(),
        parts.into_iter().filter_map(given).collect::<Vec<_>>().join("\n\n").into(),
    );
    for key in ["url", "byline", "publisher", "title"] {
        article.extend(given(key).map(|text| (key.to_owned(), text.into())));
    }
    let credit = given("credit_line").or_else(|| given("dc_source"));
    article.extend(credit.map(|line| ("credit".to_owned(), line.into())));
    article.into()
}

#[test]
fn the_provenance_of_real_texts_is_read() {
    let Some(folder) = support::data("provenance") else { return };
    let cases = fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    let cases: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found = attributed(&cases.iter().map(article).collect::<Vec<_>>());
    let found: BTreeMap<_, _> = found.iter().map(|line| (line["id"].to_string(), line)).collect();
    let (mut credits, mut cited, mut relations) = (Count::default(), Count::default(), 0);
    for case in &cases {
        let (found, wanted) = (found[&case["id"].to_string()], &case["expected"]);
        credits.add(&found["credits"], &wanted["credits"]);
        cited.add(&found["cited"], &wanted["cited"]);
        relations += u32::from(found["relation"] == wanted["relation"]);
    }
    credits.check("credits", 0.985, 0.965);
    cited.check("cited", 0.96, 0.88);
    let accuracy = f64::from(relations) / f64::from(u32::try_from(cases.len()).unwrap());
    eprintln!("relation: {accuracy:.3}");
    assert!(accuracy >= 0.95, "relation: {accuracy:.3}");
}

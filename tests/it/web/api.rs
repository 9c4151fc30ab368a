//! The JSON API against its description, and its pages while rows come in.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::Pages;

fn described() -> Value {
    serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap()
}

/// Every way in which a value is not what a schema says; the part of JSON Schema that is used.
fn faults(schema: &Value, value: &Value, place: &str, root: &Value, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = root.pointer(name.trim_start_matches('#')).unwrap();
        return faults(schema, value, place, root, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &&Value| {
            let mut faults_of_it = Vec::new();
            faults(choice, value, place, root, &mut faults_of_it);
            faults_of_it.is_empty()
        };
        if choices.iter().filter(fits).count() != 1 {
            found.push(format!("{place}: {value} is none of its choices"));
        }
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => vec![kind.as_str().unwrap()],
    };
    let is = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    if !kinds.iter().any(is) {
        return found.push(format!("{place}: {value} is not {kinds:?}"));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        found.push(format!("{place}: {value} is not among {choices:?}"));
    }
    if schema["format"] == "date-time"
        && value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_err())
    {
        found.push(format!("{place}: {value} is no moment"));
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        faults(&schema["items"], item, &format!("{place}[{at}]"), root, found);
    }
    let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) else {
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{place}: `{name}` is missing"));
        }
    }
    for (name, value) in fields {
        match known.get(name) {
            Some(schema) => faults(schema, value, &format!("{place}.{name}"), root, found),
            None if schema["additionalProperties"] == false => {
                found.push(format!("{place}: `{name}` is not described"));
            }
            None => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_api_is_as_it_is_described() {
    let pages = Pages::new("").await;
    let root = described();
    let mut tried = BTreeSet::new();
    let mut check = async |path: &str, asked: &str, status: &str| {
        let answer = pages.get(&format!("/api/v1{asked}")).await;
        assert_eq!(answer.status.as_str(), status, "{asked}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/json", "{asked}");
        let place = format!("/paths/{}/get/responses/{status}", path.replace('/', "~1"));
        let responses = root.pointer(&place).unwrap_or_else(|| panic!("{place} is not described"));
        let schema = &responses["content"]["application/json"]["schema"];
        let value: Value = serde_json::from_str(&answer.text).unwrap();
        let mut found = Vec::new();
        faults(schema, &value, asked, &root, &mut found);
        assert!(found.is_empty(), "{found:#?}");
        assert!(!answer.text.contains("secret-address"), "{asked}: {}", answer.text);
        tried.insert(path.to_owned());
        value
    };
    let stories = check("/stories", "/stories", "200").await;
    assert_eq!(stories["items"].as_array().unwrap().len(), 3, "{stories}");
    check("/stories", "/stories?rule=harbour&limit=1", "200").await;
    let story = check("/stories/{id}", "/stories/1", "200").await;
    assert_eq!(
        (&story["carriers"], &story["alerts"][0]["reason"]),
        (&json!(["post", "courier"]), &json!("first"))
    );
    check("/stories/{id}", "/stories/99", "404").await;
    check("/articles", "/articles", "200").await;
    let article = check("/articles/{id}", "/articles/1", "200").await;
    assert_eq!(article["alerts"][0]["deliveries"][0]["state"], "sent");
    check("/articles/{id}", "/articles/99", "404").await;
    let found = check("/search", "/search?query=crane+AND+title:big", "200").await;
    assert_eq!(found["items"][0]["spans"].as_array().map(Vec::len), Some(3), "{found}");
    let wrong = check("/search", "/search?query=crane+harbour", "400").await;
    assert!(wrong["error"].as_str().unwrap().starts_with("E104: "), "{wrong}");
    let rules = check("/rules", "/rules", "200").await;
    assert_eq!(
        (&rules["items"][0]["articles"], &rules["items"][1]["articles"]),
        (&json!(2), &json!(0))
    );
    check("/rules/{name}", "/rules/harbour", "200").await;
    check("/rules/{name}", "/rules/none", "404").await;
    check("/feeds", "/feeds", "200").await;
    check("/feeds/{name}", "/feeds/post", "200").await;
    check("/feeds/{name}", "/feeds/none", "404").await;
    check("/alerts", "/alerts?rule=harbour", "200").await;
    check("/deliveries", "/deliveries?state=sent", "200").await;
    check("/deliveries/{id}", "/deliveries/1", "200").await;
    check("/deliveries/{id}", "/deliveries/99", "404").await;
    check("/status", "/status", "200").await;
    check("/openapi.json", "/openapi.json", "200").await;
    let paths: BTreeSet<_> = root["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(tried, paths, "what is described is tried");
}

#[tokio::test(start_paused = true)]
async fn a_page_stays_as_it_is_while_rows_come_in() {
    let pages = Pages::empty("").await;
    let page =
        async |path: &str| -> Value { serde_json::from_str(&pages.get(path).await.text).unwrap() };
    let ids = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
    };
    pages.watch.run(Duration::from_mins(30)).await;
    let first = page("/api/v1/articles?limit=2").await;
    assert_eq!(ids(&first), [3, 2]);
    pages.watch.run(Duration::from_hours(1)).await;
    let rest = page(&format!("/api/v1/articles?limit=2&cursor={}", first["next"])).await;
    assert_eq!(
        (ids(&rest), &rest["next"]),
        (vec![1], &Value::Null),
        "nothing twice, nothing left out"
    );
    assert_eq!(ids(&page("/api/v1/articles?limit=1").await), [4]);
    let desk = page("/api/v1/stories?limit=2").await;
    let more = page(&format!("/api/v1/stories?limit=2&cursor={}", desk["next"])).await;
    let all: BTreeSet<_> = ids(&desk).into_iter().chain(ids(&more)).collect();
    assert_eq!(all.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_desk_is_narrowed_by_each_of_its_filters() {
    let pages = Pages::new("").await;
    for (filter, expected) in [
        ("", 3),
        ("rule=harbour", 1),
        ("rule=idle", 0),
        ("feed=post", 3),
        ("feed=courier", 1),
        ("agency=publisher:courier", 1),
        ("agency=publisher:post", 3),
        ("agency=ap", 0),
        ("feed=post&rule=harbour", 1),
        ("feed=courier&agency=publisher:courier&rule=harbour", 1),
        // One article must be all of it.
        ("feed=courier&agency=publisher:post", 0),
        ("feed=none", 0),
    ] {
        let answer = pages.get(&format!("/api/v1/stories?{filter}")).await;
        let stories: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(
            stories["items"].as_array().map(Vec::len),
            Some(expected),
            "{filter}: {stories}"
        );
    }
}

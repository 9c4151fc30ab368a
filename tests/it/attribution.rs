//! Whose text it is, on the labelled cases: precision first, since origins are counted by credits.

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use wiredesk::story::{Imprint, attribute};

use crate::support;

/// What was right, wrong and missed.
#[derive(Default)]
struct Count {
    right: u32,
    found: u32,
    wanted: u32,
}

impl Count {
    fn add<'a>(&mut self, found: impl Iterator<Item = &'a str>, wanted: &Value) {
        let found: BTreeSet<_> = found.collect();
        let wanted: BTreeSet<_> =
            wanted.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
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

#[test]
fn credits_and_citations_of_real_texts_are_read() {
    let Some(folder) = support::data("provenance") else { return };
    let cases = fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    let (mut credits, mut cited) = (Count::default(), Count::default());
    for case in cases.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let given = |key: &str| case["input"][key].as_str().unwrap_or_default();
        let parts = ["head", "snippet", "tail", "disclaimer", "copyright", "boilerplate"];
        let parts: Vec<_> = parts.map(given).into_iter().filter(|part| !part.is_empty()).collect();
        let [credit, publisher] = [["credit_line", "dc_source"], ["publisher", "domain"]]
            .map(|keys| keys.map(given).into_iter().find(|value| !value.is_empty()));
        let found = attribute(&Imprint {
            byline: given("byline"),
            credit: credit.unwrap_or_default(),
            source: "",
            publisher: publisher.unwrap_or_default(),
            title: given("title"),
            text: &parts.join("\n\n"),
        });
        let ids = found.credits.iter().map(|credit| credit.agency.as_str());
        credits.add(ids, &case["expected"]["credits"]);
        cited.add(found.cited.iter().map(String::as_str), &case["expected"]["cited"]);
    }
    credits.check("credits", 0.97, 0.93);
    cited.check("cited", 0.95, 0.84);
}

//! What is counted while the program runs, as Prometheus reads it.
//!
//! A struct that is handed around and no global, so that tests count alone. What the store knows
//! anyway is not counted here: the page of metrics asks the store.

use std::{fmt, time::Duration};

use prometheus_client::{
    encoding::text::{encode_eof, encode_registry},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// One label with its value.
type Label = [(&'static str, String); 1];

/// Before every name.
const PREFIX: &str = "wiredesk";

/// Counters and times of one running program.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    polls: Family<Label, Counter>,
    poll_lag: Histogram,
    fetch: Histogram,
    prepare: Histogram,
    articles: Family<Label, Counter>,
    stories: Family<Label, Counter>,
    matches: Family<Label, Counter>,
    deliveries: Family<Label, Counter>,
    delivery_age: Histogram,
    panics: Family<Label, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            polls: Family::default(),
            // From 50 ms, while all is well, to seven minutes.
            poll_lag: Histogram::new(exponential_buckets(0.05, 2.0, 14)),
            fetch: Histogram::new(exponential_buckets(0.05, 2.0, 12)),
            prepare: Histogram::new(exponential_buckets(0.001, 2.0, 14)),
            articles: Family::default(),
            stories: Family::default(),
            matches: Family::default(),
            deliveries: Family::default(),
            // From a minute to more than a day.
            delivery_age: Histogram::new(exponential_buckets(60.0, 2.0, 12)),
            panics: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let Self { registry, .. } = self;
        registry.register("polls", "Polls by what they came to", self.polls.clone());
        registry.register(
            "articles",
            "Articles read, by what was known of them",
            self.articles.clone(),
        );
        registry.register(
            "stories",
            "Articles placed, by what became of them",
            self.stories.clone(),
        );
        registry.register("matches", "Articles that a rule was true of", self.matches.clone());
        registry.register(
            "deliveries",
            "Attempts to deliver, by how they ended",
            self.deliveries.clone(),
        );
        registry.register("panics", "Polls and deliveries that broke", self.panics.clone());
        let times = [
            ("poll_lag", "From when a feed was due to its poll", self.poll_lag.clone()),
            ("fetch", "To ask a feed and read its answer", self.fetch.clone()),
            ("prepare", "To read, sketch and match the articles of a poll", self.prepare.clone()),
            (
                "delivery_age",
                "From when an article was published to its message was taken",
                self.delivery_age.clone(),
            ),
        ];
        for (name, help, times) in times {
            registry.register_with_unit(name, help, Unit::Seconds, times);
        }
    }

    /// A poll began, so long after its feed was due.
    pub fn poll_began(&self, lag: Duration) {
        self.poll_lag.observe(lag.as_secs_f64());
    }

    /// A poll ended; asking took so long.
    pub fn poll_ended(&self, outcome: &str, asking: Duration) {
        count(&self.polls, "outcome", outcome);
        self.fetch.observe(asking.as_secs_f64());
    }

    /// The articles of a poll were made ready, and these rules were true of them.
    pub fn prepared<'a>(&self, took: Duration, matches: impl Iterator<Item = &'a str>) {
        self.prepare.observe(took.as_secs_f64());
        matches.for_each(|rule| count(&self.matches, "rule", rule));
    }

    /// So many articles were read that were `new`, `revised` or `unchanged`.
    pub fn read(&self, seen: &'static str, articles: u32) {
        self.articles.get_or_create(&label("seen", seen)).inc_by(articles.into());
    }

    /// So many articles `opened` a story or `joined` one.
    pub fn placed(&self, assignment: &'static str, articles: u32) {
        self.stories.get_or_create(&label("assignment", assignment)).inc_by(articles.into());
    }

    /// An attempt to deliver ended: `sent`, `again`, `server`, `person` or `dropped`.
    pub fn delivered(&self, result: &str) {
        count(&self.deliveries, "result", result);
    }

    /// A message was taken that tells of an article published so long ago.
    pub fn told(&self, age: Duration) {
        self.delivery_age.observe(age.as_secs_f64());
    }

    /// Work of a loop broke.
    pub fn broke(&self, task: &'static str) {
        count(&self.panics, "task", task);
    }

    /// All of it, and what was asked of others, in the text format of `OpenMetrics`.
    pub fn text(&self, gauges: &Gauges) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &gauges.0)?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

fn label(name: &'static str, value: &str) -> Label {
    [(name, value.to_owned())]
}

fn count(family: &Family<Label, Counter>, name: &'static str, value: &str) {
    family.get_or_create(&label(name, value)).inc();
}

/// What is true at the moment at which metrics are asked for.
#[derive(Debug)]
pub struct Gauges(Registry);

impl Default for Gauges {
    fn default() -> Self {
        Self(Registry::with_prefix(PREFIX))
    }
}

impl Gauges {
    /// One value.
    pub fn one(&mut self, name: &'static str, help: &'static str, value: f64) {
        let gauge = Gauge::<f64, std::sync::atomic::AtomicU64>::default();
        gauge.set(value);
        self.0.register(name, help, gauge);
    }

    /// A value for each value of a label.
    pub fn by(
        &mut self,
        name: &'static str,
        help: &'static str,
        label_name: &'static str,
        values: impl IntoIterator<Item = (String, f64)>,
    ) {
        let family = Family::<Label, Gauge<f64, std::sync::atomic::AtomicU64>>::default();
        for (value, number) in values {
            family.get_or_create(&label(label_name, &value)).set(number);
        }
        self.0.register(name, help, family);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_times_and_gauges_are_one_text() {
        let metrics = Metrics::default();
        metrics.poll_ended("fresh", Duration::from_millis(70));
        metrics.prepared(Duration::from_millis(3), ["harbour", "harbour"].into_iter());
        metrics.read("new", 3);
        let mut gauges = Gauges::default();
        gauges.one("db_bytes", "Size of the database", 4096.0);
        gauges.by("feeds", "Feeds by how they are", "state", [("ok".to_owned(), 2.0)]);
        let text = metrics.text(&gauges).unwrap();
        for line in [
            "wiredesk_polls_total{outcome=\"fresh\"} 1",
            "wiredesk_matches_total{rule=\"harbour\"} 2",
            "wiredesk_articles_total{seen=\"new\"} 3",
            "wiredesk_fetch_seconds_bucket{le=\"0.1\"} 1",
            "wiredesk_db_bytes 4096.0",
            "wiredesk_feeds{state=\"ok\"} 2.0",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}

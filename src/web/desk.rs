//! The desk: stories as they come, each with whose it is, who carried it, and which rules it concerns.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site, chart,
    failure::Failure,
    layout::{self, Tab, outward, quoted, time},
};
use crate::{
    config::Live,
    model::{ArticleId, FeedName, RuleName},
    store::{Brief, Filter},
    view::shown::{amount, counted},
};

/// Stories of a page.
const PAGE: usize = 40;
/// Publishers that are named.
const NAMED: usize = 8;
/// Agencies to choose from: the most frequent of so many of the newest articles.
const AGENCIES: usize = 60;
const LOOKED_AT: usize = 5_000;

/// Which stories, and after which place of the list.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    pub(super) rule: String,
    #[serde(default)]
    pub(super) agency: String,
    #[serde(default)]
    pub(super) feed: String,
    pub(super) before: Option<i64>,
}

impl Wanted {
    pub(super) fn filter(&self) -> Filter {
        let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Filter {
            rule: named(&self.rule).map(RuleName::new),
            origin: named(&self.agency),
            feed: named(&self.feed).map(FeedName::new),
        }
    }

    /// The same choice as the query of an address.
    pub(super) fn query(&self) -> String {
        let parts = [("rule", &self.rule), ("agency", &self.agency), ("feed", &self.feed)];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        parts.map(|(key, value)| [key, "=", &quoted(value), "&"].concat()).collect()
    }
}

/// The newest stories.
pub(super) async fn page(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (filter, before) = (wanted.filter(), wanted.before.map(ArticleId));
    let (stories, next, newest, agencies) = site
        .read(move |tx| {
            let newest = tx.newest_article()?;
            let listed = tx.desk(&filter, before, PAGE + 1)?;
            let next = listed.get(PAGE).and_then(|_| listed.get(PAGE - 1)).map(|last| last.article);
            let mut stories = Vec::new();
            for one in listed.iter().take(PAGE) {
                stories.extend(tx.brief(one.story)?);
            }
            Ok((stories, next, newest, tx.frequent_origins(LOOKED_AT, AGENCIES)?))
        })
        .await?;
    let in_force = site.context.in_force();
    let live = &in_force.live;
    let is_first = wanted.before.is_none();
    let stream = format!("/live?{}after={newest}", wanted.query());
    let body = html! {
        h1 { "Desk" }
        (choice(&wanted, live, &agencies))
        @if is_first {
            p.soft.small #live role="status" { "Stories as they were when the page was loaded." }
        }
        ol.stories #stories data-live=[is_first.then_some(stream)] {
            @for story in &stories { (item(story, live)) }
        }
        @if stories.is_empty() {
            p #none { (nothing(&wanted)) }
        }
        @if let Some(next) = next {
            p.more { a href=(format!("/?{}before={next}", wanted.query())) rel="next" { "Earlier stories" } }
        }
    };
    Ok(layout::page("Desk", Tab::Desk, &body))
}

fn nothing(wanted: &Wanted) -> &'static str {
    if wanted.query().is_empty() { "There is no story yet." } else { "There is no such story." }
}

/// What the list can be narrowed to.
fn choice(wanted: &Wanted, live: &Live, agencies: &[String]) -> Markup {
    let rules: BTreeSet<&str> = live.rules.iter().map(|rule| rule.name.as_str()).collect();
    let mut named: Vec<_> = agencies.iter().map(|id| (live.agencies.name(id), id)).collect();
    named.sort_by_key(|(name, _)| name.to_lowercase());
    let option = |value: &str, name: &str, chosen: &str| {
        html! { option value=(value) selected[value == chosen] { (name) } }
    };
    let unlisted = |chosen: &String, is_listed: bool| {
        Some(chosen.clone()).filter(|chosen| !chosen.is_empty() && !is_listed)
    };
    let rule = unlisted(&wanted.rule, rules.contains(wanted.rule.as_str()));
    let agency = unlisted(&wanted.agency, agencies.contains(&wanted.agency));
    html! {
        form.filter action="/" method="get" {
            div {
                label for="rule" { "Rule" }
                select #rule name="rule" {
                    (option("", "all stories", &wanted.rule))
                    @if let Some(rule) = &rule { (option(rule, rule, rule)) }
                    @for rule in rules { (option(rule, rule, &wanted.rule)) }
                }
            }
            div {
                label for="agency" { "Agency" }
                select #agency name="agency" {
                    (option("", "any origin", &wanted.agency))
                    @if let Some(agency) = &agency { (option(agency, agency, agency)) }
                    @for (name, id) in named { (option(id, name, &wanted.agency)) }
                }
            }
            div {
                label for="feed" { "Feed" }
                input #feed name="feed" list="feeds" value=(wanted.feed) placeholder="any feed" autocomplete="off";
                datalist #feeds { @for feed in live.feeds.keys() { option value=(feed) {} } }
            }
            button { "Show" }
        }
    }
}

/// A story in a list.
pub(super) fn item(story: &Brief, live: &Live) -> Markup {
    let mut papers: Vec<&str> = Vec::new();
    for copy in story.copies.iter().filter(|copy| !copy.is_agency) {
        if !papers.contains(&copy.publisher.as_str()) {
            papers.push(&copy.publisher);
        }
    }
    let more = papers.len().saturating_sub(NAMED);
    let named = papers.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    html! {
        li id=(format!("story-{}", story.id)) {
            h2 { a href=(format!("/stories/{}", story.id)) { (headline(&story.title)) } }
            p.facts {
                span { (time(story.last_seen)) }
                span { (whose(story, live)) }
                span { (counted(papers.len(), "carrier")) ", " (amount(story.origins.into(), "origin")) }
                @if story.copies.len() > 1 { (chart::timeline(&story.copies)) }
                @if story.withdrawn { strong.bad { "withdrawn" } }
            }
            p.facts {
                @if papers.is_empty() { span { "so far by the agency alone" } }
                @else { span { (named) @if more > 0 { " and " (more) " more" } } }
                span { (outward(story.url.as_deref(), "read it")) }
            }
            @if !story.rules.is_empty() {
                ul.chips aria-label="Rules" {
                    @for (rule, told) in &story.rules {
                        li.told[*told] {
                            a href=(format!("/rules/{}", quoted(rule.as_str()))) { (rule) @if *told { " ✓ told" } }
                        }
                    }
                }
            }
        }
    }
}

/// A headline, or words in its place.
pub(super) fn headline(title: &str) -> &str {
    if title.trim().is_empty() { "(no headline)" } else { title }
}

/// Whose story it is: the agency's, else its publisher's as that is printed.
fn whose(story: &Brief, live: &Live) -> String {
    let own = story.origin == live.agencies.origin(&[], &story.publisher);
    if own { story.publisher.clone() } else { origin(&story.origin, live) }
}

/// Whose story it is, in a word.
pub(super) fn origin(origin: &str, live: &Live) -> String {
    match origin.strip_prefix("publisher:") {
        Some(house) => live.agencies.name(house).to_owned(),
        None => live.agencies.name(origin).to_owned(),
    }
}

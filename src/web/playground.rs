//! The playground: a query is typed, its mistakes are shown with carets, and what it finds in the
//! articles of the last days.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::SignedDuration;
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site, chart,
    desk::headline,
    failure::Failure,
    layout::{self, Tab, outward, sentence, time},
};
use crate::{
    alert::excerpts,
    config::Live,
    diagnostic::{Report, Source},
    query::{self, Hit},
    store::ArticleRow,
    view::{
        shown::{amount, counted},
        tried::{Tried, trial},
    },
};

/// How far back one may look, in days.
const MOST_DAYS: i64 = 90;
const DAYS: i64 = 7;
/// Stories that are shown, and sentences of each.
const SAMPLES: usize = 20;
const SENTENCES: usize = 3;
/// Characters of a query: longer ones belong into a file.
const LONGEST: usize = 8_000;

/// What is tried.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    query: String,
    days: Option<i64>,
    /// `mistakes` alone, or all.
    #[serde(default)]
    part: String,
}

impl Wanted {
    fn days(&self) -> i64 {
        self.days.unwrap_or(DAYS).clamp(1, MOST_DAYS)
    }
}

/// The page with its answer, also without a script.
pub(super) async fn page(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let days = wanted.days();
    let answer = answered(&site, &wanted).await?;
    let body = html! {
        h1 { "Try a query" }
        p { "A query of the rule language, asked of what is stored, exactly as polls ask rules. Nothing is changed and nobody is told." }
        form.try action="/try" method="get" {
            div.wide {
                label for="query" { "Query" }
                textarea #query name="query" rows="4" maxlength=(LONGEST) spellcheck="false" autocapitalize="off" placeholder="Pakistan AND (Pentagon OR \"Department of Defense\")" aria-describedby="answer" { (wanted.query) }
            }
            div {
                label for="days" { "Days back" }
                select #days name="days" {
                    @for choice in [1, 7, 30, MOST_DAYS] { option value=(choice) selected[choice == days] { (choice) } }
                }
            }
            button { "Try" }
        }
        div #answer aria-live="polite" { (answer) }
    };
    Ok(layout::page("Try a query", Tab::Try, &body))
}

/// The answer alone, for the script.
pub(super) async fn answer(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    Ok(layout::fragment(answered(&site, &wanted).await?))
}

async fn answered(site: &Site, wanted: &Wanted) -> Result<Markup, Failure> {
    let text = wanted.query.clone();
    if text.trim().is_empty() {
        return Ok(html! {});
    }
    if text.chars().count() > LONGEST {
        return Err(Failure::bad(format!(
            "a query of more than {LONGEST} characters is tried with `wiredesk rules test`"
        )));
    }
    let in_force = site.context.in_force();
    let (parsed, problems) = query::parse(&text, &in_force.live.aliases);
    let source = Arc::new(Source { name: "query".to_owned(), text: text.clone() });
    let mut report = Report::default();
    for problem in problems {
        report.push(&source, problem);
    }
    let mistakes = said(&report);
    let Some(query) = parsed.filter(|_| wanted.part != "mistakes") else {
        return Ok(mistakes);
    };
    let now = site.context.clock.now();
    let days = wanted.days();
    let since = now - SignedDuration::from_hours(24 * days);
    let live = Arc::clone(&in_force);
    let tried =
        site.search(move |tx, go_on| trial(tx, query, &live.live, since, SAMPLES, go_on)).await?;
    Ok(html! {
        (mistakes)
        (found(&tried, days, now))
        (samples(&tried.samples))
        (toml(&text, &in_force.live))
    })
}

/// What is wrong with the query or odd about it, with carets.
fn said(report: &Report) -> Markup {
    html! {
        @if report.has_errors() { p.bad { strong { "This is not a query yet." } } }
        @else { p.good { "This is a query." } }
        @if !report.is_empty() { pre tabindex="0" { (report.to_string().trim_end()) } }
    }
}

/// How much it finds, and what that would be in mails.
fn found(tried: &Tried, days: i64, now: jiff::Timestamp) -> Markup {
    let starts = chart::days(now, days);
    let mut counts = vec![0; starts.len()];
    for first in tried.stories.values() {
        let day = starts.partition_point(|start| start <= first);
        if let Some(count) = day.checked_sub(1).and_then(|day| counts.get_mut(day)) {
            *count += 1;
        }
    }
    let stories = tried.stories.len();
    html! {
        h2 { "Found" }
        p {
            strong { (counted(stories, "story")) } " in " (amount(tried.matched, "article")) ", of the last "
            @match tried.back_to {
                Some(back_to) => { "articles back to " (time(back_to)) " – there was no time for older ones" }
                None => { (days) @if days == 1 { " day" } @else { " days" } }
            }
            "; about " strong { (a_day(stories, days)) } " mails a day, copies folded."
        }
        (chart::bars(&counts, &format!("stories a day, {days} days")))
    }
}

/// Tenths where there are few.
fn a_day(stories: usize, days: i64) -> String {
    let tenths = stories as u64 * 10 / days.unsigned_abs().max(1);
    if tenths >= 100 {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn samples(samples: &[(ArticleRow, Vec<Hit>)]) -> Markup {
    html! {
        @if !samples.is_empty() { h2 { "The newest" } }
        ol.stories {
            @for (row, hits) in samples {
                @let article = &row.article;
                li {
                    h3 { a href=(format!("/articles/{}", row.id)) { (headline(&article.title)) } }
                    p.facts {
                        span { (time(article.seen_at)) }
                        span { (article.publisher) }
                        span { a href=(format!("/stories/{}", row.story)) { "story " (row.story) } }
                        span { (outward(article.url.as_deref(), "read it")) }
                    }
                    @for excerpt in excerpts(&article.title, article.summary.as_deref().unwrap_or_default(), &article.text, hits, SENTENCES) {
                        p { (sentence(&excerpt)) }
                    }
                }
            }
        }
    }
}

/// The rule that it would be.
fn toml(query: &str, live: &Live) -> Markup {
    let literal = !query.contains(['\'', '\n', '\r']);
    let query = if literal { format!("'{query}'") } else { toml::Value::from(query).to_string() };
    let notify = live.recipients.keys().next().map_or("desk", |name| name.as_str());
    let rule = format!("[[rule]]\nname = \"new-rule\"\nquery = {query}\nnotify = [\"{notify}\"]\n");
    html! {
        h2 { "As a rule" }
        pre #rule-text tabindex="0" { (rule) }
        p { button type="button" data-copies="rule-text" { "Copy" } " " span.soft { "into the configuration, under a name of its own; then " code { "wiredesk reload" } "." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_mails_are_told_in_tenths() {
        for (stories, days, expected) in
            [(0, 7, "0.0"), (10, 7, "1.4"), (700, 7, "100"), (3, 1, "3.0")]
        {
            assert_eq!(a_day(stories, days), expected);
        }
    }
}

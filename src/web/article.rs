//! One article explained: how it was read, grouped, matched and told, as `explain` says it.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site,
    desk::headline,
    failure::Failure,
    layout::{self, Tab, outward, paragraphs, quoted, sentence, time},
    story::{changes, evidence, told},
};
use crate::{
    alert::excerpts,
    config::Live,
    model::Article,
    query::Explanation,
    store::{ArticleRow, JudgementRow},
    story::shared_run,
    view::{
        self,
        known::{self, Asked, Found, Known},
        shown::{one_line, words_of},
        tree,
    },
};

/// Sentences of a match that are shown.
const SENTENCES: usize = 4;

/// Which rule is asked.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    rule: String,
}

/// An article, by its number.
pub(super) async fn page(
    State(site): State<Site>,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let in_force = site.context.in_force();
    let found = site.read(move |tx| known::find(tx, &id.to_string())).await?;
    let Found::Article(known) = found else {
        return Err(Failure::nothing(format!("article {id}")));
    };
    let live = &in_force.live;
    let rules = || live.rules.iter().chain(&live.disabled);
    let rule = rules().find(|rule| rule.name.as_str() == wanted.rule).cloned();
    if rule.is_none() && !wanted.rule.is_empty() {
        return Err(Failure::nothing(format!("rule `{}` in the configuration", wanted.rule)));
    }
    let asked = rule.map(|rule| known::ask(&known.row, rule, live));
    let title = headline(&known.row.article.title);
    let body = html! {
        h1 { (title) }
        (about(&known))
        h2 #copies { "Copies" }
        (copies(&known))
        h2 #rules { "Rules" }
        (matches(&known))
        (question(&known, live, &wanted))
        @if let Some(asked) = &asked { (answer(&known.row, asked)) }
        h2 { "Alerts of the story" }
        (told(&known.alerts))
        @if known.versions.len() > 1 {
            h2 { "Versions" }
            (changes(&known.row, &known.versions))
        }
        h2 { "Text" }
        @if let Some(summary) = &known.row.article.summary { p.soft { (summary) } }
        div.card { (paragraphs(&known.row.article.text, &[])) }
    };
    Ok(layout::page(&format!("Article {id}"), Tab::Desk, &body))
}

fn about(known: &Known) -> Markup {
    let (row, article) = (&known.row, &known.row.article);
    let (what, text) = view::page::told(known.page.as_ref());
    html! {
        dl.about {
            dt { "Publisher" }
            dd { (article.publisher) " (feed " a href=(format!("/feeds/{}", quoted(row.feed.as_str()))) { (row.feed) } ")" }
            dt { "Link" }
            dd { @match &article.url { Some(url) => { (outward(Some(url), url)) } None => { "no link" } } }
            dt { "Published" }
            dd {
                @match article.published { Some(at) => { (time(at)) } None => { "not dated" } }
                "; first seen " (time(article.seen_at))
                @if row.revision > 0 { "; revision " (row.revision) " of " (time(row.revised_at)) }
            }
            dt { "Story" }
            dd { a href=(format!("/stories/{}", row.story)) { "story " (row.story) } }
            dt { "Authorship" }
            dd { (row.provenance.authorship.as_str()) (evidence(row)) }
            dt { (if what == "text" { "Text" } else { "Waits" }) }
            dd { (text) }
        }
    }
}

/// How it was judged when it came.
fn copies(known: &Known) -> Markup {
    html! {
        p { "It " (known::placed(known)) "." }
        @for (judgement, other) in &known.judgements { (judged(&known.row, judgement, other.as_ref())) }
    }
}

fn judged(row: &ArticleRow, judgement: &JudgementRow, other: Option<&ArticleRow>) -> Markup {
    let account = &judgement.account;
    let run = other.and_then(|other| shared_run(&row.article.text, &other.article.text));
    html! {
        details.card {
            summary {
                "Article " (account.other) " – " @match other { Some(other) => { (other.article.publisher) ": " (headline(&other.article.title)) } None => { "which was forgotten" } }
                " – " strong { (view::evidence::decided(judgement)) }
            }
            @if other.is_some() { p { a href=(format!("/articles/{}", account.other)) { "Explain article " (account.other) } } }
            @for line in view::evidence::scores(account) { p { (line) } }
            p { "Guards, ✗ speaks against a copy by wording: " (view::evidence::guards(account)) }
            @if let Some(tally) = &account.tally {
                p { "Evidence for a reworded copy, weight × value:" }
                pre tabindex="0" { @for line in view::evidence::table(tally) { (line) "\n" } }
            }
            @if let Some(run) = run {
                p { "Longest run of words in both texts as they are stored now, " (run.words) ":" }
                blockquote { mark { (one_line(row.article.text.get(run.ours).unwrap_or_default())) } }
            }
        }
    }
}

/// The rules that were true of it, with the words that made them so.
fn matches(known: &Known) -> Markup {
    let article = &known.row.article;
    let summary = article.summary.as_deref().unwrap_or_default();
    html! {
        @if known.matches.is_empty() { p { "No rule matched." } }
        @for found in &known.matches {
            section.card {
                h3 { a href=(format!("/rules/{}", quoted(found.rule.as_str()))) { (found.rule) } }
                p {
                    "Decided: " (found.decision.as_deref().map_or("nothing", known::decided))
                    span.soft { " (configuration " (found.generation.0) @if found.baseline { ", part of the feed's baseline" } ")" }
                }
                @for excerpt in excerpts(&article.title, summary, &article.text, &found.hits, SENTENCES) {
                    p { span.soft { (excerpt.field.as_str()) ": " } (sentence(&excerpt)) }
                }
                @for (field, words) in found.hits.iter().filter(|hit| matches!(hit, crate::query::Hit::Value { .. })).map(|hit| words_of(article, hit)) {
                    p { span.soft { (field.as_str()) ": " } mark { (words) } }
                }
            }
        }
    }
}

fn question(known: &Known, live: &Live, wanted: &Wanted) -> Markup {
    html! {
        form.filter action=(format!("/articles/{}#asked", known.row.id)) method="get" {
            div {
                label for="rule" { "Ask a rule as it is now" }
                select #rule name="rule" {
                    @for rule in live.rules.iter().chain(&live.disabled) {
                        option value=(rule.name) selected[rule.name.as_str() == wanted.rule] { (rule.name) }
                    }
                }
            }
            button { "Ask" }
        }
    }
}

/// What the rule says now, part by part.
fn answer(row: &ArticleRow, asked: &Asked) -> Markup {
    let Asked { rule, answer, passed_over } = asked;
    html! {
        section.card #asked {
            h3 { "Rule " (rule.name) ", as it is now, is " (if answer.holds { "true" } else { "not true" }) " of this article" }
            @if let Some(why) = passed_over { p.note { "But " (why) "." } }
            ul.tree { (part(&row.article, answer)) }
        }
    }
}

fn part(article: &Article, whole: &Explanation) -> Markup {
    html! {
        li {
            @if whole.holds { span.good { "✓ true" } } @else { span.bad { "✗ false" } }
            " " code { (one_line(&whole.text)) }
            @if whole.parts.is_empty() { " " span.soft { (tree::words(article, &whole.hits)) } }
            @else { ul { @for inner in &whole.parts { (part(article, inner)) } } }
        }
    }
}

//! One story: who carried it, what they share, what changed, whose it is, and what was told of it.

use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site, actions, chart,
    desk::{headline, origin},
    failure::Failure,
    layout::{self, Tab, outward, paragraphs, quoted, time},
};
use crate::{
    config::Live,
    model::StoryId,
    store::{
        AlertRow, ArticleRow, Brief, Constraints, DeliveryRow, Link, ReadTx, Refused, SilencedRow,
        StoreError, StoryRow, Version,
    },
    story::{Fate, Piece, Sign, shared_passages},
    view::{
        json,
        shown::{counted, percent},
        versions,
    },
};

/// Which copy is laid beside the lead.
#[derive(Debug, Deserialize)]
pub(super) struct Beside {
    copy: Option<i64>,
}

/// Everything that is known of a story.
struct Shown {
    row: StoryRow,
    brief: Option<Brief>,
    /// The versions of articles that were edited.
    edited: Vec<(ArticleRow, Vec<Version>)>,
    related: Vec<(Link, Option<ArticleRow>)>,
    alerts: Vec<(AlertRow, Vec<DeliveryRow>, Vec<SilencedRow>)>,
    said: Constraints,
}

/// A story; one that is part of another by now leads there.
pub(super) async fn page(
    State(site): State<Site>,
    Path(id): Path<i64>,
    Query(beside): Query<Beside>,
) -> Result<Response, Failure> {
    let shown = match site.read(move |tx| find(tx, StoryId(id))).await? {
        Ok(shown) => shown,
        Err(Refused::Merged { story, .. }) => {
            let there = [(header::LOCATION, format!("/stories/{story}"))];
            return Ok((StatusCode::SEE_OTHER, there).into_response());
        }
        Err(why) => return Err(Failure::new(StatusCode::NOT_FOUND, why.to_string())),
    };
    let in_force = site.context.in_force();
    let title = headline(shown.lead().map_or("", |lead| &lead.article.title)).to_owned();
    let body = shown.body(&in_force.live, &beside, site.guard.actions);
    Ok(layout::page(&title, Tab::Desk, &body))
}

fn find(tx: &ReadTx<'_>, id: StoryId) -> Result<Result<Shown, Refused>, StoreError> {
    if let Err(why) = tx.find_story(id)? {
        return Ok(Err(why));
    }
    let Some(row) = tx.story(id)? else { return Ok(Err(Refused::NoStory(id))) };
    let mut edited = Vec::new();
    for article in row.articles.iter().filter(|article| article.revision > 0) {
        edited.push((article.clone(), tx.versions(article.id)?));
    }
    let mut related = Vec::new();
    for link in tx.links(id)? {
        let lead = match tx.lead(link.story)? {
            Some(lead) => tx.article(lead)?,
            None => None,
        };
        related.push((link, lead));
    }
    let mut alerts = Vec::new();
    for alert in tx.alerts_of(id)? {
        let (told, silenced) = (tx.deliveries_of(alert.id)?, tx.silenced_of(alert.id)?);
        alerts.push((alert, told, silenced));
    }
    let (brief, said) = (tx.brief(id)?, tx.constraints(id)?);
    Ok(Ok(Shown { row, brief, edited, related, alerts, said }))
}

impl Shown {
    fn lead(&self) -> Option<&ArticleRow> {
        self.row.articles.iter().find(|article| article.id == self.row.lead)
    }

    fn body(&self, live: &Live, beside: &Beside, actions: bool) -> Markup {
        let row = &self.row;
        let carriers = json::carriers(row);
        html! {
            h1 { (headline(self.lead().map_or("", |lead| &lead.article.title))) }
            @if let Some(brief) = &self.brief {
                p.facts { (chart::timeline(&brief.copies)) @if brief.withdrawn { strong.bad { "withdrawn by its house" } } }
            }
            dl.about {
                dt { "Origin" }
                dd { (origin(&row.origin, live)) "; " (row.origins) " independent with related stories" }
                dt { "Carried" }
                dd { (counted(row.articles.len(), "article")) " by " (counted(carriers.len(), "carrier")) ", from " (time(row.opened_at)) " to " (time(row.last_seen)) }
                @if let Some(brief) = self.brief.as_ref().filter(|brief| !brief.rules.is_empty()) {
                    dt { "Rules" }
                    dd {
                        @for (at, (rule, told)) in brief.rules.iter().enumerate() {
                            @if at > 0 { ", " }
                            a href=(format!("/rules/{}", quoted(rule.as_str()))) { (rule) }
                            @if *told { " (told)" }
                        }
                    }
                }
            }
            h2 { "Carriers" }
            (self.carriers())
            h2 { "Whose text it is" }
            (provenance(&row.articles))
            (self.compared(beside))
            @if !self.edited.is_empty() {
                h2 { "What changed" }
                @for (article, versions) in &self.edited { (changes(article, versions)) }
            }
            h2 { "Told" }
            (told(&self.alerts))
            @if actions { p { (actions::button(&format!("/stories/{}/silence", row.id), "Tell nothing more of it for a day")) } }
            @if !self.related.is_empty() {
                h2 { "Related: the same event in other words" }
                (self.others())
            }
            (by_hand(&self.said))
        }
    }

    fn carriers(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label="Carriers" {
                table {
                    thead { tr { th scope="col" { "First seen" } th scope="col" { "Carrier" } th scope="col" { "Headline as printed" } th scope="col" { "Compared" } th scope="col" { "Why" } } }
                    tbody {
                        @for row in &self.row.articles {
                            tr {
                                td { (time(row.article.seen_at)) }
                                th scope="row" { (row.article.publisher) }
                                td.words { (outward(row.article.url.as_deref(), headline(&row.article.title))) @if row.revision > 0 { span.soft { " (revision " (row.revision) ")" } } }
                                td {
                                    (json::relation(row.relation))
                                    @if let Some(similarity) = row.similarity { ", " (percent(similarity)) }
                                    @if row.id != self.row.lead {
                                        br; a href=(format!("/stories/{}?copy={}#beside", self.row.id, row.id)) aria-label=(format!("beside the lead: article {}", row.id)) { "beside the lead" }
                                    }
                                }
                                td { a href=(format!("/articles/{}", row.id)) aria-label=(format!("explain article {}", row.id)) { "explain" } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The lead and one copy, with what they share marked.
    fn compared(&self, beside: &Beside) -> Markup {
        let copies = || self.row.articles.iter().filter(|row| row.id != self.row.lead);
        let chosen = copies().find(|row| Some(row.id.0) == beside.copy).or_else(|| copies().next());
        let (Some(lead), Some(copy)) = (self.lead(), chosen) else {
            return html! {
                @if let Some(lead) = self.lead() {
                    h2 { "Text" }
                    div.card { (paragraphs(&lead.article.text, &[])) }
                }
            };
        };
        let (ours, theirs) = (&lead.article.text, &copy.article.text);
        html! {
            h2 #beside { "Shared text" }
            p.soft { "Marked is what stands in both, five words in a row at least." }
            div.columns {
                @for (row, marks) in [(lead, shared_passages(ours, theirs)), (copy, shared_passages(theirs, ours))] {
                    section.card aria-label=(row.article.publisher) {
                        h3 { (row.article.publisher) ": " (headline(&row.article.title)) }
                        (paragraphs(&row.article.text, &marks))
                    }
                }
            }
        }
    }

    fn others(&self) -> Markup {
        html! {
            ul {
                @for (link, lead) in &self.related {
                    li {
                        a href=(format!("/stories/{}", link.story)) {
                            @if let Some(lead) = lead { (lead.article.publisher) ": " (headline(&lead.article.title)) }
                            @else { "story " (link.story) }
                        }
                        @if let Some((article, other)) = link.articles {
                            span.soft { " – article " (article) " shares " (percent(link.similarity)) " of the shorter text with article " (other) }
                        }
                    }
                }
            }
        }
    }
}

/// What each copy says of its origin, with the words that say so.
fn provenance(articles: &[ArticleRow]) -> Markup {
    let says = |row: &&ArticleRow| {
        !row.provenance.credits.is_empty()
            || row.inferred.is_some()
            || row.provenance.dateline.is_some()
            || !row.provenance.cited.is_empty()
    };
    let speaking: Vec<_> = articles.iter().filter(says).collect();
    html! {
        @if speaking.is_empty() { p { "No copy credits an agency or cites another medium." } }
        @else { ul { @for row in speaking { li { strong { (row.article.publisher) } " " (evidence(row)) } } } }
    }
}

/// What one article says of its origin.
pub(super) fn evidence(row: &ArticleRow) -> Markup {
    let provenance = &row.provenance;
    html! {
        ul.plain {
            @for credit in &provenance.credits {
                @let Sign { zone, certainty, words } = &credit.evidence;
                li { "credits " (credit.name) " (" (certainty.as_str()) ", by its " (zone.as_str()) "): “" (words) "”" }
            }
            @if let Some(owed) = &row.inferred {
                li { "owes it to " (owed.name) " (inferred): " a href=(format!("/articles/{}", owed.from)) { "article " (owed.from) } " prints the same text and says so" }
            }
            @if let Some(place) = &provenance.dateline { li { "datelined " (place) } }
            @for cited in &provenance.cited { li { "cites " (cited.medium) ": “" (cited.evidence.words) "”" } }
        }
    }
}

/// What each version of an article changed.
pub(super) fn changes(article: &ArticleRow, all: &[Version]) -> Markup {
    html! {
        @for (version, change) in versions::changes(all) {
            section.card {
                h3 { (article.article.publisher) ", revision " (version.revision) " of " (time(version.seen_at)) }
                @match &change {
                    None => { p { "The same words, printed otherwise." } }
                    Some(change) => {
                        @if let Some((was, is)) = &change.headline { p { "Headline: " del { (was) } " " ins { (is) } } }
                        @for figure in &change.figures { p { "Figure: " del { (figure.was) } " " ins { (figure.is) } " " (figure.of) } }
                        @for passage in &change.passages { p { "… " (pieces(passage)) " …" } }
                        @if change.more > 0 { p { "and " (change.more) " more passages" } }
                        p.soft { (change.added) " words came, " (change.removed) " went" @if change.rewritten { ": it is told anew" } }
                    }
                }
            }
        }
    }
}

fn pieces(passage: &[Piece]) -> Markup {
    let more = |piece: &Piece| match piece.left_out {
        0 => String::new(),
        more => format!(" … ({more} more words)"),
    };
    html! {
        @for piece in passage {
            @match piece.fate {
                Fate::Kept => { (piece.text) (more(piece)) }
                Fate::Removed => { " " del { (piece.text) (more(piece)) } }
                Fate::Added => { " " ins { (piece.text) (more(piece)) } }
            }
        }
    }
}

/// The alerts of a story with what became of their messages.
pub(super) fn told(alerts: &[(AlertRow, Vec<DeliveryRow>, Vec<SilencedRow>)]) -> Markup {
    html! {
        @if alerts.is_empty() { p { "Nobody was told of it." } }
        @else {
            ul {
                @for (alert, deliveries, silenced) in alerts {
                    li {
                        (time(alert.made_at)) " for "
                        a href=(format!("/rules/{}", quoted(alert.rule.as_str()))) { (alert.rule) }
                        ": " (alert.reason.to_string())
                        @if !(deliveries.is_empty() && silenced.is_empty()) {
                            ul {
                                @for row in deliveries { li { "delivery " (row.id) " to " (row.recipient) ": " (fate(row)) } }
                                @for row in silenced { li { "not told to " (row.recipient) ": silence " (row.silence.id) " until " (time(row.silence.until)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What became of a message, without the words of a server, which may name an address.
pub(super) fn fate(row: &DeliveryRow) -> Markup {
    html! {
        @match (row.state.as_str(), row.ended_at) {
            ("sent", Some(at)) => { span.good { "sent" } " " (time(at)) }
            ("dropped", Some(at)) => { span.bad { "given up" } " " (time(at)) }
            _ => { "due " (time(row.due_at)) @if row.attempts > 0 { span.warn { " after " (counted(row.attempts as usize, "failed attempt")) } } }
        }
    }
}

fn by_hand(said: &Constraints) -> Markup {
    html! {
        @if !(said.parts.is_empty() && said.apart.is_empty()) {
            h2 { "By hand" }
            ul {
                @for (part, since) in &said.parts { li { "story " (part) " is part of it since " (time(*since)) } }
                @for (other, since) in &said.apart { li { "taken apart from " a href=(format!("/stories/{other}")) { "story " (other) } " at " (time(*since)) } }
            }
        }
    }
}

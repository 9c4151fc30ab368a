//! The configuration in force: which one, since when, and why the newest was refused.

use axum::{extract::State, response::Response};
use maud::{Markup, html};

use super::{
    Site, actions,
    failure::Failure,
    layout::{self, Tab, quoted, time},
};
use crate::{config::Live, store::LoadVerdict, view::shown::counted};

/// What is in force.
pub(super) async fn page(State(site): State<Site>) -> Result<Response, Failure> {
    let load = site.read(|tx| tx.last_load()).await?;
    let in_force = site.context.in_force();
    let live = &in_force.live;
    let body = html! {
        h1 { "Configuration " (live.generation) }
        (verdict(load.as_ref()))
        @if site.guard.actions { p { (actions::button("/configuration/reload", "Load it again")) } }
        dl.about {
            dt { "Watches" }
            dd { (counted(live.feeds.len(), "feed")) " with " (counted(live.rules.len(), "rule")) @if !live.disabled.is_empty() { "; " (live.disabled.len()) " more are not enabled" } }
            dt { "Mail" }
            dd { (if live.mail.is_some() { "through a server" } else { "into a folder: there is no `smtp` in [mail]" }) }
            dt { "Copies" }
            dd { "within " (hours(live.story.window)) ", among the newest " (live.story.articles) " articles" }
            dt { "Kept" }
            dd { "articles for " (hours(live.limits.retention)) ", what was told for " (hours(live.limits.alert_retention)) }
            dt { "At once" }
            dd { (live.limits.polls) " polls, " (live.limits.polls_per_host) " of one host, " (live.limits.sends) " messages" }
        }
        (recipients(live))
        (aliases(live))
    };
    Ok(layout::page("Configuration", Tab::Configuration, &body))
}

fn verdict(load: Option<&LoadVerdict>) -> Markup {
    html! {
        @match load {
            None => { p { "None was loaded yet." } }
            Some(LoadVerdict { refused: None, at, .. }) => { p { "In force since " (time(*at)) "." } }
            Some(LoadVerdict { refused: Some(report), at, .. }) => {
                p.note { strong { "The new one was refused " (time(*at)) "; this one stays in force." } " Mend it and run " code { "wiredesk reload" } "." }
                pre tabindex="0" { (report.trim_end()) }
            }
        }
    }
}

fn hours(time: std::time::Duration) -> String {
    super::chart::spoken(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

/// Who is told, by name, and of what.
fn recipients(live: &Live) -> Markup {
    let told = |name| live.policies.values().filter(move |policy| policy.notify.contains(name));
    html! {
        h2 { "Recipients" }
        @if live.recipients.is_empty() { p { "There is no recipient." } }
        ul {
            @for name in live.recipients.keys() {
                li {
                    strong { (name) } " is told by "
                    @for (at, policy) in told(name).enumerate() { @if at > 0 { ", " } a href=(format!("/rules/{}", quoted(policy.rule.as_str()))) { (policy.rule) } }
                    @if told(name).next().is_none() { "no rule" }
                }
            }
        }
    }
}

fn aliases(live: &Live) -> Markup {
    html! {
        @if !live.aliases.is_empty() {
            h2 { "Aliases" }
            dl.about { @for (name, query) in &live.aliases { dt { code { "$" (name) } } dd { code { (query) } } } }
        }
    }
}

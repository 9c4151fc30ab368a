//! From what is written to what is meant: ranges, references, names that are taken.

mod access;
pub(super) mod address;
mod channel;
mod edges;
mod feed;
mod host;
mod houses;
mod query;
mod recipient;
mod rule;
mod web;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use toml::Spanned;

use self::query::Compiler;
use super::{
    Live,
    raw::{self, Placed, Raw},
    secret::Secrets,
};
use crate::{
    alert::letter::Templates,
    diagnostic::{Diagnostic, Report},
    model::{FeedName, FeedSpec, Generation},
    query::Aliases,
    rule::{Rule, Ruleset, Scope},
};

/// `From` of messages that no server will ever see.
const FROM: &str = "Wiredesk <wiredesk@localhost>";

/// Everything that is meant. What is wrong goes to the report and is left out, so what comes back
/// is only good if the report has no errors. Queries are taken over from the configuration before,
/// where they mean the same.
pub(super) fn live(
    raw: &Raw,
    data: PathBuf,
    secrets: &Secrets,
    generation: Generation,
    before: Option<&Live>,
    report: &mut Report,
) -> Live {
    let mut fetch = edges::fetch(raw, report);
    let feeds = feed::feeds(raw, &fetch, report);
    fetch.access = access::access(raw, secrets, &fetch, report);
    let compiler = Compiler::new(query::aliases(raw, report), before);
    let limits = edges::limits(raw, report);
    let rules = rule::rules(raw, &feed::known(raw), &compiler, report);
    let live = Live {
        generation,
        data: raw.data.as_ref().map_or(data, |data| PathBuf::from(&data.value)),
        paces: host::paces(raw, &feeds, &fetch, &limits, report),
        feeds,
        disabled: rules.disabled,
        policies: rules.policies,
        renamed: rules.renamed,
        recipients: recipient::recipients(raw, report),
        operator: recipient::operator(raw, report),
        agencies: houses::agencies(raw, report),
        limits,
        story: edges::story(raw, report),
        web: web::web(raw, secrets, report),
        channels: channel::endpoints(raw, secrets, &fetch, report),
        first_poll_alert: edges::first_poll_alert(raw, report),
        fetch,
        mail: edges::mail(raw, secrets, report),
        from: raw.mail.as_ref().map_or(FROM.to_owned(), |mail| mail.value.from.get_ref().clone()),
        reply_to: raw
            .mail
            .as_ref()
            .and_then(|mail| Some(mail.value.reply_to.as_ref()?.get_ref().clone())),
        templates: Templates::default(),
        aliases: compiler.aliases,
        rules: Arc::new(Ruleset::default()),
    };
    warn_of_idle_feeds(raw, &live, &rules.rules, report);
    warn_if_nothing_is_watched(raw, report);
    Live { rules: Arc::new(Ruleset::compile(rules.rules)), ..live }
}

/// The rules of a file that need not say anything of feeds and recipients.
pub(super) fn rules(raw: &Raw, report: &mut Report) -> (Vec<Rule>, Aliases) {
    let compiler = Compiler::new(query::aliases(raw, report), None);
    (rule::matching_only(raw, &compiler, report), compiler.aliases)
}

/// Reports every name that is taken already.
fn unique<T>(
    what: &str,
    tables: &[Placed<T>],
    name: impl Fn(&T) -> &Spanned<String>,
    report: &mut Report,
) {
    let mut taken: BTreeMap<&str, &Placed<T>> = BTreeMap::new();
    for table in tables {
        let written = name(&table.value);
        if let Some(first) = taken.get(written.get_ref().as_str()) {
            let twice = raw::twice(what, written.get_ref(), written.span(), first);
            report.push(&table.source, twice);
        } else {
            taken.insert(written.get_ref(), table);
        }
    }
}

/// A feed that no rule looks at is polled for nothing.
fn warn_of_idle_feeds(raw: &Raw, live: &Live, rules: &[Rule], report: &mut Report) {
    let looks_everywhere = |rule: &Rule| rule.scope == Scope::default();
    if rules.is_empty() || rules.iter().any(looks_everywhere) {
        return;
    }
    for feed in &raw.feeds {
        let written = &feed.value.name;
        let name = FeedName::new(written.get_ref().as_str());
        let Some(spec) = live.feeds.get(&name) else { continue };
        if !rules.iter().any(|rule| looks_at(&rule.scope, spec)) {
            let message = format!("no rule looks at feed `{name}`");
            let warning = Diagnostic::warning(None, written.span(), message)
                .with_help("name it, or one of its tags, in `feeds` or `tags` of a rule");
            report.push(&feed.source, warning);
        }
    }
}

fn looks_at(scope: &Scope, feed: &FeedSpec) -> bool {
    (scope.feeds.is_empty() || scope.feeds.contains(&feed.name))
        && (scope.tags.is_empty() || scope.tags.iter().any(|tag| feed.tags.contains(tag)))
}

/// Tables that could not be read are no reason to say that there are none.
fn warn_if_nothing_is_watched(raw: &Raw, report: &mut Report) {
    if report.has_errors() {
        return;
    }
    let missing = [("feed", raw.feeds.is_empty()), ("rule", raw.rules.is_empty())];
    for (what, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
        let warning = Diagnostic::warning(None, 0..0, format!("there is no {what}"));
        report.push_bare(warning.with_help(format!("write a [[{what}]] table")));
    }
}

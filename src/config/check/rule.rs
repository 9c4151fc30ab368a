//! Rules: the query, of which feeds it is asked, whom it tells and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use toml::Spanned;

use super::{
    feed::Known,
    query::{self, Compiler},
    unique,
};
use crate::{
    alert::{Policy, TellAgain},
    config::{
        raw::{Placed, Raw, Rule},
        suggest, timing, value,
    },
    diagnostic::{Diagnostic, Report},
    model::{FeedName, RecipientName, RuleName},
    rule::{self, Scope},
};

/// What a rule tells again where it does not say.
const TELL_AGAIN: [TellAgain; 2] = [TellAgain::Kill, TellAgain::Correction];

/// The rules of one configuration, in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// As far as matching goes.
    pub(super) rules: Vec<rule::Rule>,
    /// Those that are not enabled.
    pub(super) disabled: Vec<rule::Rule>,
    /// As far as telling goes.
    pub(super) policies: BTreeMap<RuleName, Arc<Policy>>,
    /// What a rule was called before.
    pub(super) renamed: BTreeMap<RuleName, RuleName>,
}

/// The rules that are to be asked.
pub(super) fn rules(
    raw: &Raw,
    known: &Known<'_>,
    compiler: &Compiler<'_>,
    report: &mut Report,
) -> Checked {
    unique("rule", &raw.rules, |rule| &rule.name, report);
    check_former_names(raw, report);
    let recipients = raw.recipients.iter().map(|recipient| recipient.value.name.get_ref().as_str());
    let recipients: BTreeSet<_> = recipients.collect();
    let mut all = Checked::default();
    for rule in &raw.rules {
        let written = &rule.value;
        let query = compile(rule, compiler, report);
        let policy = policy(rule, report);
        let mut refer = |what, names, known: &BTreeSet<&str>| {
            check_references(rule, what, names, known, &raw.unreadable, report);
        };
        refer("recipient", &written.notify, &recipients);
        refer("feed", &written.feeds, &known.feeds);
        refer("tag", &written.tags, &known.tags);
        let Some(query) = query else { continue };
        let name = policy.rule.clone();
        if written.enabled == Some(false) {
            all.disabled.push(rule::Rule { name, query, scope: scope(written) });
            continue;
        }
        if let Some(was) = &written.was {
            all.renamed.insert(name.clone(), RuleName::new(was.get_ref().as_str()));
        }
        all.policies.insert(name.clone(), Arc::new(policy));
        all.rules.push(rule::Rule { name, query, scope: scope(written) });
    }
    all
}

/// The rules as far as matching goes, for a file that says nothing of feeds and recipients.
pub(super) fn matching_only(
    raw: &Raw,
    compiler: &Compiler<'_>,
    report: &mut Report,
) -> Vec<rule::Rule> {
    unique("rule", &raw.rules, |rule| &rule.name, report);
    let rules = raw.rules.iter().filter(|rule| rule.value.enabled != Some(false));
    let asked = rules.filter_map(|rule| {
        let query = compile(rule, compiler, report)?;
        let name = RuleName::new(rule.value.name.get_ref().as_str());
        Some(rule::Rule { name, query, scope: scope(&rule.value) })
    });
    asked.collect()
}

fn compile(
    rule: &Placed<Rule>,
    compiler: &Compiler<'_>,
    report: &mut Report,
) -> Option<crate::query::Query> {
    let name = &rule.value.name;
    rule.read(name, report, |name| value::name(name));
    let what = format!("query of rule `{}`", name.get_ref());
    query::compile(&rule.value.query, &what, &rule.source, compiler, report)
}

fn scope(rule: &Rule) -> Scope {
    Scope {
        feeds: rule.feeds.iter().map(|feed| FeedName::new(feed.get_ref().as_str())).collect(),
        tags: rule.tags.iter().map(|tag| tag.get_ref().clone()).collect(),
    }
}

fn policy(rule: &Placed<Rule>, report: &mut Report) -> Policy {
    let written = &rule.value;
    if written.notify.is_empty() && written.enabled != Some(false) {
        let message = format!("rule `{}` notifies nobody", written.name.get_ref());
        let warning = Diagnostic::warning(None, written.name.span(), message)
            .with_help("write notify = [\"…\"] with the name of a recipient");
        report.push(&rule.source, warning);
    }
    let when = written.when.as_ref();
    let when = when.and_then(|text| rule.read(text, report, |text| value::when(text)));
    let related = written.related.as_ref();
    let related = related.and_then(|text| rule.read(text, report, |text| value::related(text)));
    let priority = written.priority.as_ref();
    let priority = priority.and_then(|given| rule.read(given, report, timing::priority));
    let until = written.until.as_ref();
    let until = until.and_then(|written| rule.read(written, report, value::until));
    let tell_again = written.tell_again.as_ref().map(|reasons| {
        let meant = |reason| rule.read(reason, report, |reason: &String| value::tell_again(reason));
        reasons.iter().filter_map(meant).collect()
    });
    Policy {
        rule: RuleName::new(written.name.get_ref().as_str()),
        title: written.title.clone(),
        notify: written
            .notify
            .iter()
            .map(|name| RecipientName::new(name.get_ref().as_str()))
            .collect(),
        when: when.unwrap_or_default(),
        tell_again: tell_again.unwrap_or_else(|| TELL_AGAIN.to_vec()),
        related: related.unwrap_or_default(),
        priority,
        until,
    }
}

fn check_references(
    rule: &Placed<Rule>,
    what: &str,
    names: &[Spanned<String>],
    known: &BTreeSet<&str>,
    unreadable: &BTreeSet<String>,
    report: &mut Report,
) {
    for name in names {
        let text = name.get_ref().as_str();
        if known.contains(text) || unreadable.contains(text) {
            continue;
        }
        let diagnostic =
            Diagnostic::error(None, name.span(), format!("there is no {what} `{text}`"))
                .with_help(suggest::among(text, known.iter().copied()));
        report.push(&rule.source, diagnostic);
    }
}

/// A former name belongs to one rule, and not to one that is still there.
fn check_former_names(raw: &Raw, report: &mut Report) {
    let names: BTreeSet<_> = raw.rules.iter().map(|rule| rule.value.name.get_ref()).collect();
    let mut taken = BTreeMap::new();
    for rule in &raw.rules {
        let Some(was) = &rule.value.was else { continue };
        let text = was.get_ref();
        if names.contains(text) {
            let message = format!("rule `{text}` is still there");
            let help = "a rule takes over the memory of one that is gone";
            let diagnostic = Diagnostic::error(None, was.span(), message).with_help(help);
            report.push(&rule.source, diagnostic);
        } else if let Some(other) = taken.insert(text, rule.value.name.get_ref()) {
            let message = format!("rule `{other}` was `{text}` as well");
            let help = "the memory of a rule goes to one other";
            report.push(&rule.source, Diagnostic::error(None, was.span(), message).with_help(help));
        }
    }
}

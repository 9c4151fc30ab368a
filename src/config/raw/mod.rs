//! The configuration as it is written: structs that mirror the TOML, each value with its place.

mod section;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use serde::Deserialize;
use toml::{
    Spanned, Value,
    de::{DeString, DeTable, DeValue},
};

use crate::diagnostic::{Diagnostic, Report, Source};

pub(super) use section::Placed;
#[cfg(test)]
pub(super) use section::known_keys;
use section::{read, unknown_key};

/// Every file together.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) data: Option<Placed<String>>,
    pub(super) fetch: Option<Placed<Fetch>>,
    pub(super) mail: Option<Placed<Mail>>,
    pub(super) operator: Option<Placed<Operator>>,
    pub(super) limits: Option<Placed<Limits>>,
    pub(super) story: Option<Placed<Story>>,
    pub(super) web: Option<Placed<Web>>,
    pub(super) hosts: Vec<Placed<Host>>,
    pub(super) feeds: Vec<Placed<Feed>>,
    pub(super) agencies: Vec<Placed<Agency>>,
    pub(super) publishers: Vec<Placed<Publisher>>,
    pub(super) recipients: Vec<Placed<Recipient>>,
    pub(super) rules: Vec<Placed<Rule>>,
    /// The queries of `[alias]`, each placed at its name.
    pub(super) aliases: BTreeMap<String, Placed<Spanned<String>>>,
    /// Names of tables that could not be read: what refers to them is not another mistake.
    pub(super) unreadable: BTreeSet<String>,
}

/// `[fetch]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fetch {
    #[serde(default)]
    pub(super) allow: Vec<Spanned<String>>,
    pub(super) first_poll_alert: Option<Spanned<String>>,
    pub(super) max_bytes: Option<Spanned<i64>>,
    pub(super) timeout: Option<Spanned<String>>,
    pub(super) contact: Option<Spanned<String>>,
}

/// `[mail]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mail {
    pub(super) from: Spanned<String>,
    pub(super) smtp: Option<Spanned<String>>,
    pub(super) username: Option<Spanned<String>>,
    pub(super) password_file: Option<Spanned<String>>,
    pub(super) tls: Option<Spanned<String>>,
    pub(super) reply_to: Option<Spanned<String>>,
    pub(super) templates: Option<Spanned<String>>,
    pub(super) connections: Option<Spanned<i64>>,
}

/// `[operator]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operator {
    pub(super) email: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) webhook: Option<Spanned<String>>,
    pub(super) format: Option<Spanned<String>>,
    pub(super) secret_file: Option<Spanned<String>>,
    pub(super) exec: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) heartbeat: Option<Spanned<String>>,
    pub(super) timezone: Option<Spanned<String>>,
}

/// `[limits]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) polls: Option<Spanned<i64>>,
    pub(super) polls_per_host: Option<Spanned<i64>>,
    pub(super) sends: Option<Spanned<i64>>,
    pub(super) give_up_after: Option<Spanned<String>>,
    pub(super) retention: Option<Spanned<String>>,
}

/// `[story]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    pub(super) window: Option<Spanned<String>>,
    pub(super) articles: Option<Spanned<i64>>,
    pub(super) copy: Option<Spanned<f64>>,
    pub(super) related: Option<Spanned<f64>>,
    pub(super) rewritten: Option<Spanned<f64>>,
}

/// `[web]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Web {
    pub(super) listen: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) hosts: Vec<Spanned<String>>,
    pub(super) token_file: Option<Spanned<String>>,
    pub(super) actions: Option<Spanned<bool>>,
}

/// `[[host]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Host {
    pub(super) name: Spanned<String>,
    pub(super) connections: Option<Spanned<i64>>,
    pub(super) gap: Option<Spanned<String>>,
}

/// `[[feed]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Feed {
    pub(super) name: Spanned<String>,
    /// The folder of a spool, where that is what is written.
    pub(super) url: Spanned<String>,
    pub(super) spool: Option<Spanned<String>>,
    pub(super) format: Option<Spanned<String>>,
    pub(super) publisher: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<Spanned<String>>,
    pub(super) interval: Option<Spanned<String>>,
    pub(super) full_text: Option<Spanned<String>>,
    pub(super) language: Option<Spanned<String>>,
    pub(super) enabled: Option<bool>,
    pub(super) user_agent: Option<Spanned<String>>,
    pub(super) headers: Option<Spanned<BTreeMap<String, Value>>>,
    pub(super) username: Option<Spanned<String>>,
    pub(super) password_file: Option<Spanned<String>>,
    pub(super) bearer_file: Option<Spanned<String>>,
    pub(super) http: Option<Spanned<String>>,
    pub(super) proxy: Option<Spanned<String>>,
    pub(super) ca_file: Option<Spanned<String>>,
}

/// `[[agency]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agency {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) tokens: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) ambiguous: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) domains: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) never: Vec<String>,
}

/// `[[publisher]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Publisher {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) domains: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) editions: Vec<Spanned<String>>,
    pub(super) owner: Option<Spanned<String>>,
}

/// `[[recipient]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipient {
    pub(super) name: Spanned<String>,
    pub(super) email: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) webhook: Option<Spanned<String>>,
    pub(super) format: Option<Spanned<String>>,
    pub(super) secret_file: Option<Spanned<String>>,
    pub(super) exec: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) feed_folder: Option<Spanned<String>>,
    pub(super) send: Option<Spanned<String>>,
    pub(super) wait: Option<Spanned<String>>,
    pub(super) timezone: Option<Spanned<String>>,
    pub(super) at_most: Option<Spanned<String>>,
    pub(super) quiet: Option<Spanned<Value>>,
    pub(super) quiet_passes: Option<Vec<Spanned<String>>>,
    pub(super) send_empty: Option<Spanned<bool>>,
}

/// `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) name: Spanned<String>,
    pub(super) title: Option<String>,
    pub(super) query: Spanned<String>,
    #[serde(default)]
    pub(super) notify: Vec<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) tell_again: Option<Vec<Spanned<String>>>,
    pub(super) related: Option<Spanned<String>>,
    pub(super) priority: Option<Spanned<Value>>,
    #[serde(default)]
    pub(super) feeds: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) tags: Vec<Spanned<String>>,
    pub(super) enabled: Option<bool>,
    pub(super) until: Option<Spanned<Value>>,
    pub(super) was: Option<Spanned<String>>,
}

/// The sections and keys of the top level.
pub(super) const SECTIONS: &[&str] = &[
    "data",
    "fetch",
    "mail",
    "operator",
    "limits",
    "story",
    "web",
    "agency",
    "publisher",
    "host",
    "feed",
    "alias",
    "recipient",
    "rule",
];

/// Messages about the syntax of one file: one open quote makes nonsense of what follows.
const MOST_SYNTAX_ERRORS: usize = 5;

/// Reads the files together; `None` where the syntax of one of them is broken, since then nobody
/// knows what is missing.
pub(super) fn parse(sources: &[Arc<Source>], report: &mut Report) -> Option<Raw> {
    let mut raw = Raw::default();
    let mut is_whole = true;
    for source in sources {
        let (document, errors) = DeTable::parse_recoverable(&source.text);
        for error in errors.iter().take(MOST_SYNTAX_ERRORS) {
            let span = error.span().unwrap_or_default();
            report.push(source, Diagnostic::error(None, span, error.message()));
        }
        if errors.is_empty() {
            raw.add(document.into_inner(), source, report);
        } else {
            is_whole = false;
        }
    }
    is_whole.then_some(raw)
}

impl Raw {
    /// Every file with something secret or long that the configuration names, and where.
    pub(super) fn named_files(&self) -> impl Iterator<Item = (&Arc<Source>, &Spanned<String>)> {
        let of_mail = self
            .mail
            .iter()
            .flat_map(|mail| mail.value.password_file.iter().map(|file| (&mail.source, file)));
        let of_feeds = self.feeds.iter().flat_map(|feed| {
            let Feed { password_file, bearer_file, ca_file, .. } = &feed.value;
            [password_file, bearer_file, ca_file]
                .into_iter()
                .flatten()
                .map(|file| (&feed.source, file))
        });
        let of_recipients = self.recipients.iter().flat_map(|recipient| {
            recipient.value.secret_file.iter().map(|file| (&recipient.source, file))
        });
        let of_operator = self.operator.iter().flat_map(|operator| {
            operator.value.secret_file.iter().map(|file| (&operator.source, file))
        });
        let of_web = self
            .web
            .iter()
            .flat_map(|web| web.value.token_file.iter().map(|file| (&web.source, file)));
        of_mail.chain(of_feeds).chain(of_recipients).chain(of_operator).chain(of_web)
    }

    fn add(&mut self, document: DeTable<'_>, source: &Arc<Source>, report: &mut Report) {
        for (key, value) in document {
            let at = key.span();
            match key.get_ref().as_ref() {
                "data" => once(&mut self.data, at, string(value, source, report), report),
                "fetch" => once(&mut self.fetch, at, read(value, source, report), report),
                "mail" => once(&mut self.mail, at, read(value, source, report), report),
                "operator" => once(&mut self.operator, at, read(value, source, report), report),
                "limits" => once(&mut self.limits, at, read(value, source, report), report),
                "story" => once(&mut self.story, at, read(value, source, report), report),
                "web" => once(&mut self.web, at, read(value, source, report), report),
                "host" => {
                    let hosts = each(value, &key, source, &mut self.unreadable, report);
                    self.hosts.extend(hosts);
                }
                "feed" => {
                    let value = section::with_addresses(value);
                    let feeds = each(value, &key, source, &mut self.unreadable, report);
                    self.feeds.extend(feeds);
                }
                "agency" => {
                    let agencies = each(value, &key, source, &mut self.unreadable, report);
                    self.agencies.extend(agencies);
                }
                "publisher" => {
                    let publishers = each(value, &key, source, &mut self.unreadable, report);
                    self.publishers.extend(publishers);
                }
                "recipient" => {
                    let recipients = each(value, &key, source, &mut self.unreadable, report);
                    self.recipients.extend(recipients);
                }
                "rule" => {
                    let rules = each(value, &key, source, &mut self.unreadable, report);
                    self.rules.extend(rules);
                }
                "alias" => self.add_aliases(value, source, report),
                other => report.push(source, unknown_key(other, at, SECTIONS)),
            }
        }
    }

    fn add_aliases(
        &mut self,
        value: Spanned<DeValue<'_>>,
        source: &Arc<Source>,
        report: &mut Report,
    ) {
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            let message = "`alias` is a table of names and queries";
            let help = "write [alias] on a line, and name = 'query' on the lines below";
            return report.push(source, Diagnostic::error(None, span, message).with_help(help));
        };
        for (key, value) in table {
            let name = key.get_ref().to_string();
            let Some(query) = string(value, source, report) else {
                self.unreadable.insert(name);
                continue;
            };
            if let Some(first) = self.aliases.get(&name) {
                report.push(source, twice("alias", &name, key.span(), first));
                continue;
            }
            let value = Spanned::new(query.span, query.value);
            self.aliases
                .insert(name, Placed { source: Arc::clone(source), span: key.span(), value });
        }
    }
}

/// Puts a section where it belongs; a second one, from another file, is an error.
fn once<T>(
    slot: &mut Option<Placed<T>>,
    key: Range<usize>,
    found: Option<Placed<T>>,
    report: &mut Report,
) {
    let Some(found) = found else { return };
    match slot {
        None => *slot = Some(found),
        Some(first) => {
            let name = found.source.text.get(key.clone()).unwrap_or("this").to_owned();
            report.push(&found.source, twice("section", &name, key, first));
        }
    }
}

/// The error for something of a name that is taken, at `span`; `first` is where it was taken.
pub(super) fn twice<T>(
    what: &str,
    name: &str,
    span: Range<usize>,
    first: &Placed<T>,
) -> Diagnostic {
    let place = first.source.line_name(first.span.start);
    Diagnostic::error(None, span, format!("{what} `{name}` is there already, at {place}"))
        .with_help("keep one of the two, or give one another name")
}

fn string(
    value: Spanned<DeValue<'_>>,
    source: &Arc<Source>,
    report: &mut Report,
) -> Option<Placed<String>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::String(text) => {
            Some(Placed { source: Arc::clone(source), span, value: text.into_owned() })
        }
        other => {
            let message = format!("expected a string, found {}", other.type_str());
            report
                .push(source, Diagnostic::error(None, span, message).with_help("put it in quotes"));
            None
        }
    }
}

/// Reads each table of an array of tables by itself, so that one typo does not hide the others.
fn each<'de, T: Deserialize<'de>>(
    value: Spanned<DeValue<'de>>,
    key: &Spanned<DeString<'_>>,
    source: &Arc<Source>,
    unreadable: &mut BTreeSet<String>,
    report: &mut Report,
) -> Vec<Placed<T>> {
    let DeValue::Array(tables) = value.into_inner() else {
        let name = key.get_ref();
        let message = format!("`{name}` is a list of tables");
        let help = format!("write [[{name}]] with two brackets");
        report.push(source, Diagnostic::error(None, key.span(), message).with_help(help));
        return Vec::new();
    };
    let mut read_tables = Vec::with_capacity(tables.len());
    for table in tables {
        let name = name_of(&table);
        match read(table, source, report) {
            Some(read_table) => read_tables.push(read_table),
            None => unreadable.extend(name),
        }
    }
    read_tables
}

fn name_of(table: &Spanned<DeValue<'_>>) -> Option<String> {
    let name = table.get_ref().as_table()?.get("name")?;
    Some(name.get_ref().as_str()?.to_owned())
}

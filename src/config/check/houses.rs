//! Agencies and publishers that the operator adds to the built-in ones.

use std::collections::BTreeMap;

use toml::Spanned;

use super::unique;
use crate::{
    config::{
        raw::{Agency, Placed, Publisher, Raw, twice},
        value::{self, Fault},
    },
    diagnostic::{Diagnostic, Report},
    story::{self, Agencies, slug},
};

/// The built-in houses and those that the file adds.
pub(super) fn agencies(raw: &Raw, report: &mut Report) -> Agencies {
    unique("agency", &raw.agencies, |agency| &agency.id, report);
    unique("publisher", &raw.publishers, |publisher| &publisher.name, report);
    names_are_of_one_publisher(&raw.publishers, report);
    let known = Agencies::default();
    let agencies: Vec<_> = raw.agencies.iter().map(|table| agency(table, &known, report)).collect();
    let publishers: Vec<_> = raw.publishers.iter().map(|table| publisher(table, report)).collect();
    Agencies::with(&agencies, &publishers)
}

fn agency(table: &Placed<Agency>, known: &Agencies, report: &mut Report) -> story::Agency {
    let written = &table.value;
    table.read(&written.id, report, |id| self::id(id));
    table.read(&written.name, report, |name| house_name(name));
    for sign in written.tokens.iter().chain(&written.ambiguous) {
        if table.read(sign, report, |sign| token(sign)).is_some() {
            warn_if_taken(table, sign, known, report);
        }
    }
    for domain in &written.domains {
        table.read(domain, report, |domain| value::domain(domain));
    }
    story::Agency {
        id: written.id.get_ref().clone(),
        name: written.name.get_ref().clone(),
        tokens: texts(&written.tokens),
        ambiguous: texts(&written.ambiguous),
        domains: texts(&written.domains),
        never: written.never.clone(),
    }
}

fn publisher(table: &Placed<Publisher>, report: &mut Report) -> story::Publisher {
    let written = &table.value;
    for name in [&written.name].into_iter().chain(&written.editions).chain(&written.owner) {
        table.read(name, report, |name| house_name(name));
    }
    for domain in &written.domains {
        table.read(domain, report, |domain| value::domain(domain));
    }
    story::Publisher {
        name: written.name.get_ref().clone(),
        domains: texts(&written.domains),
        editions: texts(&written.editions),
        owner: written.owner.as_ref().map(|owner| owner.get_ref().clone()),
    }
}

fn texts(written: &[Spanned<String>]) -> Vec<String> {
    written.iter().map(|text| text.get_ref().clone()).collect()
}

/// An id as queries and exports have it.
fn id(text: &str) -> Result<(), Fault> {
    let meant = slug(text);
    if text == meant && !text.is_empty() {
        return Ok(());
    }
    let fault = Fault::new(format!("`{}` is not an id", text.escape_debug()));
    Err(fault.with_help(if meant.is_empty() {
        "write small letters, digits and hyphens, as in \"qps\"".to_owned()
    } else {
        format!("write small letters, digits and hyphens: \"{meant}\"")
    }))
}

fn house_name(text: &str) -> Result<(), Fault> {
    if slug(text).is_empty() {
        Err(Fault::new("the name has no letter").with_help("write it as people do"))
    } else {
        Ok(())
    }
}

/// How an agency signs: found as a whole word, so that it begins with one.
fn token(text: &str) -> Result<(), Fault> {
    if !text.starts_with(char::is_alphanumeric) {
        return Err(Fault::new(format!("`{}` does not begin with a letter", text.escape_debug()))
            .with_help("write the abbreviation alone, without brackets: \"QPS\""));
    }
    if text.chars().nth(1).is_none() {
        return Err(Fault::new(format!("`{text}` is too short to sign with"))
            .with_help("write at least two letters"));
    }
    Ok(())
}

/// A sign of a built-in agency stays that agency's, unless it is replaced as a whole.
fn warn_if_taken(
    table: &Placed<Agency>,
    sign: &Spanned<String>,
    known: &Agencies,
    report: &mut Report,
) {
    let id = known.signed_by(sign.get_ref()).filter(|id| *id != table.value.id.get_ref());
    if let Some(id) = id {
        let message = format!("`{}` is how the built-in agency `{id}` signs", sign.get_ref());
        let help = format!("texts signed so stay that agency's; id = \"{id}\" replaces it");
        report.push(&table.source, Diagnostic::warning(None, sign.span(), message).with_help(help));
    }
}

/// A site or an edition leads to one paper.
fn names_are_of_one_publisher(publishers: &[Placed<Publisher>], report: &mut Report) {
    let mut taken: BTreeMap<String, &Placed<Publisher>> = BTreeMap::new();
    for table in publishers {
        let written = &table.value;
        let sites = written.domains.iter().map(|domain| ("site", domain));
        for (what, name) in sites.chain(written.editions.iter().map(|name| ("edition", name))) {
            let first = taken.entry(name.get_ref().to_lowercase()).or_insert(table);
            if first.value.name != table.value.name {
                report.push(&table.source, twice(what, name.get_ref(), name.span(), first));
            }
        }
    }
}

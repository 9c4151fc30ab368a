//! Feeds: names, addresses, intervals.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use toml::Spanned;
use url::Url;

use super::{address, unique};
use crate::{
    config::{
        raw::{Feed, Placed, Raw},
        value::{self, DAY, Fault},
    },
    diagnostic::{Diagnostic, Report},
    fetch,
    model::{FeedFormat, FeedName, FeedSpec, FullText},
};

/// Seconds between two polls of a feed: of the web, and of an address the operator allows.
const LEAST_INTERVAL: u64 = 60;
const LEAST_INTERVAL_ALLOWED: u64 = 1;

/// The pause between two looks at a spool where none is set.
const SPOOL_INTERVAL: Duration = Duration::from_secs(5);

/// The pause between two looks at a file or folder where none is set.
const LOCAL_INTERVAL: Duration = Duration::from_mins(1);

/// What rules may refer to: every feed and every tag that is written down, polled or not.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) feeds: BTreeSet<&'a str>,
    pub(super) tags: BTreeSet<&'a str>,
}

/// The names and tags of all feeds.
pub(super) fn known(raw: &Raw) -> Known<'_> {
    let feeds = raw.feeds.iter().map(|feed| feed.value.name.get_ref().as_str()).collect();
    let tags = raw.feeds.iter().flat_map(|feed| &feed.value.tags);
    Known { feeds, tags: tags.map(|tag| tag.get_ref().as_str()).collect() }
}

/// The feeds to poll.
pub(super) fn feeds(
    raw: &Raw,
    fetch: &fetch::Settings,
    report: &mut Report,
) -> BTreeMap<FeedName, Arc<FeedSpec>> {
    unique("feed", &raw.feeds, |feed| &feed.name, report);
    let mut urls: BTreeMap<&str, &Placed<Feed>> = BTreeMap::new();
    let mut specs = BTreeMap::new();
    for feed in &raw.feeds {
        if let Some(first) = urls.insert(feed.value.url.get_ref(), feed) {
            let name = first.value.name.get_ref();
            let message = format!("feed `{name}` has the same address");
            let warning = Diagnostic::warning(None, feed.value.url.span(), message);
            report.push(&feed.source, warning.with_help("one of the two is enough"));
        }
        let spec = spec(feed, fetch, report);
        if let Some(spec) = spec.filter(|_| feed.value.enabled != Some(false)) {
            specs.insert(spec.name.clone(), Arc::new(spec));
        }
    }
    specs
}

fn spec(feed: &Placed<Feed>, fetch: &fetch::Settings, report: &mut Report) -> Option<FeedSpec> {
    let written = &feed.value;
    let name = feed.read(&written.name, report, |name| value::name(name));
    let url = feed.read(&written.url, report, |url| address::feed_url(url));
    let is_allowed = fetch.allows(written.url.get_ref());
    if let Some(url) = url.as_ref().filter(|url| !is_allowed && address::is_private(url)) {
        report.push(&feed.source, will_be_refused(feed, url));
    }
    let least = if is_allowed { LEAST_INTERVAL_ALLOWED } else { LEAST_INTERVAL };
    let interval = written.interval.as_ref();
    let interval =
        interval.and_then(|text| feed.read(text, report, |text| interval_of(text, least)));
    let is_local = url.as_ref().is_some_and(|url| url.scheme() == "file");
    let is_spool = written.spool.is_some();
    if let Some(spool) = &written.spool {
        check_spool(feed, spool, report);
    }
    let pause = if is_spool { SPOOL_INTERVAL } else { LOCAL_INTERVAL };
    let interval = interval.or_else(|| is_local.then_some(pause));
    let format = written.format.as_ref();
    let format = format.and_then(|text| feed.read(text, report, |text| format_of(text)));
    let full_text = written.full_text.as_ref();
    let full_text = full_text.and_then(|text| feed.read(text, report, |text| full_text_of(text)));
    if let Some(text) = &written.language {
        feed.read(text, report, |text| value::language(text));
    }
    for tag in &written.tags {
        feed.read(tag, report, |tag| value::name(tag));
    }
    name.and(url)?;
    Some(FeedSpec {
        name: FeedName::new(written.name.get_ref().as_str()),
        url: written.url.get_ref().clone(),
        is_spool,
        format: format.unwrap_or_default(),
        publisher: written.publisher.clone(),
        tags: written.tags.iter().map(|tag| tag.get_ref().clone()).collect(),
        language: written.language.as_ref().map(|language| language.get_ref().clone()),
        interval,
        full_text: full_text.unwrap_or_default(),
    })
}

/// A spool is a folder on this machine, and all of the feed's address.
fn check_spool(feed: &Placed<Feed>, spool: &Spanned<String>, report: &mut Report) {
    if spool.span() != feed.value.url.span() {
        let message = "`url` and `spool` are two places for one feed";
        let error = Diagnostic::error(None, spool.span(), message);
        report.push(&feed.source, error.with_help("keep one of the two"));
    } else if !spool.get_ref().starts_with('/') {
        let message = format!("`{}` is no folder on this machine", spool.get_ref());
        let error = Diagnostic::error(None, spool.span(), message);
        let help = "write its whole path, as in spool = \"/var/spool/wire/ap\"";
        report.push(&feed.source, error.with_help(help));
    }
}

fn interval_of(text: &str, least: u64) -> Result<Duration, Fault> {
    value::duration(text, least..=DAY)
}

fn format_of(text: &str) -> Result<FeedFormat, Fault> {
    match text {
        "auto" => Ok(FeedFormat::Any),
        "sitemap" => Ok(FeedFormat::Sitemap),
        _ => Err(Fault::new(format!("`{text}` is not a format that must be named"))
            .with_help("write \"sitemap\", or leave the key out: formats are told by the bytes")),
    }
}

fn full_text_of(text: &str) -> Result<FullText, Fault> {
    match text {
        "never" => Ok(FullText::Never),
        "when-short" => Ok(FullText::WhenShort),
        "always" => Ok(FullText::Always),
        _ => Err(Fault::new(format!("`{text}` does not say when the page of an item is fetched"))
            .with_help("write \"never\", \"when-short\" or \"always\"")),
    }
}

fn will_be_refused(feed: &Placed<Feed>, url: &Url) -> Diagnostic {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let digits = if host == "localhost" { "127.0.0.1" } else { host };
    let message = format!("`{host}` is a private address and will not be fetched");
    Diagnostic::warning(None, feed.value.url.span(), message)
        .with_help(format!("to allow it: [fetch] allow = [\"{digits}:{port}\"]"))
}

//! Keys, names and ways of single feeds: `headers`, `username`, `bearer_file`, `proxy` and the like.

use std::{collections::BTreeMap, ops::Range};

use secrecy::ExposeSecret as _;
use toml::{Spanned, Value};
use url::Url;

use super::edges;
use crate::{
    config::{
        raw::{Feed, Placed, Raw},
        secret::Secrets,
        value::Fault,
    },
    diagnostic::{Diagnostic, Report},
    fetch::{self, Access, AccessError},
};

/// How feeds are asked for, by their address, where that is not as usual.
pub(super) fn access(
    raw: &Raw,
    secrets: &Secrets,
    fetch: &fetch::Settings,
    report: &mut Report,
) -> BTreeMap<String, Access> {
    let mut all = BTreeMap::new();
    for feed in &raw.feeds {
        let access = of(feed, secrets, report);
        if !access.is_usual() {
            warn_if_overheard(feed, fetch, report);
            all.insert(feed.value.url.get_ref().clone(), access);
        }
    }
    all
}

fn of(feed: &Placed<Feed>, secrets: &Secrets, report: &mut Report) -> Access {
    let written = &feed.value;
    let mut access = Access::default();
    if let Some(name) = &written.user_agent {
        feed.read(name, report, |name| user_agent(name, &mut access));
    }
    if let Some(headers) = &written.headers {
        show(feed, headers, &mut access, report);
    }
    let (username, password_file) = (written.username.as_ref(), written.password_file.as_ref());
    edges::check_credentials(feed, username, password_file, report);
    if let (Some(file), Some(_)) = (&written.bearer_file, &written.password_file) {
        let message = "`bearer_file` and `password_file` are two ways to be let in";
        let diagnostic = Diagnostic::error(None, file.span(), message);
        report.push(&feed.source, diagnostic.with_help("keep one of the two"));
    }
    let read = |file| secrets.get(Spanned::get_ref(file)).map(|text| (file, text.expose_secret()));
    if let (Some(name), Some((_, password))) = (username, password_file.and_then(read)) {
        let login = access.log_in(name.get_ref(), password);
        fault(feed, name.span(), login, "a name holds no colon and no line end", report);
    }
    if let Some((file, token)) = written.bearer_file.as_ref().and_then(read) {
        let login = access.bear(token);
        fault(feed, file.span(), login, "a token is one line of plain letters", report);
    }
    if let Some((file, pem)) = written.ca_file.as_ref().and_then(read) {
        let help = "it begins with -----BEGIN CERTIFICATE-----";
        fault(feed, file.span(), access.trust(pem), help, report);
    }
    if let Some(version) = &written.http {
        if version.get_ref() == "1.1" {
            access.speak_http1();
        } else {
            let fault = Fault::new(
                "HTTP is spoken in version 1.1 only, or in the best that the server knows",
            );
            let help = "write `http = \"1.1\"`, or leave it out";
            report.push(&feed.source, fault.with_help(help).at(version.span()));
        }
    }
    if let Some(proxy) = &written.proxy {
        let way = access.go_through(proxy.get_ref());
        if way.is_err() && Url::parse(proxy.get_ref()).is_ok_and(|url| url.password().is_some()) {
            let message =
                format!("the proxy's address holds a password, at {}", place(feed, proxy));
            let help = "a proxy that asks for a password is not used";
            report.push_bare(Diagnostic::error(None, 0..0, message).with_help(help));
        } else {
            fault(feed, proxy.span(), way, "write `http://` or `https://`, host and port", report);
        }
    }
    access
}

/// Reports what cannot be, at its place.
fn fault(
    feed: &Placed<Feed>,
    span: Range<usize>,
    made: Result<(), AccessError>,
    help: &str,
    report: &mut Report,
) {
    if let Err(error) = made {
        report.push(&feed.source, Fault::new(error.to_string()).with_help(help).at(span));
    }
}

/// Headers are told of without the line of the file, which would put keys into the journal.
fn show(
    feed: &Placed<Feed>,
    headers: &Spanned<BTreeMap<String, Value>>,
    access: &mut Access,
    report: &mut Report,
) {
    for (name, value) in headers.get_ref() {
        let (what, help) = match value.as_str().map(|value| access.show(name, value)) {
            Some(Ok(())) => continue,
            None => ("its value is no string".to_owned(), "put it in quotes"),
            Some(Err(error)) => (error.to_string(), help(name)),
        };
        let name = name.escape_debug();
        let message = format!("header `{name}`: {what}, at {}", place(feed, headers));
        report.push_bare(Diagnostic::error(None, 0..0, message).with_help(help));
    }
}

fn help(header: &str) -> &'static str {
    match header.to_ascii_lowercase().as_str() {
        "authorization" => "write `username` and `password_file`, or `bearer_file`",
        "user-agent" => "write `user_agent`",
        _ => "leave it out",
    }
}

fn place<T>(feed: &Placed<Feed>, written: &Spanned<T>) -> String {
    feed.source.line_name(written.span().start)
}

/// A name that says who asks, and whom to write to when that is too often.
fn user_agent(text: &str, access: &mut Access) -> Result<(), Fault> {
    if text.to_ascii_lowercase().contains("mozilla/") {
        return Err(Fault::new("that is the name of a browser, and Wiredesk is none")
            .with_help("write a name of your own, as in \"Arden-Desk/1.0 (+desk@example.org)\""));
    }
    let contact = text.split_once("(+").and_then(|(_, rest)| rest.split_once(')'));
    let is_contact = |(contact, _): (&str, &str)| edges::check_contact(contact).is_ok();
    if !contact.is_some_and(is_contact) {
        return Err(Fault::new("the name does not say how a publisher reaches you")
            .with_help("write an address in it, as in \"Arden-Desk/1.0 (+desk@example.org)\""));
    }
    access.call_yourself(text).map_err(|error| Fault::new(error.to_string()))
}

/// A secret that travels in the clear to a public server is one for everybody on the way.
fn warn_if_overheard(feed: &Placed<Feed>, fetch: &fetch::Settings, report: &mut Report) {
    let Ok(url) = Url::parse(feed.value.url.get_ref()) else { return };
    let Some(file) = feed.value.password_file.as_ref().or(feed.value.bearer_file.as_ref()) else {
        return;
    };
    if url.scheme() == "http" && !fetch.allows(feed.value.url.get_ref()) {
        let message = "the secret is sent in the clear, since the feed's address is no https";
        let warning = Diagnostic::warning(None, file.span(), message);
        report.push(&feed.source, warning.with_help("write https:// in `url`"));
    }
}

//! The settings of the edges and the limits: `[fetch]`, `[mail]`, `[limits]`, `[story]`.

use std::{ops::RangeInclusive, time::Duration};

use toml::Spanned;
use url::Url;

use super::address;
use crate::{
    config::{
        Limits,
        raw::{Placed, Raw},
        secret::Secrets,
        value::{self, DAY, Fault, HOUR},
    },
    diagnostic::{Diagnostic, Report},
    fetch,
    mail::{self, SmtpSettings, Tls},
    story::Thresholds,
};

/// Bytes of a document: less than this is no feed, more is no newspaper.
const DOCUMENT_BYTES: RangeInclusive<u64> = 1 << 10..=256 << 20;

/// Seconds that one answer may take: less is no patience, more would outlast the claim on the feed.
const ANSWER_SECONDS: RangeInclusive<u64> = 1..=4 * 60;

/// Articles that are remembered for their copies: fewer are a day of a few papers, and more than the
/// index of the window can name.
const LIVE_ARTICLES: RangeInclusive<u64> = 1_000..=1_000_000;

/// Containment that makes a copy: below, reports of one event are one story; above, copies that lost
/// a paragraph are not.
const COPY: RangeInclusive<f64> = 0.35..=0.9;

/// The least containment that makes reports related; with less, everything is related to something.
const RELATED: f64 = 0.1;

/// Evidence for a copy that was reworded: with less, reports of one event are taken for copies.
const REWRITTEN: RangeInclusive<f64> = 5.0..=20.0;

/// Connections to the mail server at once: most servers allow ten or more from one client.
const CONNECTIONS: usize = 4;
const MOST_CONNECTIONS: RangeInclusive<u64> = 1..=50;

/// `[fetch]`.
pub(super) fn fetch(raw: &Raw, report: &mut Report) -> fetch::Settings {
    let mut settings = fetch::Settings::default();
    let Some(section) = &raw.fetch else { return settings };
    let written = &section.value;
    let allow = written.allow.iter();
    settings.allow = allow
        .filter_map(|text| section.read(text, report, |text| address::allowed(text)))
        .collect();
    if let Some(bytes) = number(section, written.max_bytes.as_ref(), DOCUMENT_BYTES, report) {
        settings.max_bytes = bytes;
    }
    if let Some(timeout) = span(Some(section), written.timeout.as_ref(), ANSWER_SECONDS, report) {
        settings.total_timeout = timeout;
        settings.read_timeout = timeout / 2;
    }
    if let Some(contact) = &written.contact
        && section.read(contact, report, |contact| check_contact(contact)).is_some()
    {
        let version = env!("CARGO_PKG_VERSION");
        settings.user_agent = format!("Wiredesk/{version} (+{})", contact.get_ref());
    }
    settings
}

/// How a publisher reaches the operator; it stands in a header, in brackets.
pub(super) fn check_contact(text: &str) -> Result<(), Fault> {
    let is_url = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"()\\\"".contains(&b));
    if is_plain && (is_url || value::email(text).is_ok()) {
        return Ok(());
    }
    Err(Fault::new(format!("`{}` is not a contact", text.escape_debug()))
        .with_help("write a mail address or the address of a web page"))
}

/// How fresh a match on a feed's first poll must be to alert.
pub(super) fn first_poll_alert(raw: &Raw, report: &mut Report) -> Duration {
    let section = raw.fetch.as_ref();
    let text = section.and_then(|section| section.value.first_poll_alert.as_ref());
    span(section, text, 0..=30 * DAY, report).unwrap_or(Duration::from_hours(24))
}

/// `[limits]`.
pub(super) fn limits(raw: &Raw, report: &mut Report) -> Limits {
    let mut limits = Limits::default();
    let Some(section) = &raw.limits else { return limits };
    let written = &section.value;
    let counts = [
        (&mut limits.polls, &written.polls, 1..=1_000),
        (&mut limits.polls_per_host, &written.polls_per_host, 1..=20),
        (&mut limits.sends, &written.sends, 1..=100),
    ];
    for (limit, text, range) in counts {
        *limit = number(section, text.as_ref(), range, report).unwrap_or(*limit);
    }
    let durations = [
        (&mut limits.give_up_after, &written.give_up_after, HOUR..=30 * DAY),
        (&mut limits.retention, &written.retention, DAY..=10_000 * DAY),
    ];
    for (limit, text, range) in durations {
        *limit = span(Some(section), text.as_ref(), range, report).unwrap_or(*limit);
    }
    limits
}

/// `[story]`.
pub(super) fn story(raw: &Raw, report: &mut Report) -> Thresholds {
    let mut thresholds = Thresholds::default();
    let Some(section) = &raw.story else { return thresholds };
    let written = &section.value;
    if let Some(window) = span(Some(section), written.window.as_ref(), HOUR..=30 * DAY, report) {
        thresholds.window = window;
    }
    if let Some(articles) = number(section, written.articles.as_ref(), LIVE_ARTICLES, report) {
        thresholds.articles = articles;
    }
    if let Some(copy) = share(section, written.copy.as_ref(), COPY, report) {
        thresholds.copy_thin += copy - thresholds.copy;
        thresholds.copy = copy;
    }
    let related = RELATED..=thresholds.copy;
    if let Some(related) = share(section, written.related.as_ref(), related, report) {
        thresholds.related = related;
    }
    if let Some(needed) = share(section, written.rewritten.as_ref(), REWRITTEN, report) {
        thresholds.rewrite = thresholds.rewrite.with_needed(needed);
    }
    thresholds
}

/// `[mail]`.
pub(super) fn mail(raw: &Raw, secrets: &Secrets, report: &mut Report) -> Option<mail::Settings> {
    let section = raw.mail.as_ref()?;
    let written = &section.value;
    section.read(&written.from, report, |from| value::mailbox(from));
    if let Some(reply_to) = &written.reply_to {
        section.read(reply_to, report, |reply_to| value::mailbox(reply_to));
    }
    let tls = written.tls.as_ref();
    let tls = tls.and_then(|text| section.read(text, report, |text| tls_of(text)));
    let connections = number(section, written.connections.as_ref(), MOST_CONNECTIONS, report);
    let Some(smtp) = &written.smtp else {
        let of_a_server = [
            ("tls", written.tls.as_ref()),
            ("username", written.username.as_ref()),
            ("password_file", written.password_file.as_ref()),
        ];
        for (key, value) in of_a_server {
            let Some(value) = value else { continue };
            let message = format!("`{key}` is of a mail server, and none is named");
            let diagnostic = Diagnostic::error(None, value.span(), message);
            let help =
                "name it, as in `smtp = \"smtp://mail.example.org:587\"`, or leave the key out";
            report.push(&section.source, diagnostic.with_help(help));
        }
        return None;
    };
    check_credentials(section, written.username.as_ref(), written.password_file.as_ref(), report);
    if holds_password(smtp) {
        // Without the line of the file, which would put the password into the journal.
        let place = section.source.line_name(smtp.span().start);
        let message = format!("the address of the server holds a password, at {place}");
        let help = "write `username` and `password_file` on lines of their own";
        report.push_bare(Diagnostic::error(None, 0..0, message).with_help(help));
        return None;
    }
    let server = section.read(smtp, report, |smtp| server(smtp))?;
    if let (Some(text), Some(_), Tls::Implicit) = (&written.tls, tls, server.tls) {
        let message = "`smtps` is encrypted, and `tls` says otherwise";
        report.push(
            &section.source,
            Diagnostic::error(None, text.span(), message)
                .with_help("write smtp://, or leave `tls` out"),
        );
    }
    let username = written.username.as_ref().map(|name| name.get_ref().clone());
    let password = written.password_file.as_ref().and_then(|file| secrets.get(file.get_ref()));
    Some(mail::Settings::Smtp(SmtpSettings {
        host: server.host,
        port: server.port,
        tls: tls.unwrap_or(server.tls),
        credentials: username.zip(password.cloned()),
        timeouts: mail::Timeouts::default(),
        extra_ca: None,
        hello_name: None,
        connections: connections.unwrap_or(CONNECTIONS),
    }))
}

fn holds_password(smtp: &Spanned<String>) -> bool {
    Url::parse(smtp.get_ref()).is_ok_and(|url| url.password().is_some())
}

struct Server {
    host: String,
    port: u16,
    tls: Tls,
}

/// `smtp://host:587` or `smtps://host:465`.
fn server(text: &str) -> Result<Server, Fault> {
    let fault = |message: String| {
        Fault::new(message).with_help(
            "write smtp://mail.example.org:587 (STARTTLS) or smtps://mail.example.org:465",
        )
    };
    let url = Url::parse(text)
        .map_err(|error| fault(format!("`{}` is not a server: {error}", text.escape_debug())))?;
    let (tls, usual) = match url.scheme() {
        "smtp" => (Tls::StartTls, 587),
        "smtps" => (Tls::Implicit, 465),
        other => return Err(fault(format!("`{other}` is not a way to send mail"))),
    };
    if !url.username().is_empty() {
        return Err(Fault::new("the address of the server holds a user's name")
            .with_help("write `username` and `password_file` on lines of their own"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(fault("there is something behind the server's name and port".to_owned()));
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| fault("the server has no name".to_owned()))?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(Server { host, port: url.port().unwrap_or(usual), tls })
}

/// Only the dangerous choice has a word; the safe ones are made by `smtp` and `smtps`.
fn tls_of(text: &str) -> Result<Tls, Fault> {
    match text {
        "none" => Ok(Tls::None),
        _ => Err(Fault::new(format!("`{text}` is not a choice of `tls`")).with_help(
            "leave the key out: smtp:// requires STARTTLS and smtps:// is encrypted from the start; \
             \"none\" sends in the clear",
        )),
    }
}

/// A name and a password come together.
pub(super) fn check_credentials<T>(
    section: &Placed<T>,
    username: Option<&Spanned<String>>,
    password_file: Option<&Spanned<String>>,
    report: &mut Report,
) {
    let lonely = match (username, password_file) {
        (Some(name), None) => Some((name.span(), "`username` has no `password_file`")),
        (None, Some(file)) => Some((file.span(), "`password_file` has no `username`")),
        _ => None,
    };
    if let Some((span, message)) = lonely {
        let help = "write both, or none of the two";
        report.push(&section.source, Diagnostic::error(None, span, message).with_help(help));
    }
}

pub(super) fn span<T>(
    section: Option<&Placed<T>>,
    text: Option<&Spanned<String>>,
    seconds: RangeInclusive<u64>,
    report: &mut Report,
) -> Option<Duration> {
    section?.read(text?, report, |text| value::duration(text, seconds))
}

pub(super) fn number<T>(
    section: &Placed<T>,
    written: Option<&Spanned<i64>>,
    range: RangeInclusive<u64>,
    report: &mut Report,
) -> Option<usize> {
    section.read(written?, report, |number| {
        let fits = u64::try_from(*number).ok().filter(|number| range.contains(number));
        fits.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| {
            Fault::new(format!("{number} is out of range")).with_help(format!(
                "from {} to {}",
                range.start(),
                range.end()
            ))
        })
    })
}

fn share<T>(
    section: &Placed<T>,
    written: Option<&Spanned<f64>>,
    range: RangeInclusive<f64>,
    report: &mut Report,
) -> Option<f64> {
    section.read(written?, report, |number| {
        let fits = range.contains(number).then_some(*number);
        fits.ok_or_else(|| {
            Fault::new(format!("{number} is out of range")).with_help(format!(
                "from {} to {}",
                range.start(),
                range.end()
            ))
        })
    })
}

//! Where messages go that are no mails: web addresses, programs, folders of feeds.

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::SecretString;
use toml::Spanned;
use url::Url;

use crate::{
    alert::{Channel, payload::Format},
    channel::{Command, Endpoint, Settings, Webhook},
    config::{
        raw::{Placed, Raw},
        secret::Secrets,
        value::Fault,
    },
    diagnostic::{Diagnostic, Report},
    fetch,
    model::RecipientName,
};

/// The recipient that the operator is; no other can have this name.
pub(super) const OPERATOR: &str = "[operator]";

/// What a table says of channels.
pub(super) struct Keys<'a> {
    pub(super) webhook: Option<&'a Spanned<String>>,
    pub(super) format: Option<&'a Spanned<String>>,
    pub(super) secret_file: Option<&'a Spanned<String>>,
    pub(super) exec: Option<&'a Spanned<Vec<Spanned<String>>>>,
    pub(super) feed_folder: Option<&'a Spanned<String>>,
}

impl Keys<'_> {
    /// The channels that are written, whether or not they can be used.
    pub(super) fn channels(&self) -> Vec<Channel> {
        let written = [
            (Channel::Webhook, self.webhook.is_some()),
            (Channel::Exec, self.exec.is_some()),
            (Channel::Feed, self.feed_folder.is_some()),
        ];
        written
            .into_iter()
            .filter(|(_, is_written)| *is_written)
            .map(|(channel, _)| channel)
            .collect()
    }
}

/// Where the addresses of all recipients lead.
pub(super) fn endpoints(
    raw: &Raw,
    secrets: &Secrets,
    fetch: &fetch::Settings,
    report: &mut Report,
) -> Settings {
    let mut all = Settings::new();
    let mut folders: BTreeMap<PathBuf, String> = BTreeMap::new();
    for recipient in &raw.recipients {
        let name = RecipientName::new(recipient.value.name.get_ref().as_str());
        let keys = recipient.value.channels();
        for (channel, endpoint) in of(recipient, &keys, secrets, fetch, report) {
            if let (Endpoint::Feed(folder), Some(written)) = (&endpoint, keys.feed_folder)
                && let Some(other) = folders.insert(folder.clone(), name.to_string())
            {
                let message = format!("the feeds of `{other}` are written there already");
                let diagnostic = Diagnostic::error(None, written.span(), message)
                    .with_help("give each recipient a folder of its own");
                report.push(&recipient.source, diagnostic);
            }
            all.insert(channel.address(&name), endpoint);
        }
    }
    if let Some(operator) = &raw.operator {
        let found = of(operator, &operator.value.channels(), secrets, fetch, report);
        let name = RecipientName::new(OPERATOR);
        all.extend(found.into_iter().map(|(channel, end)| (channel.address(&name), end)));
    }
    all
}

fn of<T>(
    table: &Placed<T>,
    keys: &Keys<'_>,
    secrets: &Secrets,
    fetch: &fetch::Settings,
    report: &mut Report,
) -> Vec<(Channel, Endpoint)> {
    let mut found = Vec::new();
    let format = keys.format.and_then(|text| table.read(text, report, |text| format_of(text)));
    let secret = keys.secret_file.and_then(|file| secrets.get(file.get_ref())).cloned();
    if let Some(url) = keys.webhook {
        let url = webhook(table, url, fetch, report);
        let webhook = url.map(|url| Webhook { url, format: format.unwrap_or_default(), secret });
        found.extend(webhook.map(|webhook| (Channel::Webhook, Endpoint::Webhook(webhook))));
    } else {
        for (written, name) in [(keys.format, "format"), (keys.secret_file, "secret_file")] {
            let Some(written) = written else { continue };
            let message = format!("`{name}` has no `webhook`");
            let diagnostic = Diagnostic::error(None, written.span(), message)
                .with_help("write webhook = \"https://…\", or leave it out");
            report.push(&table.source, diagnostic);
        }
    }
    if let Some(written) = keys.exec
        && let Some(command) = table.read(written, report, |words| command(words))
    {
        found.push((Channel::Exec, Endpoint::Exec(command)));
    }
    if let Some(written) = keys.feed_folder
        && let Some(folder) = table.read(written, report, |path| folder(path))
    {
        found.push((Channel::Feed, Endpoint::Feed(folder)));
    }
    found
}

/// The address of a webhook may hold a secret, so that its line is not shown.
fn webhook<T>(
    table: &Placed<T>,
    written: &Spanned<String>,
    fetch: &fetch::Settings,
    report: &mut Report,
) -> Option<SecretString> {
    let fault = |message: &str, help: &str| {
        let place = table.source.line_name(written.span().start);
        Diagnostic::error(None, 0..0, format!("`webhook`: {message}, at {place}")).with_help(help)
    };
    let example = "write webhook = \"https://chat.example.org/hooks/…\"";
    let url = match Url::parse(written.get_ref()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url,
        _ => {
            report.push_bare(fault("that is not a web address", example));
            return None;
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        report.push_bare(fault(
            "the address holds a user's name or a password",
            "leave them out: what lets us in is a part of the path, or stands in `secret_file`",
        ));
        return None;
    }
    if let Some(problem) = fetch.refuses(url.as_str()) {
        let help = "write it into `allow` of [fetch], if it is one of your own machines";
        report.push_bare(fault(&problem.to_string(), help));
        return None;
    }
    if url.scheme() == "http" && !fetch.allows(url.as_str()) {
        let place = table.source.line_name(written.span().start);
        let message = format!("`webhook` is not encrypted, at {place}");
        let warning = Diagnostic::warning(None, 0..0, message).with_help("write https://");
        report.push_bare(warning);
    }
    Some(SecretString::from(written.get_ref().as_str()))
}

fn format_of(text: &str) -> Result<Format, Fault> {
    match text {
        "wiredesk" => Ok(Format::Wiredesk),
        "slack" => Ok(Format::Slack),
        "ntfy" => Ok(Format::Ntfy),
        _ => Err(Fault::new(format!("`{text}` is not a format"))
            .with_help("write \"wiredesk\", \"slack\" or \"ntfy\"")),
    }
}

fn command(words: &[Spanned<String>]) -> Result<Command, Fault> {
    let example = "write exec = [\"/usr/local/bin/page\", \"--desk\"]";
    let mut words = words.iter().map(|word| word.get_ref().as_str());
    let program =
        words.next().ok_or_else(|| Fault::new("there is no program").with_help(example))?;
    if !program.starts_with('/') {
        let message = format!("`{}` is not the whole path of a program", program.escape_debug());
        return Err(Fault::new(message).with_help(format!("no shell looks for it: {example}")));
    }
    let arguments: Vec<_> = words.map(str::to_owned).collect();
    if arguments.iter().any(|word| word.contains('\0')) || program.contains('\0') {
        return Err(Fault::new("a program can be given no NUL"));
    }
    Ok(Command { program: PathBuf::from(program), arguments })
}

fn folder(path: &str) -> Result<PathBuf, Fault> {
    if path.starts_with('/') && !path.contains('\0') {
        return Ok(PathBuf::from(path));
    }
    Err(Fault::new(format!("`{}` is not the whole path of a folder", path.escape_debug()))
        .with_help("write feed_folder = \"/var/lib/wiredesk/feeds\""))
}

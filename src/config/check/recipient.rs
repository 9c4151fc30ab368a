//! Recipients and the operator: addresses, and when they want to be told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{civil::Time, tz::TimeZone};
use toml::Spanned;

use super::{
    channel::{Keys, OPERATOR},
    unique,
};
use crate::{
    alert::{self, Channel, Passes, QuietHours, Send},
    config::{
        raw::{Operator, Placed, Raw, Recipient},
        timing,
        value::{self, Fault, HOUR},
    },
    diagnostic::{Diagnostic, Report},
    model::RecipientName,
};

/// How long copies may gather, where the recipient does not say.
const WAIT: Duration = Duration::from_mins(2);

/// The recipients by name.
pub(super) fn recipients(
    raw: &Raw,
    report: &mut Report,
) -> BTreeMap<RecipientName, Arc<alert::Recipient>> {
    unique("recipient", &raw.recipients, |recipient| &recipient.name, report);
    let mut all = BTreeMap::new();
    for recipient in &raw.recipients {
        let checked = check(recipient, report);
        all.insert(checked.name.clone(), Arc::new(checked));
        warn_if_unused(recipient, raw, report);
    }
    all
}

/// Who looks after the watch, and when a sign of life goes out.
pub(super) fn operator(raw: &Raw, report: &mut Report) -> Option<alert::Operator> {
    let section = raw.operator.as_ref()?;
    let written = &section.value;
    let channels = written.channels().channels();
    let email =
        addresses(section, written.email.as_ref(), &channels, "`webhook` or `exec`", report);
    let name = RecipientName::new(OPERATOR);
    let channels = channels.iter().map(|channel| channel.address(&name)).collect();
    let heartbeat = written.heartbeat.as_ref();
    let heartbeat = heartbeat.and_then(|text| section.read(text, report, |text| beat(text)));
    let zone = written.timezone.as_ref();
    let zone = zone.and_then(|text| section.read(text, report, |text| value::timezone(text)));
    let (heartbeat, time) = heartbeat.unwrap_or((Vec::new(), alert::recipient::MORNING));
    Some(alert::Operator {
        email,
        channels,
        time,
        heartbeat,
        timezone: zone.unwrap_or(TimeZone::UTC),
    })
}

/// The days and the time of a heartbeat.
fn beat(text: &str) -> Result<(Vec<i8>, Time), Fault> {
    match value::send(text) {
        Ok(Send::At { days, time }) => Ok((days, time)),
        _ => Err(Fault::new(format!("`{text}` is not a time of day"))
            .with_help("write \"daily 07:30\" or \"mon,thu 07:30\"")),
    }
}

/// The mail addresses; without any there must be another channel.
fn addresses<T>(
    section: &Placed<T>,
    written: Option<&Spanned<Vec<Spanned<String>>>>,
    channels: &[Channel],
    others: &str,
    report: &mut Report,
) -> Vec<String> {
    let addresses = written.map_or(&[][..], |written| written.get_ref().as_slice());
    if addresses.is_empty() && channels.is_empty() {
        let span = written.map_or_else(|| section.span.clone(), Spanned::span);
        let diagnostic = Diagnostic::error(None, span, "there is no address")
            .with_help(format!("write email = [\"desk@example.org\"], or {others}"));
        report.push(&section.source, diagnostic);
    }
    for address in addresses {
        section.read(address, report, |address| value::email(address));
    }
    addresses.iter().map(|address| address.get_ref().clone()).collect()
}

impl Recipient {
    /// Its channels beside mail.
    pub(super) fn channels(&self) -> Keys<'_> {
        Keys {
            webhook: self.webhook.as_ref(),
            format: self.format.as_ref(),
            secret_file: self.secret_file.as_ref(),
            exec: self.exec.as_ref(),
            feed_folder: self.feed_folder.as_ref(),
        }
    }
}

impl Operator {
    /// Its channels beside mail.
    pub(super) fn channels(&self) -> Keys<'_> {
        Keys {
            webhook: self.webhook.as_ref(),
            format: self.format.as_ref(),
            secret_file: self.secret_file.as_ref(),
            exec: self.exec.as_ref(),
            feed_folder: None,
        }
    }
}

fn check(recipient: &Placed<Recipient>, report: &mut Report) -> alert::Recipient {
    let written = &recipient.value;
    recipient.read(&written.name, report, |name| value::name(name));
    let channels = written.channels().channels();
    let others = "`webhook`, `exec` or `feed_folder`";
    let email = addresses(recipient, written.email.as_ref(), &channels, others, report);
    let send = written.send.as_ref();
    let send = send.and_then(|text| recipient.read(text, report, |text| value::send(text)));
    let wait = written.wait.as_ref();
    let wait =
        wait.and_then(|text| recipient.read(text, report, |text| value::duration(text, 0..=HOUR)));
    let zone = written.timezone.as_ref();
    let zone = zone.and_then(|text| recipient.read(text, report, |text| value::timezone(text)));
    let send = send.unwrap_or_default();
    let at_most = written.at_most.as_ref();
    let at_most =
        at_most.and_then(|text| recipient.read(text, report, |text| timing::at_most(text)));
    let quiet = written.quiet.as_ref();
    let quiet = quiet.and_then(|hours| recipient.read(hours, report, timing::quiet));
    let quiet = quiet.unwrap_or_default();
    warn_of_quiet_slots(recipient, &send, &quiet, report);
    alert::Recipient {
        name: RecipientName::new(written.name.get_ref().as_str()),
        email,
        channels,
        wait: wait.unwrap_or(WAIT),
        timezone: zone.unwrap_or(TimeZone::UTC),
        at_most,
        quiet,
        passes: passes(recipient, report),
        send_empty: send_empty(recipient, &send, report),
        send,
    }
}

/// Slots that are all in quiet hours are others than the file says.
fn warn_of_quiet_slots(
    recipient: &Placed<Recipient>,
    send: &Send,
    quiet: &QuietHours,
    report: &mut Report,
) {
    let (Send::At { days, time }, Some(written)) = (send, &recipient.value.send) else { return };
    if days.iter().all(|day| quiet.is_at(*day, *time)) {
        let message = format!("it is always quiet at `{}`", written.get_ref());
        let warning = Diagnostic::warning(None, written.span(), message)
            .with_help("messages go out when quiet hours are over; write that time, or another");
        report.push(&recipient.source, warning);
    }
}

/// What passes quiet hours; without quiet hours the key means nothing.
fn passes(recipient: &Placed<Recipient>, report: &mut Report) -> Passes {
    let Some(written) = &recipient.value.quiet_passes else { return Passes::default() };
    let mut passes = Passes { kill: false, flash: false, correction: false };
    for one in written {
        recipient.read(one, report, |text: &String| timing::pass(text, &mut passes));
    }
    if recipient.value.quiet.is_none() {
        let span = written.first().map_or(recipient.value.name.span(), Spanned::span);
        let warning =
            Diagnostic::warning(None, span, "`quiet_passes` says nothing without `quiet`")
                .with_help("write quiet = \"22:00-07:00\", or leave the key out");
        report.push(&recipient.source, warning);
    }
    passes
}

/// Whether slots with nothing to tell have a message; who is told at once has no slots.
fn send_empty(recipient: &Placed<Recipient>, send: &Send, report: &mut Report) -> bool {
    let Some(written) = &recipient.value.send_empty else { return false };
    if *written.get_ref() && *send == Send::AtOnce {
        let message = "a recipient who is told at once has no slots that could be empty";
        let diagnostic = Diagnostic::error(None, written.span(), message)
            .with_help("write send = \"daily 07:30\", or leave `send_empty` out");
        report.push(&recipient.source, diagnostic);
    }
    *written.get_ref()
}

fn warn_if_unused(recipient: &Placed<Recipient>, raw: &Raw, report: &mut Report) {
    let name = &recipient.value.name;
    let is_named = raw
        .rules
        .iter()
        .flat_map(|rule| &rule.value.notify)
        .any(|notified| notified.get_ref() == name.get_ref());
    if !is_named {
        let message = format!("no rule notifies recipient `{}`", name.get_ref());
        let warning = Diagnostic::warning(None, name.span(), message)
            .with_help(format!("write notify = [\"{}\"] in a rule", name.get_ref()));
        report.push(&recipient.source, warning);
    }
}

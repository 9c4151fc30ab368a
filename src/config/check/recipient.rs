//! Recipients: addresses, and when they want to be told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::tz::TimeZone;

use super::unique;
use crate::{
    alert,
    config::{
        raw::{Placed, Raw, Recipient},
        value::{self, HOUR},
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

fn check(recipient: &Placed<Recipient>, report: &mut Report) -> alert::Recipient {
    let written = &recipient.value;
    recipient.read(&written.name, report, |name| value::name(name));
    let addresses = written.email.get_ref();
    if addresses.is_empty() {
        let diagnostic = Diagnostic::error(None, written.email.span(), "there is no address")
            .with_help("write email = [\"desk@example.org\"]");
        report.push(&recipient.source, diagnostic);
    }
    for address in addresses {
        recipient.read(address, report, |address| value::email(address));
    }
    let send = written.send.as_ref();
    let send = send.and_then(|text| recipient.read(text, report, |text| value::send(text)));
    let wait = written.wait.as_ref();
    let wait =
        wait.and_then(|text| recipient.read(text, report, |text| value::duration(text, 0..=HOUR)));
    let zone = written.timezone.as_ref();
    let zone = zone.and_then(|text| recipient.read(text, report, |text| value::timezone(text)));
    alert::Recipient {
        name: RecipientName::new(written.name.get_ref().as_str()),
        email: addresses.iter().map(|address| address.get_ref().clone()).collect(),
        send: send.unwrap_or_default(),
        wait: wait.unwrap_or(WAIT),
        timezone: zone.unwrap_or(TimeZone::UTC),
    }
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

//! `wiredesk mail test`: one message the way alerts leave, with what the other side says; and
//! `wiredesk mail preview`: a message as it would be sent now, to look at.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Exit,
    args::{MailPreviewArgs, MailTestArgs},
    open::{self, stop},
};
use crate::{
    alert::{Channel, Rendered},
    channel::{self, Endpoint},
    clock::Clock,
    config::Live,
    mail::{MailError, Outgoing, Receipt, message},
    model::{AlertId, RecipientName},
    pipeline::{
        InForce,
        letter::Composed,
        preview::{of_alert, of_rule, of_sample},
        word,
    },
};

/// Sends a test message to an address, or to everybody who may be told.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn test(args: &MailTestArgs) -> anyhow::Result<Exit> {
    let live = open::load(&args.config.config)?;
    let addresses = addresses(&live, args.to.as_deref())?;
    let in_force = InForce::build(live).map_err(|why| stop(Exit::Config, why))?;
    let mut refused = 0;
    for (number, (address, recipient)) in addresses.iter().enumerate() {
        if let Some(Endpoint::Feed(folder)) = in_force.live.channels.get(address) {
            println!("{address}: nothing to send; alerts are written into {}", folder.display());
            continue;
        }
        match attempt(&in_force, recipient, address, number)? {
            Ok(receipt) => println!("{address}: taken: {}", receipt.reply),
            Err(error) => {
                refused += 1;
                println!("{address}: not taken: {error}");
            }
        }
    }
    Ok(if refused == 0 { Exit::Ok } else { Exit::TempFail })
}

/// The address that was asked for, else all of all recipients, each with whose it is.
fn addresses(live: &Live, to: Option<&str>) -> anyhow::Result<BTreeMap<String, RecipientName>> {
    let all = live.recipients.values().flat_map(|recipient| {
        recipient.addresses().map(|address| (address.into_owned(), recipient.name.clone()))
    });
    let all: BTreeMap<_, _> = all.collect();
    let Some(to) = to else {
        let message = "no recipient has an address: add `[[recipient]]`, or say `--to ADDRESS`";
        return if all.is_empty() { Err(stop(Exit::Usage, message)) } else { Ok(all) };
    };
    let whose = all.get(to).cloned();
    if whose.is_none() && Channel::of(to) != Channel::Mail {
        let message = format!("no recipient has `{to}`: say a mail address, or one of a recipient");
        return Err(stop(Exit::Usage, message));
    }
    let whose = whose.unwrap_or_else(|| RecipientName::new("test"));
    Ok([(to.to_owned(), whose)].into())
}

/// Sends the test the way that alerts leave.
fn attempt(
    in_force: &InForce,
    recipient: &RecipientName,
    address: &str,
    number: usize,
) -> anyhow::Result<Result<Receipt, MailError>> {
    let (live, now) = (&in_force.live, Clock::System.now());
    let message_id = format!("test.{}.{number}@{}", now.as_microsecond(), live.mail_domain());
    let rendered = Rendered {
        subject: "[Wiredesk] a test of how alerts reach you".to_owned(),
        text: TEXT.to_owned(),
        html: format!("<!doctype html><html><body><p>{TEXT}</p></body></html>"),
        ..Rendered::default()
    };
    let bytes = word::write(live, recipient, address, &message_id, &rendered, "test", now);
    let outgoing = Outgoing {
        from: live.sender().to_owned(),
        to: address.to_owned(),
        message_id,
        bytes: bytes.map_err(|why| stop(Exit::Config, why))?,
    };
    open::block_on(async {
        let sent = match live.channels.get(address) {
            Some(endpoint) => channel::send(endpoint, &in_force.fetcher, &outgoing, now).await,
            None => in_force.mailer.send(&outgoing).await,
        };
        // A connection does not outlive the runtime that it was opened in.
        in_force.mailer.close().await;
        Ok(sent)
    })
}

const TEXT: &str =
    "This is a test. If you read it, alerts of Wiredesk will reach you the same way.";

/// Writes the message that tells an alert, or what a rule finds, into a folder.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the answer of the command")]
pub(super) fn preview(args: &MailPreviewArgs) -> anyhow::Result<Exit> {
    let live = open::load(&args.config.config)?;
    let Composed { message, failed } = composed(args, &live)?;
    for (file, why) in &failed {
        eprintln!(
            "warning: the template {file} fails, and the built-in one takes its place: {why}"
        );
    }
    let bytes = message::format(&message).map_err(|error| stop(Exit::Config, error.to_string()))?;
    if args.text {
        println!("Subject: {}\n\n{}", message.subject, message.text.trim_end());
        return Ok(Exit::Ok);
    }
    let refused = |path: &Path, error: std::io::Error| {
        stop(Exit::Io, format!("cannot write `{}`: {error}", path.display()))
    };
    fs::create_dir_all(&args.out).map_err(|error| refused(&args.out, error))?;
    println!("{}", message.subject);
    for (ending, content) in
        [("html", message.html.as_bytes()), ("txt", message.text.as_bytes()), ("eml", &bytes)]
    {
        let path = args.out.join(format!("{}.{ending}", args.what));
        fs::write(&path, content).map_err(|error| refused(&path, error))?;
        println!("{}", path.display());
    }
    Ok(Exit::Ok)
}

/// A rule where there is one of that name, else an alert.
#[expect(clippy::print_stderr, reason = "what is shown in its place is for the person to know")]
fn composed(args: &MailPreviewArgs, live: &Live) -> anyhow::Result<Composed> {
    let now = Clock::System.now();
    let is_rule = live.rules.iter().chain(&live.disabled).any(|r| r.name.as_str() == args.what);
    match args.what.parse() {
        Ok(number) if !is_rule => {
            let store = open::open_for_reading(&args.config.config)?;
            let live = live.clone();
            let read = store.read(move |tx| of_alert(tx, &live, AlertId(number), now));
            open::block_on(async { Ok(read.await?) })?.ok_or_else(|| {
                let message = format!("there is no alert {number}, or its story was forgotten");
                stop(Exit::Data, message + ": `wiredesk export alerts` lists them")
            })
        }
        _ => {
            let rule = open::rule(live, &args.what)?;
            if open::has_run(&args.config.config) {
                let store = open::open_for_reading(&args.config.config)?;
                let (live, rule) = (live.clone(), rule.clone());
                let read = store.read(move |tx| of_rule(tx, &live, &rule, now));
                if let Some(composed) = open::block_on(async { Ok(read.await?) })? {
                    return Ok(composed);
                }
            }
            eprintln!(
                "rule `{}` is true of no stored article: this is an invented story",
                rule.name
            );
            of_sample(live, &rule, now)
                .ok_or_else(|| stop(Exit::Software, "there is no sample to show"))
        }
    }
}

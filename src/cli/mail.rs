//! `wiredesk mail test`: one message the way alerts leave, with the server's verdict; and
//! `wiredesk mail preview`: a message as it would be sent now, to look at.

use std::{fs, path::Path};

use super::{
    Exit,
    args::{MailPreviewArgs, MailTestArgs},
    open::{self, stop},
};
use crate::{
    clock::Clock,
    config::Live,
    mail::{Message, Outgoing, message},
    model::AlertId,
    pipeline::{
        InForce,
        letter::Composed,
        preview::{of_alert, of_rule, of_sample},
    },
};

/// Sends a test message to an address, or to everybody who may be told.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn test(args: &MailTestArgs) -> anyhow::Result<Exit> {
    let live = open::load(&args.config.config)?;
    let mut addresses: Vec<String> = match &args.to {
        Some(address) => vec![address.clone()],
        None => live.recipients.values().flat_map(|recipient| recipient.email.clone()).collect(),
    };
    addresses.sort();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(stop(
            Exit::Usage,
            "no recipient has an address: add `[[recipient]]`, or say `--to ADDRESS`",
        ));
    }
    let in_force = InForce::build(live).map_err(|why| stop(Exit::Config, why))?;
    let mut refused = 0;
    for (number, address) in addresses.iter().enumerate() {
        let now = Clock::System.now();
        let message = Message {
            message_id: format!(
                "test.{}.{number}@{}",
                now.as_microsecond(),
                in_force.live.mail_domain()
            ),
            in_reply_to: None,
            references: Vec::new(),
            reply_to: None,
            list: None,
            unsubscribe: None,
            priority: None,
            from: in_force.live.from.clone(),
            to: address.clone(),
            date: now,
            subject: "[Wiredesk] a test of how alerts reach you".to_owned(),
            text: TEXT.to_owned(),
            html: format!("<!doctype html><html><body><p>{TEXT}</p></body></html>"),
            rules: Vec::new(),
            stories: Vec::new(),
            reasons: Vec::new(),
        };
        let outgoing = Outgoing {
            from: in_force.live.sender().to_owned(),
            to: address.clone(),
            message_id: message.message_id.clone(),
            bytes: message::format(&message)
                .map_err(|error| stop(Exit::Config, error.to_string()))?,
        };
        let sent = open::block_on(async {
            let sent = in_force.mailer.send(&outgoing).await;
            // A connection does not outlive the runtime that it was opened in.
            in_force.mailer.close().await;
            Ok(sent)
        });
        match sent? {
            Ok(receipt) => println!("{address}: taken: {}", receipt.reply),
            Err(error) => {
                refused += 1;
                println!("{address}: not taken: {error}");
            }
        }
    }
    Ok(if refused == 0 { Exit::Ok } else { Exit::TempFail })
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

//! `wiredesk mail test`: one message the way alerts leave, with the server's verdict.

use super::{
    Exit,
    args::MailTestArgs,
    open::{self, stop},
};
use crate::{
    clock::Clock,
    mail::{
        Message, Outgoing,
        message::{self},
    },
    pipeline::InForce,
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
        match open::block_on(async { Ok(in_force.mailer.send(&outgoing).await) })? {
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

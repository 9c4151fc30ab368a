//! Tests of channels beside mail: what may be written, and that secrets are not repeated.

use insta::assert_snapshot;

use super::{desk_and, live, load, refused};
use crate::{
    alert::{Channel, payload::Format},
    channel::Endpoint,
    model::RecipientName,
};

fn recipient(keys: &str) -> String {
    desk_and(&format!("[[recipient]]\nname = 'chat'\n{keys}\n"))
        .replace("[\"desk\"]", "[\"desk\", \"chat\"]")
}

#[test]
fn a_recipient_may_have_channels_and_no_mail_address() {
    let live = live(&recipient(
        "webhook = 'https://chat.example/hooks/T0/s3cret'\nformat = 'slack'\n\
         exec = ['/usr/local/bin/page', '--desk']\nfeed_folder = '/srv/feeds'",
    ));
    let chat = &live.recipients[&RecipientName::new("chat")];
    let addresses: Vec<_> = chat.addresses().map(|address| address.into_owned()).collect();
    assert_eq!(addresses, ["webhook:chat", "exec:chat", "feed:chat"]);
    assert_eq!(chat.channels, [Channel::Webhook, Channel::Exec, Channel::Feed]);
    assert_eq!(
        live.channels.keys().collect::<Vec<_>>(),
        ["exec:chat", "feed:chat", "webhook:chat"]
    );
    assert_eq!(live.channels["webhook:chat"].format(), Format::Slack);
    let Endpoint::Exec(command) = &live.channels["exec:chat"] else { unreachable!() };
    assert_eq!(
        (command.program.to_str(), &command.arguments[..]),
        (Some("/usr/local/bin/page"), &["--desk".to_owned()][..])
    );
    assert!(!format!("{:?}", live.channels).contains("s3cret"));
}

#[test]
fn the_operator_may_be_told_by_a_channel() {
    let live =
        live(&desk_and("[operator]\nwebhook = 'https://chat.example/hooks/ops'\nformat = 'ntfy'"));
    let operator = live.operator.unwrap();
    assert_eq!(
        (operator.email.len(), operator.channels.as_slice()),
        (0, &["webhook:[operator]".to_owned()][..])
    );
    assert_eq!(live.channels["webhook:[operator]"].format(), Format::Ntfy);
}

#[test]
fn what_cannot_be_an_address_is_refused_without_repeating_it() {
    for (webhook, why) in [
        ("hooks.example/s3cret", "that is not a web address"),
        ("ftp://chat.example/s3cret", "that is not a web address"),
        ("https://me:s3cret@chat.example/", "holds a user's name or a password"),
        ("https://127.0.0.1:8080/s3cret", "not a public address"),
        ("http://10.0.0.1/s3cret", "not a public address"),
    ] {
        let report = refused(&recipient(&format!("webhook = '{webhook}'")));
        assert!(report.contains(why) && report.contains("w.toml:"), "{webhook}: {report}");
        assert!(!report.contains("s3cret"), "{report}");
    }
    let plain = recipient("webhook = 'http://chat.example/s3cret'");
    let warnings = load(&[("w.toml", &plain)]).unwrap().warnings.to_string();
    assert!(
        warnings.contains("`webhook` is not encrypted") && !warnings.contains("s3cret"),
        "{warnings}"
    );
    live(&format!(
        "{}\n[fetch]\nallow = ['127.0.0.1:8080']",
        recipient("webhook = 'http://127.0.0.1:8080/x'")
    ));
}

#[test]
fn what_is_odd_about_channels_is_named() {
    assert_snapshot!(refused(&recipient(
        "email = ['chat@desk.example']\nformat = 'teams'\nexec = ['page']\nfeed_folder = 'feeds'"
    )), @r#"
    error: `teams` is not a format
      --> w.toml:18:10
       |
    18 | format = 'teams'
       |          ^^^^^^^
       |
       = help: write "wiredesk", "slack" or "ntfy"

    error: `format` has no `webhook`
      --> w.toml:18:10
       |
    18 | format = 'teams'
       |          ^^^^^^^
       |
       = help: write webhook = "https://…", or leave it out

    error: `page` is not the whole path of a program
      --> w.toml:19:8
       |
    19 | exec = ['page']
       |        ^^^^^^^^
       |
       = help: no shell looks for it: write exec = ["/usr/local/bin/page", "--desk"]

    error: `feeds` is not the whole path of a folder
      --> w.toml:20:15
       |
    20 | feed_folder = 'feeds'
       |               ^^^^^^^
       |
       = help: write feed_folder = "/var/lib/wiredesk/feeds"
    "#);
    assert_snapshot!(refused(&recipient("webhook = 'https://chat.example/x'\nexec = []\nsecret_file = 'nowhere'")), @r#"
    error: there is no program
      --> w.toml:18:8
       |
    18 | exec = []
       |        ^^
       |
       = help: write exec = ["/usr/local/bin/page", "--desk"]
    "#);
    let two = recipient("feed_folder = '/srv/feeds'")
        + "[[recipient]]\nname = 'more'\nfeed_folder = '/srv/feeds'\n[[rule]]\nname = 'r'\nquery = 'x'\nnotify = ['more']\n";
    assert_snapshot!(refused(&two), @"
    error: the feeds of `chat` are written there already
      --> w.toml:21:15
       |
    21 | feed_folder = '/srv/feeds'
       |               ^^^^^^^^^^^^
       |
       = help: give each recipient a folder of its own
    ");
}

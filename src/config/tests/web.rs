//! `[web]`: where the pages are, and what is refused because others could reach them.

use insta::assert_snapshot;
use secrecy::ExposeSecret as _;

use super::{DESK, desk_and, difference, keep, live, refused, warned};
use crate::config::{Listen, Web};

fn web(lines: &str) -> Web {
    live(&desk_and(&format!("[web]\n{lines}"))).web.unwrap()
}

#[test]
fn there_are_no_pages_unless_they_are_asked_for() {
    assert!(live(DESK).web.is_none());
    let usual = web("");
    assert_eq!(usual.listen, Listen::Address("127.0.0.1:8787".parse().unwrap()));
    assert!(usual.hosts.is_empty() && usual.token.is_none() && !usual.actions);
}

#[test]
fn every_key_is_read() {
    let web = web(
        "listen = '[::1]:80'\nhosts = ['Desk.example.org']\ntoken_file = 'key'\nactions = true",
    );
    assert_eq!(web.listen, Listen::Address("[::1]:80".parse().unwrap()));
    assert_eq!(web.hosts, ["desk.example.org"]);
    assert_eq!(web.token.unwrap().expose_secret(), "open-sesame");
    assert!(web.actions);
}

#[test]
fn a_socket_may_be_ours_or_of_systemd() {
    assert_eq!(web("listen = '/run/w/web.sock'").listen, Listen::Socket("/run/w/web.sock".into()));
    assert_eq!(web("listen = 'systemd'").listen, Listen::Systemd);
}

#[test]
fn what_others_could_reach_is_refused() {
    assert_snapshot!(refused(&desk_and("[web]\nlisten = '0.0.0.0:8787'\nhosts = ['https://desk.example']")), @r#"
    error: others than this machine could reach 0.0.0.0
      --> w.toml:16:10
       |
    16 | listen = '0.0.0.0:8787'
       |          ^^^^^^^^^^^^^^
       |
       = help: write "127.0.0.1:8787" or the path of a socket, and let a web server that asks for passwords pass requests on

    error: `https://desk.example` is not the name of a host
      --> w.toml:17:10
       |
    17 | hosts = ['https://desk.example']
       |          ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write it as in "desk.example.org", without https:// and port
    "#);
    assert_snapshot!(refused(&desk_and("[web]\nlisten = 'localhost'")), @r#"
    error: `localhost` is not a place to listen
      --> w.toml:16:10
       |
    16 | listen = 'localhost'
       |          ^^^^^^^^^^^
       |
       = help: write an address and a port as in "127.0.0.1:8787", the path of a socket, or "systemd" for a socket that systemd opened
    "#);
}

#[test]
fn buttons_without_a_token_are_warned_of() {
    assert_snapshot!(warned(&desk_and("[web]\nactions = true")), @"
    warning: everybody with an account on this machine can use the actions of the pages
      --> w.toml:16:11
       |
    16 | actions = true
       |           ^^^^
       |
       = help: write `token_file`, or listen on a socket that only some may open
    ");
    assert!(warned(&desk_and("[web]\nactions = true\ntoken_file = 'key'")).is_empty());
    assert!(warned(&desk_and("[web]\nactions = true\nlisten = '/run/w.sock'")).is_empty());
}

#[test]
fn pages_change_at_the_next_start() {
    let (old, new) = (live(&desk_and("[web]")), live(&desk_and("[web]\ntoken_file = 'key'")));
    assert_eq!(difference(&old, &new).needs_restart, ["web"]);
    assert!(difference(&new, &new).needs_restart.is_empty());
    assert!(keep(&old, new).web.unwrap().token.is_none());
}

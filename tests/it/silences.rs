//! `wiredesk silences` through the real binary, beside a daemon that runs.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Origin},
    wire::{self, Entry, headline, text},
};

/// A paper that prints what a test wants, and a desk that reads it each second.
struct Paper {
    desk: Desk,
    printed: Arc<Mutex<Vec<Entry>>>,
    _origin: Origin,
}

impl Paper {
    async fn new() -> Self {
        let printed = Arc::<Mutex<Vec<Entry>>>::default();
        let shown = Arc::clone(&printed);
        let origin = Origin::start(move |_| {
            Answer::new(200, &[], wire::atom("post", &shown.lock().unwrap()))
        })
        .await;
        let desk = Desk::new(&format!(
            "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\ninterval = '1 s'\n\
             full_text = 'never'\n[alias]\ntopic = 'regatta'\n\
             [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
             [[recipient]]\nname = 'chief'\nemail = ['chief@desk.example']\nwait = '0 s'\n\
             [[rule]]\nname = 'all'\nquery = 'words:>1'\nnotify = ['desk', 'chief']\n",
            origin.address(),
            origin.url("/feed")
        ));
        Self { desk, printed, _origin: origin }
    }

    /// Prints a story and waits until its alert was made.
    fn print(&self, number: u64, before: &str) {
        let alerts = self.desk.export("alerts").len();
        self.printed.lock().unwrap().push(Entry {
            id: number.to_string(),
            title: format!("{before}{}", headline(number)),
            text: text(number),
            published: wiredesk::clock::Clock::System.now(),
        });
        until("the alert is made", || (self.desk.export("alerts").len() > alerts).then_some(()));
    }

    /// Prints one, and waits until so many mails are written in all.
    fn told(&self, number: u64, before: &str, mails: usize) {
        self.print(number, before);
        until("the mails are written", || (self.desk.mails().len() == mails).then_some(()));
    }

    fn said(&self, arguments: &[&str]) -> String {
        let answer = self.desk.answer(&[&["silences"], arguments].concat());
        let text = String::from_utf8([answer.stdout, answer.stderr].concat()).unwrap();
        format!("{}: {text}", answer.status.code().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_counts_at_once_beside_a_daemon_and_until_it_is_ended() {
    let paper = Paper::new().await;
    let daemon = paper.desk.run();
    paper.told(1, "", 2);
    let answer =
        paper.said(&["add", "--query", "$topic", "--for", "2d", "--note", "annual  event"]);
    assert!(
        answer.starts_with("0: silence 1: nothing is told of query “$topic” until "),
        "{answer}"
    );
    let answer =
        paper.said(&["add", "--rule", "all", "--recipient", "chief", "--until", "2999-01-31"]);
    let expected =
        "0: silence 2: nothing is told of rule all to `chief` until 2999-02-01T00:00:00Z\n";
    assert_eq!(answer, expected);

    paper.print(2, "Regatta: ");
    paper.told(3, "", 3);
    let listed = paper.said(&["list"]);
    let lines: Vec<_> = listed.lines().collect();
    assert!(
        lines[0].starts_with("0: silence 1: query “$topic”, from ")
            && lines[0].ends_with("kept back 1 alert"),
        "{listed}"
    );
    assert_eq!(lines[1], "    annual event");
    assert!(
        lines[2].starts_with("silence 2: rule all to `chief`, from ")
            && lines[2].ends_with("kept back 1 alert"),
        "{listed}"
    );
    let json: Vec<Value> = paper.said(&["list", "--json"])[3..]
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&json[1]["recipient"], &json[1]["alerts"]),
        (&Value::from("chief"), &Value::from(1))
    );

    assert_eq!(paper.desk.status()["silences"], 2);
    let answer = paper.said(&["end", "2"]);
    assert_eq!(answer, "0: silence 2 is over: rule all to `chief` is told again\n");
    paper.told(4, "", 5);
    assert!(daemon.terminate().success());

    let explained = paper.desk.answer(&["explain", "2"]);
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert!(explained.contains("decided: not told, a silence was over it"), "{explained}");
    assert!(
        explained.contains("not told to `desk` <desk@desk.example>: silence 1 (query “$topic”)"),
        "{explained}"
    );
    let alerts = paper.desk.export("alerts");
    assert_eq!(alerts[1]["silenced"].as_array().unwrap().len(), 2, "{}", alerts[1]);
    assert_eq!(alerts[2]["silenced"][0]["recipient"], "chief");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_silent_is_said() {
    let paper = Paper::new().await;
    paper.desk.once();
    let day = ["--for", "1d"];
    for (arguments, expected) in [
        (
            vec!["add", "--rule", "al", "--for", "1d"],
            "65: error: there is no rule `al` in the configuration: did you mean `all`?\n",
        ),
        (
            vec!["add", "--story", "9", "--for", "1d"],
            "65: error: there is no story 9; `wiredesk stories list` shows them\n",
        ),
        (
            vec!["add", "--rule", "all", "--until", "2001-01-01"],
            "64: error: 2001-01-02T00:00:00Z has passed: nothing would be silent\n",
        ),
        (
            vec!["add", "--rule", "all", "--for", "soon"],
            "64: error: `soon` is not a time such as `3d` or `12h`\n",
        ),
        (
            vec!["end", "9"],
            "65: error: there is no silence 9; `wiredesk silences list` shows them\n",
        ),
        (vec!["list"], "0: nothing is silent\n"),
    ] {
        assert_eq!(paper.said(&arguments), expected, "{arguments:?}");
    }
    let refused = paper.said(&[&["add", "--query", "a AND"][..], &day].concat());
    assert!(refused.starts_with("78: error[E") && refused.contains("--> query:1:"), "{refused}");
    assert!(paper.said(&["add", "--for", "1d"]).starts_with("64: "), "of what?");
    assert!(paper.said(&["add", "--rule", "all"]).starts_with("64: "), "until when?");
    paper.said(&["add", "--rule", "all", "--for", "1d"]);
    paper.said(&["end", "1"]);
    assert!(paper.said(&["end", "1"]).starts_with("65: error: silence 1 was over at "));
}

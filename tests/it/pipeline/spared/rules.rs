//! One story that many rules are true of is one mail that says so.

use std::time::Duration;

use mail_parser::MessageParser;
use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory},
};

use super::{
    super::{Entry, PAPERS, Watch, recorded, start},
    header,
};
use crate::support::wire::{headline, text};

/// Two names for one address, and rules that are true of one copy or the other.
fn config() -> String {
    let feed = |name: &str| {
        format!(
            "[[feed]]\nname = '{name}'\nurl = '{PAPERS}/{name}'\ninterval = '1 min'\nfull_text = 'never'\n"
        )
    };
    let rule = |number: usize, word: &str, who: &str| {
        format!("[[rule]]\nname = 'r{number}'\nquery = '{word}'\nnotify = {who}\n")
    };
    let (first, second) = (text(1), "Harbour");
    let of_both = first.split_whitespace().nth(40).unwrap();
    let desk = "['desk']";
    let rules = [
        rule(1, of_both, desk),
        rule(2, of_both, "['chief']"),
        rule(3, of_both, "['desk', 'chief']"),
        rule(4, second, desk),
        rule(5, second, "['chief']"),
        rule(6, second, "['chief', 'desk']"),
        rule(7, second, desk),
    ];
    format!("[fetch]\nallow = ['127.0.0.1:8080']\n{}{}", feed("post"), feed("courier"))
        + "[[recipient]]\nname = 'desk'\nemail = ['one@desk.example']\nwait = '5 min'\n\
           [[recipient]]\nname = 'chief'\nemail = ['one@desk.example', 'two@desk.example']\nwait = '4 min'\n"
        + &rules.concat()
}

fn copy(title: &str) -> Entry {
    Entry { id: "1".into(), title: title.into(), text: text(1), published: start() }
}

#[tokio::test(start_paused = true)]
async fn seven_rules_true_of_two_copies_are_one_mail_to_an_address_of_two_names() {
    let title = headline(1);
    let (harbour, corrected) = (format!("Harbour: {title}"), format!("CORRECTED: {title}"));
    let editions = [
        ("post", vec![copy(&title)]),
        ("courier", Vec::new()),
        ("courier", Vec::new()),
        ("courier", vec![copy(&harbour)]),
    ];
    let waits = std::iter::repeat_n(("post", vec![copy(&title)]), 10);
    let last = ("post", vec![copy(&corrected)]);
    let memory = Memory::default();
    let fetcher = recorded(editions.into_iter().chain(waits).chain([last]));
    let clock = Clock::simulated(start());
    let watch = Watch::new(&config(), fetcher, Mailer::Memory(memory.clone()), clock).await;
    watch.run(Duration::from_mins(30)).await;
    let mut mails: Vec<_> = memory
        .sent()
        .iter()
        .map(|mail| {
            let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
            let (reason, rules) =
                (header(&parsed, "X-Wiredesk-Reason"), header(&parsed, "X-Wiredesk-Rule"));
            format!("{}: {reason} for {rules}", mail.to)
        })
        .collect();
    mails.sort();
    assert_eq!(
        mails,
        [
            "one@desk.example: correction for r1, r2, r3, r4, r5, r6, r7",
            "one@desk.example: first for r1, r2, r3, r4, r5, r6, r7",
            "two@desk.example: correction for r2, r3, r5, r6",
            "two@desk.example: first for r2, r3, r5, r6",
        ]
    );
}

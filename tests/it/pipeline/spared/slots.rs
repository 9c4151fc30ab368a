//! Slots with nothing to tell, slots that were missed, and slots that are not there any more.

use std::{sync::Arc, time::Duration};

use mail_parser::MessageParser;
use wiredesk::{mail::Memory, model::RuleName, pipeline::InForce, store::NewSilence};

use super::{feeds, heard, retold, run, start, story, watch};
use crate::support::wire;

const WHO: &str = "
    [[recipient]]
    name = 'all'
    email = ['all@desk.example']
    send = 'daily 18:00'
    send_empty = true
    [[recipient]]
    name = 'some'
    email = ['some@desk.example']
    send = 'daily 18:00'
    [[rule]]
    name = 'any'
    query = 'words:>1'
    notify = ['all', 'some']
";

/// The same mails without what each of them tells.
fn slots(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
}

fn texts(memory: &Memory) -> Vec<String> {
    let text = |bytes: &[u8]| {
        MessageParser::default().parse(bytes).unwrap().body_text(0).unwrap().into_owned()
    };
    memory.sent().iter().map(|mail| text(&mail.bytes)).collect()
}

/// Why a message without alerts has none, in its words.
fn nothing(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("Nothing ")).unwrap_or_default();
    line.split_whitespace()
        .take(3 + usize::from(line.contains(" to tell ")))
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(start_paused = true)]
async fn a_slot_with_nothing_left_to_tell_is_an_empty_one() {
    // The first day brings nothing, the second what is withdrawn before the slot, the third what is
    // silenced, the fourth a story.
    let printed = [
        story(20, "post", 1),
        retold(22, "post", 1, "KILL: "),
        story(50, "courier", 2),
        story(80, "pilot", 3),
    ];
    let (watch, memory) = watch(WHO, &printed).await;
    run(&watch, 46).await;
    let watch = watch.restarted().await;
    let asked = NewSilence { rule: Some(RuleName::new("any")), ..NewSilence::default() };
    let (now, until) = (watch.context.clock.now(), start() + Duration::from_hours(70));
    watch.context.store.write(move |tx| tx.add_silence(&asked, until, now)).await.unwrap();
    run(&watch, 44).await;
    assert_eq!(
        slots(heard(&watch, &memory).await),
        ["12 18:00 all", "13 18:00 all", "14 18:00 all", "15 18:00 all", "15 18:00 some"]
    );
    let alerts: Vec<_> = watch
        .deliveries()
        .await
        .iter()
        .filter(|row| row.recipient.as_str() == "all" && row.state == "sent")
        .map(|row| row.alerts.len())
        .collect();
    assert_eq!(alerts, [0, 1, 0, 1], "what was withdrawn is in none");
    let said: Vec<_> = texts(&memory).iter().take(3).map(|text| nothing(text)).collect();
    assert_eq!(said, ["Nothing matched since", "Nothing to tell since", "Nothing to tell since"]);
}

#[tokio::test(start_paused = true)]
async fn missed_slots_are_caught_up_by_one_message_that_says_how_late_it_is() {
    let (watch, memory) = watch(WHO, &[story(1, "post", 1)]).await;
    run(&watch, 2).await;
    let watch = watch.restarted().await;
    tokio::time::advance(Duration::from_hours(70)).await;
    run(&watch, 20).await;
    assert_eq!(
        slots(heard(&watch, &memory).await),
        ["15 06:30 all", "15 06:30 some", "15 18:00 all"]
    );
    let late: Vec<_> = texts(&memory).iter().map(|text| text.contains("Late by ")).collect();
    assert_eq!(late, [true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_slot_that_is_late_in_the_night_comes_in_the_morning() {
    let who = WHO.replace("send_empty = true", "send_empty = true\nquiet = '22:00-07:00'");
    let (watch, memory) = watch(&who, &[]).await;
    run(&watch, 2).await;
    let watch = watch.restarted().await;
    tokio::time::advance(Duration::from_hours(15)).await;
    run(&watch, 24).await;
    assert_eq!(slots(heard(&watch, &memory).await), ["13 07:00 all", "13 18:00 all"]);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_no_more_has_no_message() {
    let (mut watch, memory) = watch(WHO, &[]).await;
    run(&watch, 1).await;
    let earlier = WHO.replacen("18:00", "09:00", 1);
    let without = WHO.replacen("send_empty = true", "", 1);
    for who in [earlier, without] {
        let live = wire::live(watch.folder.path(), &(feeds(&super::FEEDS) + &who));
        let old = watch.context.in_force();
        let (fetcher, mailer) = (old.fetcher.clone(), old.mailer.clone());
        watch.orders.send_replace(Arc::new(InForce { live, fetcher, mailer }));
        watch = watch.restarted().await;
        run(&watch, 14).await;
    }
    assert_eq!(slots(heard(&watch, &memory).await), ["12 09:00 all"]);
    assert_eq!(watch.deliveries().await.len(), 1, "nothing waits in vain");
}

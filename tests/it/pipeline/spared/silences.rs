//! Silences: what they keep back, what they do not, and what is told when they are over.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wiredesk::{
    model::{ArticleId, RecipientName, RuleName, StoryId},
    store::{NewSilence, ReadTx},
};

use super::{super::Watch, heard, retold, run, saying, start, story, watch};
use crate::support::wire::headline;

const WHO: &str = "
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    [[recipient]]
    name = 'chief'
    email = ['chief@desk.example']
    [[rule]]
    name = 'all'
    query = 'words:>1'
    notify = ['desk', 'chief']
";

async fn silence(watch: &Watch, asked: NewSilence, hours: i64) {
    let (now, until) = (watch.context.clock.now(), start() + SignedDuration::from_hours(hours));
    watch.context.store.write(move |tx| tx.add_silence(&asked, until, now)).await.unwrap();
}

async fn decisions(watch: &Watch, article: i64) -> Vec<Option<String>> {
    let article = ArticleId(article);
    let matches = watch.context.store.read(move |tx| tx.matches_of(article)).await.unwrap();
    matches.into_iter().map(|found| found.decision).collect()
}

/// What no message to the desk counts yet: notes, and how many alerts each kept back.
async fn uncounted(watch: &Watch) -> Vec<(String, u32)> {
    let all = |tx: &ReadTx<'_>| tx.uncounted("desk@desk.example", tx.newest_alert()?);
    let rows = watch.context.store.read(all).await.unwrap();
    rows.into_iter().map(|(row, alerts)| (row.asked.note.unwrap_or_default(), alerts)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_silenced_stays_so_until_there_is_something_new() {
    let printed = [
        story(1, "post", 1),
        story(2, "courier", 1),
        // Here the silence is over.
        story(4, "pilot", 1),
        story(5, "courier", 2),
        retold(6, "post", 1, "CORRECTED: "),
        retold(7, "post", 1, "KILL: "),
    ];
    let (watch, memory) = watch(WHO, &printed).await;
    let all = NewSilence {
        rule: Some(RuleName::new("all")),
        recipient: Some(RecipientName::new("desk")),
        note: Some("known since Monday".into()),
        ..NewSilence::default()
    };
    silence(&watch, all, 3).await;
    run(&watch, 3).await;
    let watch = watch.restarted().await;
    assert_eq!(uncounted(&watch).await, [("known since Monday".to_owned(), 1)]);
    watch.run(Duration::from_hours(2)).await;
    let watch = watch.restarted().await;
    assert_eq!(uncounted(&watch).await, [], "a message counts it once");
    let [counts] = saying(&memory, "known since Monday").try_into().unwrap();
    assert!(counts.contains("rule all"), "{counts}");
    run(&watch, 2).await;
    assert_eq!(saying(&memory, "known since Monday").len(), 1);
    assert_eq!(
        heard(&watch, &memory).await,
        [
            "12 07:02 chief: first 1",
            "12 11:02 chief: first 1",
            "12 11:02 desk: first 1",
            "12 12:02 chief: correction 1",
            "12 12:02 desk: correction 1",
            "12 13:00 chief: kill 1",
            "12 13:00 desk: kill 1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_kill_of_what_was_told_is_told_in_silence_and_no_other() {
    let printed = [
        story(1, "post", 1),
        retold(3, "post", 1, "CORRECTED: "),
        retold(4, "post", 1, "KILL: "),
        story(3, "courier", 2),
        retold(5, "courier", 2, "KILL: "),
        story(12, "pilot", 3),
    ];
    let (watch, memory) = watch(WHO, &printed).await;
    run(&watch, 1).await;
    let watch = watch.restarted().await;
    silence(&watch, NewSilence { story: Some(StoryId(1)), ..NewSilence::default() }, 10).await;
    let query = Some(format!("title:\"{}\"", headline(2)));
    silence(&watch, NewSilence { query, ..NewSilence::default() }, 10).await;
    watch.run(Duration::from_hours(2)).await;
    let watch = watch.restarted().await;
    assert_eq!(decisions(&watch, 2).await, [Some("silenced".to_owned())]);
    watch.run(Duration::from_hours(7)).await;
    let alerts = |tx: &ReadTx<'_>| tx.alerts_since(Timestamp::MIN);
    let watch = watch.restarted().await;
    let alerts = watch.context.store.read(alerts).await.unwrap();
    assert_eq!(alerts.len(), 5, "each is recorded: {alerts:?}");
    run(&watch, 3).await;
    assert_eq!(
        heard(&watch, &memory).await,
        [
            "12 07:02 chief: first 1",
            "12 07:02 desk: first 1",
            "12 10:00 chief: kill 1",
            "12 10:00 desk: kill 1",
            "12 18:02 chief: first 1",
            "12 18:02 desk: first 1",
        ]
    );
}

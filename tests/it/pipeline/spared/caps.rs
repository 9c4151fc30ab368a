//! At most so many messages: the rest is one digest, nothing is lost, and nothing urgent waits.

use super::{folded, heard, retold, run, saying, story, watch};

const WHO: &str = "
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    at_most = '5 per hour'
    [[rule]]
    name = 'all'
    query = 'words:>1'
    notify = ['desk']
    [[rule]]
    name = 'urgent'
    query = 'flashpoint'
    notify = ['desk']
    priority = 'flash'
";

#[tokio::test(start_paused = true)]
async fn what_comes_beyond_a_cap_is_one_digest_and_nothing_urgent_waits() {
    let mut printed: Vec<_> = (0..30).map(|number| story(0, "post", number)).collect();
    printed.extend((30..33).map(|number| story(1, "post", number)));
    printed.extend((33..43).map(|number| story(2, "post", number)));
    printed.push(retold(2, "courier", 50, "Flashpoint: "));
    printed.push(retold(3, "post", 0, "KILL: "));
    let (watch, memory) = watch(WHO, &printed).await;
    run(&watch, 6).await;
    assert_eq!(
        folded(heard(&watch, &memory).await),
        [
            "12 06:02 desk: first 1 x5",
            // What was too much, and there is room for three more.
            "12 07:02 desk: first 1 x3",
            "12 07:02 desk: first 25 x1",
            // Five, and what is flash.
            "12 08:02 desk: first 1 x6",
            "12 09:00 desk: kill 1 x1",
            "12 09:02 desk: first 5 x1",
        ]
    );
    let mut digests = saying(&memory, "5 per hour");
    digests.retain(|text| text.contains("25 "));
    assert_eq!(digests.len(), 1, "it says of how many it is made, and why: {digests:?}");
    let rows = watch.deliveries().await;
    let told: usize = rows.iter().map(|row| row.alerts.len()).sum();
    let store = &watch.context.store;
    let alerts = store.read(|tx| tx.alerts_since(jiff::Timestamp::MIN)).await.unwrap();
    assert_eq!(told, alerts.len(), "each alert is told, and told once");
    let digest = rows.iter().find(|row| row.alerts.len() == 25).unwrap().id;
    let digest = store.read(move |tx| tx.gathering_of(digest)).await.unwrap().unwrap();
    assert_eq!((digest.folded, digest.waited), (25, 0), "it says how many were too much");
}

#[tokio::test(start_paused = true)]
async fn a_cap_is_that_of_an_address_under_all_its_names() {
    let chief = WHO
        .replace("desk'\n    email", "chief'\n    email")
        .replace("notify = ['desk']", "notify = ['chief']");
    let chief = chief.replace("'all'", "'others'").replace("'urgent'", "'urgently'");
    let who = WHO.replace("words:>1", "feed:post") + &chief.replace("words:>1", "feed:pilot");
    let mut printed: Vec<_> = (0..4).map(|number| story(0, "post", number)).collect();
    printed.extend((4..8).map(|number| story(0, "pilot", number)));
    let (watch, memory) = watch(&who, &printed).await;
    run(&watch, 2).await;
    assert_eq!(
        folded(heard(&watch, &memory).await),
        ["12 06:02 desk: first 1 x5", "12 07:02 desk: first 3 x1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_cap_counts_across_a_restart() {
    let mut printed: Vec<_> = (0..4).map(|number| story(0, "post", number)).collect();
    printed.extend((4..8).map(|number| story(1, "post", number)));
    let who = WHO.replace("5 per hour", "5 per 3 hours");
    let (watch, memory) = watch(&who, &printed).await;
    run(&watch, 0).await;
    let watch = watch.restarted().await;
    run(&watch, 5).await;
    assert_eq!(
        folded(heard(&watch, &memory).await),
        ["12 06:02 desk: first 1 x4", "12 07:02 desk: first 1 x1", "12 09:02 desk: first 3 x1",]
    );
}

//! Several feeds of one host.

use std::{net::IpAddr, time::Duration};

use super::*;

const HOUR: Duration = Duration::from_hours(1);

/// Six feeds of one house and one of another.
const PAPERS: [&str; 7] = [
    "a.post.co.uk",
    "b.post.co.uk",
    "c.post.co.uk",
    "d.post.co.uk",
    "e.post.co.uk",
    "f.post.co.uk",
    "gazette.example",
];

fn all_well() -> Vec<(String, Result<Reply, FetchError>)> {
    PAPERS.iter().map(|paper| shows(paper, &entries(0..3))).collect()
}

/// When each poll of these feeds began, in order.
async fn starts(watch: &Watch, papers: &[&str]) -> Vec<Timestamp> {
    let mut starts = Vec::new();
    for paper in papers {
        starts.extend(polls(&watch.context, paper).await.iter().map(|poll| poll.at));
    }
    starts.sort_unstable();
    starts
}

/// The least time between two polls, in milliseconds.
fn least(starts: &[Timestamp]) -> i128 {
    starts.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_millis()).min().unwrap()
}

#[tokio::test(start_paused = true)]
async fn polls_of_one_house_start_a_second_apart() {
    let watch = watch(&PAPERS, all_well()).await;
    watch.run(3 * HOUR).await;
    let starts = starts(&watch, &PAPERS[..6]).await;
    assert!(starts.len() >= 12 && least(&starts) >= 1000, "{starts:?}");
    let other = polls(&watch.context, "gazette.example").await;
    assert_eq!(other.last().unwrap().at, hour(0), "the other house need not wait");
}

#[tokio::test(start_paused = true)]
async fn polls_of_one_round_by_hand_are_spaced_too() {
    let watch = watch(&PAPERS, all_well()).await;
    let (polls, _) = daemon::poll_round(&watch.context).await.unwrap();
    assert_eq!(polls, 7);
    assert!(least(&starts(&watch, &PAPERS[..6]).await) >= 1000);
}

#[tokio::test(start_paused = true)]
async fn houses_on_one_address_are_spaced_as_one() {
    let on_one_address = |mut script: Vec<(String, Result<Reply, FetchError>)>| {
        for (_, reply) in &mut script {
            reply.as_mut().unwrap().peer = Some("203.0.113.7".parse::<IpAddr>().unwrap());
        }
        script
    };
    let papers = ["one.example", "two.example", "three.example"];
    let script = papers.iter().map(|paper| shows(paper, &entries(0..3))).collect();
    let watch = watch(&papers, on_one_address(script)).await;
    watch.run(Duration::from_secs(30)).await;
    let first = starts(&watch, &papers).await;
    assert_eq!(first, [hour(0); 3], "nobody knew");
    // All are due at one moment.
    let due = watch.context.store.write(|tx| {
        for paper in ["one.example", "two.example", "three.example"] {
            tx.put_off(&FeedName::new(paper), hour(1))?;
        }
        Ok(())
    });
    due.await.unwrap();
    watch.run(Duration::from_mins(119)).await;
    let second = starts(&watch, &papers).await;
    assert!(second.len() >= 6 && least(&second[3..6]) >= 1000, "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn a_host_of_ones_own_has_the_pace_that_is_set() {
    let config = "[[host]]\nname = 'post.co.uk'\nconnections = 4\ngap = '0 s'\n";
    let watch = watch_with(config, &PAPERS, all_well()).await;
    watch.run(Duration::from_secs(30)).await;
    assert_eq!(starts(&watch, &PAPERS[..6]).await, [hour(0); 6]);

    let config = "[[host]]\nname = 'post.co.uk'\ngap = '10 s'\n";
    let watch = watch_with(config, &PAPERS, all_well()).await;
    watch.run(Duration::from_secs(70)).await;
    assert_eq!(least(&starts(&watch, &PAPERS[..6]).await), 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asks_for_patience_is_spared_with_all_its_feeds() {
    let mut script = all_well();
    script.insert(0, fails("a.post.co.uk", ProblemKind::Throttled));
    let watch = watch(&PAPERS, script).await;
    watch.run(12 * HOUR).await;
    for paper in &PAPERS[..6] {
        let feed = feed(&watch.context, paper).await;
        assert_eq!(feed.health(hour(12)).state.as_str(), "slow", "{paper}");
        let starts: Vec<_> = starts(&watch, &[paper]).await;
        assert!(least(&starts) >= 3_600_000, "{paper}: {starts:?}");
        let pause = feed.due_at.duration_since(feed.state.last_poll.unwrap());
        assert!(pause.as_mins() >= 120, "twice the usual: {pause:#}");
    }
    let other = feed(&watch.context, "gazette.example").await;
    assert_eq!(other.slowed_until, None);
    watch.run(18 * HOUR).await;
    let spared = feed(&watch.context, "b.post.co.uk").await;
    assert_eq!(spared.health(hour(30)).state.as_str(), "ok", "after a day it is forgotten");
}

#[tokio::test(start_paused = true)]
async fn retry_after_holds_for_all_feeds_of_the_host() {
    let mut script = all_well();
    let mut throttled = fails("a.post.co.uk", ProblemKind::Throttled);
    throttled.1.as_mut().unwrap_err().hints.retry_after = Some(5 * HOUR);
    script.insert(0, throttled);
    let watch = watch(&PAPERS, script).await;
    watch.run(4 * HOUR).await;
    for paper in &PAPERS[..6] {
        let feed = feed(&watch.context, paper).await;
        // Those that were asked before the host said so were asked once.
        assert!(feed.polls <= 1 && feed.due_at >= hour(5), "{paper}: {}", feed.due_at);
    }
    assert!(feed(&watch.context, "gazette.example").await.polls > 1);
}

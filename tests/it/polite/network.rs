//! Outages of our own network.

use std::time::Duration;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

const PAPERS: [&str; 5] =
    ["one.example", "two.example", "three.example", "four.example", "five.example"];

/// Each paper is well at first, fails in this way at the next polls, and is well again.
fn script(failures: usize, kind: ProblemKind) -> Vec<(String, Result<Reply, FetchError>)> {
    let mut script = Vec::new();
    for paper in PAPERS {
        script.push(shows(paper, &entries(0..3)));
        script.extend((0..failures).map(|_| fails(paper, kind)));
        script.push(shows(paper, &entries(0..4)));
    }
    script
}

#[tokio::test(start_paused = true)]
async fn when_nobody_can_be_reached_no_feed_is_blamed() {
    let watch = watch(&PAPERS, script(3, ProblemKind::Dns)).await;
    watch.run(2 * HOUR).await;
    let outage = watch.context.store.read(|tx| tx.outage()).await.unwrap().unwrap();
    assert!(outage.hosts >= 3 && outage.since > hour(0), "{outage:?}");
    for paper in PAPERS {
        let feed = feed(&watch.context, paper).await;
        assert_eq!((feed.state.failures, feed.state.problem.clone()), (0, None), "{paper}");
        assert_eq!(feed.health(hour(2)).state.as_str(), "ok");
        let pauses = polls(&watch.context, paper).await;
        assert!(pauses.len() >= 2, "asked at the usual pace");
    }
    watch.run(6 * HOUR).await;
    assert_eq!(watch.context.store.read(|tx| tx.outage()).await.unwrap(), None);
    for paper in PAPERS {
        let feed = feed(&watch.context, paper).await;
        assert_eq!((feed.state.failures, feed.articles), (0, 4), "{paper}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_what_was_missed_is_asked_soon() {
    let watch = watch(&PAPERS, script(2, ProblemKind::Connect)).await;
    watch.run(8 * HOUR).await;
    let mut first_success = Vec::new();
    for paper in PAPERS {
        let polls = polls(&watch.context, paper).await;
        let after = polls.iter().rev().skip_while(|poll| poll.outcome == "fresh");
        first_success
            .extend(after.filter(|poll| poll.outcome == "fresh").map(|poll| poll.at).min());
    }
    assert_eq!(first_success.len(), 5);
    let (first, last) = (first_success.iter().min().unwrap(), first_success.iter().max().unwrap());
    assert!(last.duration_since(*first).as_mins() <= 6, "{first_success:?}");
}

#[tokio::test(start_paused = true)]
async fn servers_that_answer_with_failures_are_to_blame() {
    let watch = watch(&PAPERS, script(3, ProblemKind::Status)).await;
    watch.run(2 * HOUR).await;
    assert_eq!(watch.context.store.read(|tx| tx.outage()).await.unwrap(), None);
    for paper in PAPERS {
        assert!(feed(&watch.context, paper).await.state.failures > 0, "{paper}");
    }
}

#[tokio::test(start_paused = true)]
async fn hosts_that_stay_away_when_others_answer_are_to_blame() {
    for has_been_well in [false, true] {
        let mut script: Vec<_> =
            PAPERS[3..].iter().map(|paper| shows(paper, &entries(0..3))).collect();
        for paper in &PAPERS[..3] {
            script.extend(has_been_well.then(|| shows(paper, &entries(0..3))));
            script.push(fails(paper, ProblemKind::Dns));
        }
        let watch = watch(&PAPERS, script).await;
        watch.run(12 * HOUR).await;
        assert_eq!(watch.context.store.read(|tx| tx.outage()).await.unwrap(), None);
        for paper in &PAPERS[..3] {
            let feed = feed(&watch.context, paper).await;
            assert!(feed.state.failures >= 3, "{paper}: {}", feed.state.failures);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_alone_is_to_blame() {
    let mut script: Vec<_> = PAPERS[1..].iter().map(|paper| shows(paper, &entries(0..3))).collect();
    script.push(fails("one.example", ProblemKind::Dns));
    let watch = watch(&PAPERS, script).await;
    watch.run(4 * HOUR).await;
    assert_eq!(watch.context.store.read(|tx| tx.outage()).await.unwrap(), None);
    assert!(feed(&watch.context, "one.example").await.state.failures > 1);
}

//! Clocks that are set, machines that sleep, and starts with everything due.

use std::time::Duration;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn papers() -> Vec<String> {
    (0..60).map(|number| format!("paper{number}.example")).collect()
}

async fn many() -> (Vec<String>, Watch) {
    let papers = papers();
    let names: Vec<_> = papers.iter().map(String::as_str).collect();
    let script = names.iter().map(|paper| shows(paper, &entries(0..3))).collect();
    let watch = watch(&names, script).await;
    (papers, watch)
}

/// Polls of each paper so far.
async fn counts(watch: &Watch, papers: &[String]) -> Vec<u64> {
    let mut counts = Vec::new();
    for paper in papers {
        counts.push(feed(&watch.context, paper).await.polls);
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_neither_brings_polls_forward_nor_stalls_them() {
    for hours in [-30, 7] {
        let (papers, watch) = many().await;
        let clock = watch.context.clock;
        let (before, ()) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_mins(20)).await;
                clock.set(SignedDuration::from_hours(hours));
                tokio::time::sleep(Duration::from_mins(20)).await;
                counts(&watch, &papers).await
            },
            watch.run(3 * HOUR)
        );
        assert_eq!(before, [1; 60], "{hours}: nobody is due within forty minutes");
        let after = counts(&watch, &papers).await;
        assert!(after.iter().all(|polls| (2..=3).contains(polls)), "{hours}: {after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_sleep_each_feed_is_asked_once_and_not_all_at_one_moment() {
    let (papers, watch) = many().await;
    let (starts, ()) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_mins(20)).await;
            tokio::time::advance(8 * HOUR).await;
            tokio::time::sleep(Duration::from_mins(20)).await;
            let mut starts = Vec::new();
            for paper in &papers {
                let polls = polls(&watch.context, paper).await;
                assert_eq!(polls.len(), 2, "{paper}");
                starts.push(polls[0].at);
            }
            starts
        },
        watch.run(9 * HOUR)
    );
    assert_spread(starts, hour(8));
}

#[tokio::test(start_paused = true)]
async fn a_start_with_everything_due_is_spread() {
    let (papers, watch) = many().await;
    watch.run(Duration::from_mins(1)).await;
    tokio::time::advance(50 * HOUR).await;
    let now = watch.context.clock.now();
    daemon::take_over(&watch.context, FirstPolls::Spread).await.unwrap();
    let mut due = Vec::new();
    for paper in &papers {
        due.push(feed(&watch.context, paper).await.due_at);
    }
    assert_spread(due, now);
}

/// Sixty feeds are spread over two minutes.
fn assert_spread(mut moments: Vec<Timestamp>, from: Timestamp) {
    moments.sort_unstable();
    let spread = moments[59].duration_since(moments[0]).as_secs();
    assert!(moments[0] >= from && (60..=125).contains(&spread), "{spread} s");
    let crowd = moments.windows(7).map(|some| some[6].duration_since(some[0]).as_secs()).min();
    assert!(crowd.unwrap() >= 1, "{moments:?}");
}

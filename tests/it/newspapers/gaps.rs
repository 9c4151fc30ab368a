//! Gaps in captured newspapers: each that a plain reading finds is noted, and no other.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use wiredesk::{
    clock::Clock,
    fetch::{Fetcher, Reply},
    mail::{Mailer, Memory},
};

use super::captures::{self, Paper};
use crate::{
    pipeline::{Watch, start},
    support::data,
};

/// One capture of so many is seen.
const STEPS: [usize; 3] = [1, 2, 4];

/// Captures of a paper, of which each is one poll.
const CAPTURES: usize = 48;

#[tokio::test(start_paused = true)]
async fn each_gap_of_captured_newspapers_is_noted_and_no_other() {
    let Some(folder) = data("feeds") else { return };
    let papers = captures::papers(&folder.join("timeline"), CAPTURES);
    for step in STEPS {
        let found = watched(&papers, step).await;
        let expected: Vec<_> = papers.iter().map(|paper| expected(paper, step)).collect();
        let all: usize = expected.iter().map(BTreeSet::len).sum();
        for ((paper, found), expected) in papers.iter().zip(found).zip(expected) {
            assert_eq!(found, expected, "{}, one capture of {step}", paper.name);
        }
        eprintln!("one capture of {step}: {all} gaps in {} papers", papers.len());
    }
}

/// The polls, counted from 0, that have nothing in common with the one before.
fn expected(paper: &Paper, step: usize) -> BTreeSet<i64> {
    let ids = |document: &String| -> BTreeSet<String> {
        captures::read(document).into_iter().map(|item| item.id).collect()
    };
    let shown: Vec<_> = paper.editions.iter().step_by(step).map(ids).collect();
    (1..)
        .zip(shown.windows(2))
        .filter(|(_, pair)| !pair[1].is_empty() && pair[0].is_disjoint(&pair[1]))
        .map(|(poll, _)| poll)
        .collect()
}

/// The polls before which the daemon notes a gap, for each paper.
async fn watched(papers: &[Paper], step: usize) -> Vec<BTreeSet<i64>> {
    let url = |paper: &Paper| format!("http://127.0.0.1:8080/{}", paper.name);
    let feed = |paper: &Paper| {
        format!("[[feed]]\nname = '{}'\nurl = '{}'\ninterval = '1 h'\n", paper.name, url(paper))
    };
    let config = "[fetch]\nallow = ['127.0.0.1:8080']\n".to_owned()
        + &papers.iter().map(feed).collect::<String>()
        + "[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
           [[rule]]\nname = 'nothing'\nquery = 'Atlantis'\nnotify = ['desk']\n";
    let script = papers.iter().flat_map(|paper| {
        let editions = paper.editions.iter().step_by(step);
        editions.map(|edition| (url(paper), Ok(Reply::document(url(paper), edition.as_str()))))
    });
    let fetcher = Fetcher::recorded(script.collect::<Vec<_>>());
    let mailer = Mailer::Memory(Memory::default());
    let watch = Watch::new(&config, fetcher, mailer, Clock::simulated(start())).await;
    let hours = u64::try_from(CAPTURES.div_ceil(step)).unwrap();
    watch.run(Duration::from_mins(60 * hours - 30)).await;
    let mut found = Vec::new();
    for paper in papers {
        let feeds = watch.context.store.read(|tx| tx.feeds()).await.unwrap();
        let feed = feeds.into_iter().find(|feed| feed.state.name.as_str() == paper.name).unwrap();
        assert_eq!((feed.polls, feed.state.problem), (hours, None), "{}", paper.name);
        let gaps = watch.context.store.read(move |tx| tx.gaps(feed.state.id)).await.unwrap();
        found.push(gaps.into_iter().map(|gap| poll(gap.until)).collect());
    }
    found
}

/// Which poll began at that moment; there is one each hour.
fn poll(at: Timestamp) -> i64 {
    (at.duration_since(start()).as_mins() + 30) / 60
}

//! Forgets what is too old, a slice at a time, so that nobody waits long for the writer.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    config::Live,
    store::{Store, StoreError, WriteTx},
};

type Step = fn(&WriteTx<'_>, Timestamp) -> Result<usize, StoreError>;

/// What was forgotten of one kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Forgotten {
    /// Of what: `articles`, `stories` and so on.
    pub kind: &'static str,
    /// How many.
    pub rows: usize,
}

/// Forgets what the configuration does not keep at `now`, as long as `go_on`, which is asked after
/// each slice, says so. Returns what was forgotten, kinds of which nothing was among them.
pub async fn tidy(
    store: &Store,
    live: &Live,
    now: Timestamp,
    go_on: impl Fn() -> bool,
) -> Result<Vec<Forgotten>, StoreError> {
    let limits = &live.limits;
    let steps: [(&str, Step, Duration); 6] = [
        ("sketches", |tx, before| tx.prune_sketches(before), live.story.window),
        ("articles", |tx, before| tx.prune_articles(before), limits.retention),
        ("pages", |tx, before| tx.prune_pages(before), limits.retention),
        ("stories", |tx, before| tx.prune_stories(before), limits.retention),
        ("alerts", |tx, before| tx.prune_alerts(before), limits.alert_retention),
        ("silences", |tx, before| tx.prune_silences(before), limits.alert_retention),
    ];
    let mut forgotten = Vec::new();
    for (kind, step, age) in steps {
        let before = now - age;
        let mut rows = 0;
        loop {
            let deleted = store.write(move |tx| step(tx, before)).await?;
            rows += deleted;
            if !go_on() || deleted == 0 {
                break;
            }
        }
        forgotten.push(Forgotten { kind, rows });
        if !go_on() {
            break;
        }
    }
    Ok(forgotten)
}

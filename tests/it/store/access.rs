//! A feed that is asked for in another way than before.

use wiredesk::{
    model::{FeedName, PollOutcome, Problem, ProblemKind},
    store::PollEnd,
};

use super::{Shelf, day, end, minute, start};

impl Shelf {
    /// Ends the poll that is claimed with this problem; the feed is due in ten days.
    async fn fail(&self, name: &str, kind: ProblemKind) {
        let claimed = self.claim(name, start()).await;
        let problem = Problem::new(kind, "the server answered 401");
        let ended = PollEnd {
            outcome: PollOutcome::Failed { problem },
            failures: 1,
            next_due: day(10),
            ..end(0, start())
        };
        let written =
            self.store.write(move |tx| tx.finish_poll(claimed.state.id, &claimed.claim, &ended));
        assert!(written.await.unwrap());
        self.store.write(|tx| tx.release_claims(start())).await.unwrap();
    }

    async fn key(&self, name: &'static str, mark: u16) {
        let name = FeedName::new(name);
        self.store.write(move |tx| tx.sync_access(&name, mark, minute(1))).await.unwrap();
    }
}

#[tokio::test]
async fn another_key_makes_a_refused_feed_due() {
    let shelf = Shelf::new().await;
    for (name, kind) in [
        ("post", ProblemKind::Forbidden),
        ("courier", ProblemKind::NotAFeed),
        ("wire", ProblemKind::Throttled),
    ] {
        shelf.fail(name, kind).await;
        let refused = shelf.feed(name).await.due_at;
        shelf.key(name, 0).await;
        assert_eq!(shelf.feed(name).await.due_at, refused, "{name}: nothing changed");
        shelf.key(name, 7).await;
        let due = if kind == ProblemKind::Throttled { refused } else { minute(1) };
        assert_eq!(shelf.feed(name).await.due_at, due, "{name}: another key");
    }
    // Refused again; at the next start the key is the same.
    shelf.store.write(|tx| tx.release_claims(minute(1))).await.unwrap();
    let claimed = shelf.claim("post", minute(2)).await;
    let problem = Problem::new(ProblemKind::Forbidden, "the server answered 401");
    let outcome = PollOutcome::Failed { problem };
    let ended = PollEnd { outcome, next_due: day(1), ..end(0, minute(2)) };
    let written =
        shelf.store.write(move |tx| tx.finish_poll(claimed.state.id, &claimed.claim, &ended));
    assert!(written.await.unwrap());
    shelf.key("post", 7).await;
    assert_eq!(shelf.feed("post").await.due_at, day(1));
    shelf.key("post", 0).await;
    assert_eq!(shelf.feed("post").await.due_at, minute(1), "no key is another way too");
}

#[tokio::test]
async fn a_feed_that_is_well_is_not_asked_sooner() {
    let shelf = Shelf::new().await;
    let claimed = shelf.claim("post", start()).await;
    shelf.commit(&claimed, &[], start()).await.unwrap();
    let due = shelf.feed("post").await.due_at;
    shelf.store.write(move |tx| tx.sync_access(&FeedName::new("post"), 7, start())).await.unwrap();
    assert_eq!(shelf.feed("post").await.due_at, due);
}

#[tokio::test]
async fn a_poll_with_the_old_key_changes_nothing() {
    let shelf = Shelf::new().await;
    let claimed = shelf.claim("post", start()).await;
    shelf.key("post", 7).await;
    assert!(shelf.commit(&claimed, &[], start()).await.unwrap().stale);
    assert_eq!(shelf.feed("post").await.due_at, minute(1));
}

//! The outbox: what is promised is told once, in bytes that never change.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wiredesk::{
    alert::Reason,
    model::{AlertId, ArticleId, Generation, RecipientName, RuleName, StoryId},
    store::{ClaimedDelivery, DeliveryRow, Ended, Frozen, NewAlert, Promise, Store},
};

use super::{Shelf, minute, start};

const LEASE: Duration = Duration::from_mins(30);

/// An alert about a story of its own, promised to the desk, and its delivery.
async fn promise(store: &Store, of: i64, due: Timestamp, now: Timestamp) -> i64 {
    let promised = store.write(move |tx| {
        let (rule, reason) = (RuleName::new("all"), Reason::First);
        let alert = tx.make_alert(&NewAlert {
            rule: &rule,
            story: StoryId(of),
            reason: &reason,
            article: ArticleId(of),
            words: 90,
            origins: 1,
            priority: None,
            generation: Generation(1),
            now,
        })?;
        let delivery = tx.enqueue(&Promise {
            alert: alert.unwrap(),
            recipient: &RecipientName::new("desk"),
            address: "one@desk.example",
            alike: &[RecipientName::new("desk")],
            gathers: "slot",
            due,
            waits: false,
            domain: "desk.example",
            now,
        })?;
        Ok(delivery.0)
    });
    promised.await.unwrap()
}

async fn claim(store: &Store, now: Timestamp) -> Vec<ClaimedDelivery> {
    store.write(move |tx| tx.claim_deliveries(now, LEASE, 10)).await.unwrap()
}

async fn freeze(store: &Store, claimed: &ClaimedDelivery, newest: i64, text: &str) -> bool {
    let frozen = Frozen { sender: "wire@desk.example".into(), bytes: text.into() };
    let claimed = claimed.clone();
    store.write(move |tx| tx.freeze(&claimed, AlertId(newest), &frozen)).await.unwrap()
}

async fn finish(store: &Store, claimed: &ClaimedDelivery, ended: Ended, now: Timestamp) -> bool {
    let claimed = claimed.clone();
    store.write(move |tx| tx.finish_delivery(&claimed, &ended, now)).await.unwrap()
}

async fn all(store: &Store) -> Vec<DeliveryRow> {
    store.read(|tx| tx.deliveries_since(Timestamp::MIN)).await.unwrap()
}

fn sent() -> Ended {
    Ended::Sent { reply: "250 taken".into() }
}

#[tokio::test]
async fn an_alert_is_made_once() {
    let shelf = Shelf::new().await;
    promise(&shelf.store, 1, minute(2), start()).await;
    let again = shelf.store.write(|tx| {
        let (rule, reason) = (RuleName::new("all"), Reason::First);
        tx.make_alert(&NewAlert {
            rule: &rule,
            story: StoryId(1),
            reason: &reason,
            article: ArticleId(7),
            words: 900,
            origins: 2,
            priority: None,
            generation: Generation(2),
            now: minute(1),
        })
    });
    assert_eq!(again.await.unwrap(), None);
}

#[tokio::test]
async fn alerts_gather_until_the_message_is_frozen() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    let first = promise(&store, 1, minute(10), start()).await;
    assert_eq!(promise(&store, 2, minute(5), start()).await, first);
    assert_eq!(store.read(|tx| tx.next_delivery_due()).await.unwrap(), Some(minute(5)));
    assert_eq!(claim(&store, minute(4)).await, []);
    let [claimed] = claim(&store, minute(5)).await.try_into().unwrap();
    assert_eq!((&claimed.frozen, claimed.due_at), (&None, minute(5)));
    // One that comes while the message is being made is in it, or the message is made again.
    assert_eq!(promise(&store, 3, minute(6), minute(5)).await, first);
    assert!(!freeze(&store, &claimed, 2, "two alerts").await);
    assert!(freeze(&store, &claimed, 3, "three alerts").await);
    assert!(!freeze(&store, &claimed, 3, "other bytes").await, "once is enough");
    let second = promise(&store, 4, minute(7), minute(5)).await;
    assert_ne!(second, first);
    assert!(finish(&store, &claimed, sent(), minute(6)).await);

    let rows = all(&store).await;
    assert_eq!(rows[0].alerts, [1, 2, 3].map(AlertId));
    assert_eq!(rows[1].alerts, [AlertId(4)]);
    assert_ne!(rows[0].message_id, rows[1].message_id);
    assert!(rows.iter().all(|row| row.message_id.ends_with("@desk.example")));
    assert_eq!((rows[0].state.as_str(), rows[0].ended_at), ("sent", Some(minute(6))));
    assert_eq!(rows[0].reply.as_deref(), Some("250 taken"));
}

/// While a message is made, its story is killed: what was read for it is no longer true, although
/// the kill is nothing that this address is to be told.
#[tokio::test]
async fn a_message_whose_story_was_killed_meanwhile_is_made_again() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    promise(&store, 1, start(), start()).await;
    let [claimed] = claim(&store, start()).await.try_into().unwrap();
    let killed = store.write(|tx| {
        tx.make_alert(&NewAlert {
            rule: &RuleName::new("all"),
            story: StoryId(1),
            reason: &Reason::Kill { article: ArticleId(1), revision: 1 },
            article: ArticleId(1),
            words: 90,
            origins: 1,
            priority: None,
            generation: Generation(1),
            now: start(),
        })
    });
    assert_eq!(killed.await.unwrap(), Some(AlertId(2)));
    assert!(!freeze(&store, &claimed, 1, "as news").await);
    assert!(freeze(&store, &claimed, 2, "without it").await);
}

#[tokio::test]
async fn the_bytes_of_the_first_attempt_are_those_of_every_other() {
    let shelf = Shelf::new().await;
    promise(&shelf.store, 1, start(), start()).await;
    let [first] = claim(&shelf.store, start()).await.try_into().unwrap();
    assert!(freeze(&shelf.store, &first, 1, "as it was").await);
    let again = Ended::Again { at: minute(3), error: "451 later".into() };
    assert!(finish(&shelf.store, &first, again, minute(1)).await);
    let [row] = all(&shelf.store).await.try_into().unwrap();
    assert_eq!((row.state.as_str(), row.attempts, row.due_at), ("due", 1, minute(3)));
    assert_eq!(row.last_error.as_deref(), Some("451 later"));

    let store = shelf.another();
    assert_eq!(claim(&store, minute(2)).await, []);
    let [second] = claim(&store, minute(3)).await.try_into().unwrap();
    assert_eq!(second.message_id, first.message_id);
    assert_eq!(second.frozen.as_ref().unwrap().bytes, b"as it was");
    assert_eq!((second.attempts, second.first_try), (1, Some(minute(1))));
    assert!(finish(&store, &second, Ended::Dropped { why: "550 nobody".into() }, minute(4)).await);
    let [row] = all(&store).await.try_into().unwrap();
    assert_eq!((row.state.as_str(), row.attempts), ("dropped", 2));
    assert_eq!(row.last_error.as_deref(), Some("550 nobody"));
    assert_eq!(store.read(|tx| tx.next_delivery_due()).await.unwrap(), None);
}

#[tokio::test]
async fn a_stale_claim_of_a_message_changes_nothing() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    promise(&store, 1, start(), start()).await;
    let [stale] = claim(&store, start()).await.try_into().unwrap();
    assert_eq!(claim(&store, minute(29)).await, [], "the lease holds");
    let [newer] = claim(&store, minute(30)).await.try_into().unwrap();
    assert!(!freeze(&store, &stale, 1, "stale").await);
    assert!(!finish(&store, &stale, sent(), minute(31)).await);
    assert!(freeze(&store, &newer, 1, "newer").await);
    assert!(finish(&store, &newer, sent(), minute(31)).await);
    assert!(!finish(&store, &newer, sent(), minute(32)).await, "what has ended stays so");
    assert_eq!(all(&store).await[0].ended_at, Some(minute(31)));
}

#[tokio::test]
async fn a_start_takes_back_messages_that_were_on_their_way() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    for story in 1..4 {
        promise(&store, story, start(), start()).await;
        let [claimed] = claim(&store, start()).await.try_into().unwrap();
        assert!(freeze(&store, &claimed, story, "on its way").await);
        if story == 1 {
            assert!(finish(&store, &claimed, sent(), start()).await);
        }
    }
    assert_eq!(store.write(|tx| tx.release_claims(minute(1))).await.unwrap(), 2);
    let again = claim(&store, minute(1)).await;
    assert_eq!(again.iter().map(|delivery| delivery.id.0).collect::<Vec<_>>(), [2, 3]);
    assert!(again.iter().all(|delivery| delivery.frozen.is_some()));
}

#[tokio::test]
async fn a_thread_is_what_the_address_was_sent_before_of_the_same_story() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    for (story, at) in [(1, 0), (2, 1), (3, 2)] {
        promise(&store, story, minute(at), minute(at)).await;
        let [claimed] = claim(&store, minute(at)).await.try_into().unwrap();
        if story < 3 {
            assert!(freeze(&store, &claimed, story, "told").await);
        }
        let ended = Ended::Again { at: minute(60), error: "later".into() };
        assert!(finish(&store, &claimed, ended, minute(at) + SignedDuration::from_secs(1)).await);
    }
    let rows = all(&store).await;
    let last = rows[2].id;
    let thread = |address: &'static str, stories: Vec<StoryId>| {
        let store = store.clone();
        async move {
            let rules = [RuleName::new("all")];
            let thread = store.read(move |tx| tx.thread(last, address, &rules, &stories)).await;
            thread.unwrap().references
        }
    };
    let [one, two] = [&rows[0].message_id, &rows[1].message_id];
    assert_eq!(thread("one@desk.example", vec![StoryId(1)]).await, std::slice::from_ref(one));
    let both = vec![StoryId(1), StoryId(2), StoryId(3)];
    assert_eq!(thread("one@desk.example", both.clone()).await, [one.clone(), two.clone()]);
    assert_eq!(thread("two@desk.example", both).await, [""; 0]);
}

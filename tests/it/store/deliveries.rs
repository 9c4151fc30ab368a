//! The outbox: what is promised is told once, in bytes that never change.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wiredesk::{
    alert::Reason,
    model::{AlertId, ArticleId, DeliveryId, Generation, RecipientName, RuleName, StoryId},
    store::{
        ClaimedDelivery, Course, DeliveryRow, Ended, Frozen, NewAlert, Promise, RetryVerdict, Room,
        Store,
    },
};

use super::{Shelf, minute, start};

const LEASE: Duration = Duration::from_mins(30);
const ROOM: Room = Room { all: 10, mails: 10 };

/// An alert about a story of its own, promised to the desk, and its delivery.
async fn promise(store: &Store, of: i64, due: Timestamp, now: Timestamp) -> i64 {
    let to = ("one@desk.example", "slot".to_owned());
    promise_gathering(store, to, (of, Reason::First), due, now).await
}

/// The same to another address, or for another reason.
async fn promise_to(
    store: &Store,
    address: &'static str,
    (of, reason): (i64, Reason),
    due: Timestamp,
    now: Timestamp,
) -> i64 {
    let gathers = format!("story:{of}:{}", reason.key());
    promise_gathering(store, (address, gathers), (of, reason), due, now).await
}

async fn promise_gathering(
    store: &Store,
    (address, gathers): (&'static str, String),
    (of, reason): (i64, Reason),
    due: Timestamp,
    now: Timestamp,
) -> i64 {
    let promised = store.write(move |tx| {
        let rule = RuleName::new("all");
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
            address,
            alike: &[RecipientName::new("desk")],
            gathers: &gathers,
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
    store.write(move |tx| tx.claim_deliveries(now, LEASE, ROOM)).await.unwrap()
}

async fn freeze(store: &Store, claimed: &ClaimedDelivery, newest: i64, text: &str) -> bool {
    let frozen = Frozen { sender: "wire@desk.example".into(), bytes: text.into() };
    let claimed = claimed.clone();
    store.write(move |tx| tx.freeze(&claimed, AlertId(newest), &frozen)).await.unwrap()
}

async fn finish(store: &Store, claimed: &ClaimedDelivery, ended: Ended, now: Timestamp) -> bool {
    let claimed = claimed.clone();
    store
        .write(move |tx| tx.finish_delivery(&claimed, &ended, &Course::default(), now))
        .await
        .unwrap()
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
    assert_eq!(store.read(|tx| tx.next_delivery_due(start())).await.unwrap(), Some(minute(5)));
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
    assert_eq!(store.read(|tx| tx.next_delivery_due(start())).await.unwrap(), None);
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
    for (story, address) in [(1, "a@desk.example"), (2, "b@desk.example"), (3, "c@desk.example")] {
        promise_to(&store, address, (story, Reason::First), start(), start()).await;
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
    assert_eq!(thread("two@desk.example", both.clone()).await, [""; 0]);

    let again = claim(&store, minute(60)).await;
    let first = again.iter().find(|claimed| claimed.id == rows[0].id).unwrap();
    let ended = Ended::Dropped { why: "the address is no more".into() };
    assert!(finish(&store, first, ended, minute(61)).await);
    assert_eq!(thread("one@desk.example", both).await, std::slice::from_ref(two));
}

/// What may go now, as numbers.
async fn goes(store: &Store, now: Timestamp, room: Room) -> Vec<ClaimedDelivery> {
    store.write(move |tx| tx.claim_deliveries(now, LEASE, room)).await.unwrap()
}

fn ids(claimed: &[ClaimedDelivery]) -> Vec<i64> {
    claimed.iter().map(|delivery| delivery.id.0).collect()
}

fn again(at: Timestamp) -> Ended {
    Ended::Again { at, error: "451 later".into() }
}

/// Messages 1 to `count`, each of a story of its own, in turn for the addresses; all due at once.
async fn due(store: &Store, addresses: &[&'static str], count: i64) {
    for story in 1..=count {
        let at = usize::try_from(story - 1).unwrap() % addresses.len();
        let id = promise_to(store, addresses[at], (story, Reason::First), start(), start()).await;
        assert_eq!(id, story, "none gathers with another");
    }
}

#[tokio::test]
async fn an_address_gets_one_message_at_a_time_in_order() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    due(&store, &["a@desk.example", "b@desk.example"], 6).await;
    let first = claim(&store, start()).await;
    assert_eq!(ids(&first), [1, 2], "one for each address");
    assert_eq!(claim(&store, start()).await, []);
    assert!(finish(&store, &first[1], sent(), start()).await);
    assert_eq!(ids(&claim(&store, start()).await), [4]);
    assert!(finish(&store, &first[0], again(minute(5)), start()).await);
    let third = claim(&store, start()).await;
    assert_eq!(ids(&third), [3], "one that is to be tried later keeps nobody waiting");
    assert!(finish(&store, &third[0], sent(), start()).await);
    assert_eq!(ids(&claim(&store, minute(5)).await), [1], "then it comes before the fifth");
}

#[tokio::test]
async fn there_is_room_for_so_many_and_for_so_many_mails() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    let addresses = ["a@desk.example", "b@desk.example", "c@desk.example", "exec:pager"];
    due(&store, &addresses, 8).await;
    let room = Room { all: 9, mails: 2 };
    let first = goes(&store, start(), room).await;
    assert_eq!(ids(&first), [1, 2, 4], "two mails, and the other channel");
    assert_eq!(goes(&store, start(), room).await, []);
    assert_eq!(ids(&goes(&store, start(), Room { all: 4, mails: 9 }).await), [3]);
    assert_eq!(goes(&store, start(), Room { all: 4, mails: 9 }).await, []);
}

#[tokio::test]
async fn a_correction_does_not_overtake_what_it_corrects() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    let address = "a@desk.example";
    due(&store, &[address], 1).await;
    let correction = Reason::Correction { article: ArticleId(1), revision: 1 };
    assert_eq!(promise_to(&store, address, (1, correction), start(), start()).await, 2);
    let [first] = claim(&store, start()).await.try_into().unwrap();
    assert!(finish(&store, &first, again(minute(30)), start()).await);
    assert_eq!(claim(&store, minute(29)).await, []);
    let [first] = claim(&store, minute(30)).await.try_into().unwrap();
    assert_eq!(first.id.0, 1);
    assert!(finish(&store, &first, Ended::Dropped { why: "550".into() }, minute(30)).await);
    assert_eq!(ids(&claim(&store, minute(30)).await), [2], "nor does it wait for what never comes");
}

/// The server is away or wants a password: one message asks for all.
#[tokio::test]
async fn a_closed_way_is_tried_by_one_message_until_one_got_through() {
    for person in [false, true] {
        let Shelf { store, folder: _folder, .. } = Shelf::new().await;
        due(&store, &["a@desk.example", "b@desk.example", "exec:pager"], 6).await;
        let first = claim(&store, start()).await;
        assert_eq!(ids(&first), [1, 2, 3]);
        let closed = |at| {
            let error = "refused".to_owned();
            if person { Ended::Held { at, error } } else { Ended::Down { at, error } }
        };
        assert!(finish(&store, &first[0], closed(minute(1)), start()).await);
        assert!(finish(&store, &first[1], closed(minute(2)), start()).await);
        assert!(finish(&store, &first[2], sent(), start()).await);
        let [way] = store.read(|tx| tx.closed_ways(minute(1))).await.unwrap().try_into().unwrap();
        assert_eq!((way.way.as_str(), way.for_person, way.waiting), ("mail", person, 4));
        assert_eq!((way.until, way.since), (minute(2), start()));
        assert_eq!(ids(&claim(&store, minute(1)).await), [6], "only the other channel is open");
        let [probe] = claim(&store, minute(2)).await.try_into().unwrap();
        assert_eq!(probe.id.0, 1, "first come, first served");
        assert!(finish(&store, &probe, closed(minute(7)), minute(3)).await);
        assert_eq!(claim(&store, minute(6)).await, []);
        let [probe] = claim(&store, minute(7)).await.try_into().unwrap();
        assert_eq!(probe.id.0, 1, "its address waits for longest");
        assert_eq!(claim(&store, minute(7)).await, [], "one asks for all");
        assert!(finish(&store, &probe, again(minute(60)), minute(7)).await);
        let mut free = ids(&claim(&store, minute(7)).await);
        free.sort_unstable();
        assert_eq!(free, [2, 4], "whatever it said, it spoke, and each address has its next");
        assert_eq!(store.read(|tx| tx.closed_ways(minute(7))).await.unwrap(), []);
    }
}

#[tokio::test]
async fn every_attempt_is_remembered_and_a_message_can_be_tried_again() {
    let Shelf { store, folder: _folder, .. } = Shelf::new().await;
    due(&store, &["a@desk.example"], 1).await;
    let mut bytes = Vec::new();
    for number in 0..60 {
        let [claimed] = claim(&store, minute(number)).await.try_into().unwrap();
        if number == 0 {
            assert!(freeze(&store, &claimed, 1, "as it was").await);
        } else {
            bytes.push(claimed.frozen.clone());
        }
        let ended = match number {
            59 => Ended::Dropped { why: "550 nobody".into() },
            _ => again(minute(number + 1)),
        };
        let step =
            Course { step: Some("RCPT".into()), code: Some(451), took: Duration::from_millis(20) };
        let end =
            store.write(move |tx| tx.finish_delivery(&claimed, &ended, &step, minute(number)));
        assert!(end.await.unwrap());
    }
    let id = DeliveryId(1);
    let history = store.read(move |tx| tx.attempts_of(id)).await.unwrap();
    assert_eq!((history.len(), history[0].number, history[49].number), (50, 11, 60));
    assert_eq!((history[48].ended.as_str(), history[49].ended.as_str()), ("again", "dropped"));
    assert_eq!((history[49].words.as_str(), history[49].course.code), ("550 nobody", Some(451)));

    let retry = |id| store.write(move |tx| tx.retry_delivery(DeliveryId(id), minute(70)));
    assert_eq!(retry(2).await.unwrap(), None);
    assert_eq!(retry(1).await.unwrap(), Some(RetryVerdict::Due));
    let [claimed] = claim(&store, minute(70)).await.try_into().unwrap();
    assert_eq!((claimed.attempts, claimed.first_try), (0, None), "as long as a new one");
    bytes.push(claimed.frozen.clone());
    assert!(bytes.iter().all(|one| one.is_some() && *one == bytes[0]));
    assert_eq!(retry(1).await.unwrap(), Some(RetryVerdict::OnItsWay));
    assert!(finish(&store, &claimed, sent(), minute(71)).await);
    assert_eq!(retry(1).await.unwrap(), Some(RetryVerdict::WasSent));
}

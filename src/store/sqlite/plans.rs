//! Tests that every statement of a poll, of a delivery and of people's hand finds its rows by an index.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{
    Connection, StatementStatus,
    trace::{TraceEvent, TraceEventCodes},
};

use super::{WriteTx, schema, tune, window::LiveWindow};
use crate::{
    alert::Reason,
    model::{
        AlertId, Article, ArticleId, FeedId, FeedName, Generation, Item, ItemKey, PollOutcome,
        RecipientName, RuleName, StoryId, Validators,
    },
    rule::RuleMatch,
    schedule::{Cadence, Gap, Habits},
    store::{
        Course, Described, Ended, ExactCopy, Fold, Frozen, NewAlert, NewSilence, PageEnd, Place,
        PollEnd, PollNotes, Posting, Promise, Resting, Room, StoreError, WantedPage, Why,
    },
    story::{
        Account, Evidence, Ground, Provenance, Relation, Share, Sketch, Subject, Thresholds,
        Verdict, Window,
    },
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const LEASE: Duration = Duration::from_mins(5);

fn described(key: u8, item_hash: u64, text_hash: u64) -> Described {
    let text = "A crane fell into the harbour of Arden on Monday.".to_owned();
    let subject =
        Subject { title: "", text: &text, publisher: "Arden Post", at: NOW, credits: &[] };
    let sketch = Sketch::of(&subject);
    Described {
        article: Article {
            keys: vec![ItemKey([key; 16])],
            aliases: Vec::new(),
            raw_id: None,
            url: None,
            canonical_url: Some("https://post.example/a".to_owned()),
            title: String::new(),
            summary: None,
            text,
            authors: Vec::new(),
            publisher: "Arden Post".to_owned(),
            source: None,
            credit: None,
            categories: Vec::new(),
            language: None,
            priority: None,
            published: None,
            updated: None,
            seen_at: NOW,
            wire: None,
            version: None,
            held: None,
            item_hash,
            text_hash,
        },
        provenance: Provenance::default(),
        origin: "publisher:arden-post".to_owned(),
        words: 9,
        body_hash: Some(9),
        sketch,
    }
}

fn account() -> Account {
    Account {
        other: ArticleId(1),
        story: StoryId(1),
        verdict: Verdict::Copy,
        ground: Ground::Reprinted,
        containment: 1.0,
        discounted: 1.0,
        needed: 0.5,
        unquoted: 1.0,
        lead: 1.0,
        title: 0.0,
        words: Share::default(),
        figures: Share::default(),
        against: Vec::new(),
        tally: None,
    }
}

fn exact(feed: FeedId) -> ExactCopy<'static> {
    ExactCopy {
        feed,
        canonical_url: Some("https://b.example/b"),
        text_hash: 9,
        words: 9,
        body_hash: Some(9),
        publisher: "Arden Post",
    }
}

fn end() -> PollEnd {
    PollEnd {
        outcome: PollOutcome::NotModified,
        validators: Validators::default(),
        cadence: Cadence::default(),
        failures: 0,
        next_due: NOW,
        started: NOW,
        new_items: 1,
        habits: Habits::default(),
        stops: false,
        outage: false,
        address: None,
        gap: Some(Gap { since: NOW, until: NOW, items: 1 }),
        patience: None,
        notes: PollNotes::default(),
    }
}

/// Everything that the poller, the deliverer and the housekeeper do in the middle of their day.
fn a_day(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let (rule, recipient, reader) = (RuleName::new("all"), RecipientName::new("desk"), tx.reader());
    reader.next_feed_due(None)?;
    let feeds = tx.claim_feeds(NOW, LEASE, 9, 1, &BTreeMap::new())?;
    let (feed, claim) = (feeds[0].state.id, feeds[0].claim);
    reader.knows_any(feed, &[ItemKey([1; 16])])?;
    reader.known(feed, &[(vec![ItemKey([1; 16]), ItemKey([2; 16])], 7)])?;
    assert!(tx.holds(feed, &claim)?);
    tx.open_window(NOW, 9)?;
    for (key, item, text) in [(1, 1, 1), (2, 2, 2), (1, 3, 1), (1, 4, 4)] {
        let new = described(key, item, text);
        tx.recognise(feed, &new.article)?;
        tx.exact_copy(&exact(feed))?;
        match item {
            1 => drop(tx.add_article(feed, &new, &Place::default())?),
            2 => {
                let like = Evidence {
                    other: ArticleId(1),
                    similarity: 0.4,
                    relation: Relation::Rewritten,
                };
                let related = vec![(tx.open_story(NOW)?, like)];
                let place = Place { story: Some(StoryId(1)), evidence: None, related };
                tx.add_article(feed, &new, &place)?;
            }
            3 => drop(tx.touch_article(ArticleId(1), feed, &new)?),
            _ => drop(tx.revise_article(ArticleId(1), feed, &new)?),
        }
    }
    tx.put_judgements(ArticleId(2), &[account()], true)?;
    reader.judgements_of(ArticleId(2))?;
    let found = RuleMatch { rule: rule.clone(), hits: Vec::new() };
    tx.put_matches(ArticleId(1), &[found], Generation(1), false)?;
    let story = StoryId(1);
    reader.rules_of_story(story)?;
    reader.origins(story)?;
    reader.longest(story)?;
    tx.mark_withdrawn(story, false)?;
    reader.is_withdrawn(story)?;
    reader.headlines(feed, &[&FeedName::new("wire")], NOW)?;
    reader.lead(story)?;
    tx.settle_lead(story, &Thresholds::default())?;
    reader.told(&rule, story)?;
    reader.told_any(&rule, &[StoryId(2)])?;
    reader.hearers(&rule, story)?;
    reader.versions(ArticleId(1))?;
    tx.note_decision(ArticleId(1), &rule, "first")?;
    for reason in [Reason::First, Reason::Origins(2)] {
        let alert = NewAlert {
            rule: &rule,
            story,
            reason: &reason,
            article: ArticleId(1),
            words: 9,
            origins: 1,
            priority: None,
            generation: Generation(1),
            now: NOW,
        };
        let alert = tx.make_alert(&alert)?.unwrap();
        tx.enqueue(&Promise {
            alert,
            recipient: &recipient,
            address: "desk@desk.example",
            alike: std::slice::from_ref(&recipient),
            gathers: "story:1",
            due: NOW,
            waits: true,
            domain: "desk.example",
            now: NOW,
        })?;
    }
    assert!(tx.finish_poll(feed, &claim, &end())?);

    hand_over(tx, rule, story)?;

    let split = tx.split_story(story, &[ArticleId(2)], NOW)?.unwrap();
    reader.links(split)?;
    reader.constraints(split)?;
    let merged = tx.merge_stories(story, split, NOW)?.unwrap();
    tx.relate(ArticleId(2), None)?;
    reader.uncertain(NOW, 0.5, 10)?;
    assert_eq!(merged, story);

    tx.prune_sketches(NOW)?;
    tx.prune_articles(NOW)?;
    tx.prune_stories(NOW)?;
    tx.prune_alerts(NOW)?;
    Ok(())
}

/// A message that finds its way closed, and then gets through.
fn hand_over(tx: &WriteTx<'_>, rule: RuleName, story: StoryId) -> Result<(), StoreError> {
    let reader = tx.reader();
    reader.next_delivery_due(NOW)?;
    assert!(reader.is_delivery_due(NOW)?);
    let deliveries = tx.claim_deliveries(NOW, LEASE, Room { all: 4, mails: 4 })?;
    let delivery = &deliveries[0];
    for alert in reader.alerts_in(delivery.id)? {
        reader.story(alert.story)?;
    }
    reader.matches_of(ArticleId(1))?;
    reader.thread(delivery.id, "desk@desk.example", &[rule], &[story])?;
    let frozen = Frozen { sender: String::new(), bytes: Vec::new() };
    assert!(tx.freeze(delivery, reader.newest_alert()?, &frozen)?);
    let (course, down) = (Course::default(), Ended::Down { at: NOW, error: String::new() });
    assert!(tx.finish_delivery(delivery, &down, &course, NOW)?);
    assert_eq!(reader.closed_ways(NOW)?.len(), 1);
    tx.retry_delivery(delivery.id, NOW)?;
    let deliveries = tx.claim_deliveries(NOW, LEASE, Room { all: 4, mails: 4 })?;
    let sent = Ended::Sent { reply: String::new() };
    assert!(tx.finish_delivery(&deliveries[0], &sent, &course, NOW)?);
    assert_eq!(reader.attempts_of(delivery.id)?.len(), 2);
    Ok(())
}

/// What is silent and what waits.
fn some_silence(tx: &WriteTx<'_>) -> Result<(), StoreError> {
    let (reader, rule, recipient) =
        (tx.reader(), RuleName::new("crane"), RecipientName::new("desk"));
    let asked = NewSilence { rule: Some(rule.clone()), ..NewSilence::default() };
    let silence = tx.add_silence(&asked, NOW + LEASE, NOW)?;
    assert_eq!((reader.silences(NOW)?.len(), reader.silences_of(&rule, NOW)?.len()), (1, 1));
    let address = "else@desk.example";
    let gathers = "slot:7";
    let posting =
        Posting { recipient: &recipient, address, gathers, domain: "desk.example", now: NOW };
    let alike = std::slice::from_ref(&recipient);
    tx.open_slot(&posting, alike, NOW)?;
    tx.open_slot(&posting, alike, NOW)?;
    let [claimed] = tx.claim_deliveries(NOW, LEASE, Room { all: 4, mails: 4 })?.try_into().unwrap();
    tx.note_left(claimed.id, NOW + LEASE)?;
    assert_eq!(reader.left(alike, address, NOW)?, [NOW + LEASE]);
    tx.note_silenced(AlertId(1), &recipient, address, silence)?;
    reader.silenced_of(AlertId(1))?;
    reader.hushed(&rule, StoryId(1))?;
    reader.uncounted(address, AlertId(1))?;
    tx.fold(&claimed, &Fold { alike, gathers: "folded", due: NOW, why: Why::AtMost })?;
    let [claimed] = tx.claim_deliveries(NOW, LEASE, Room { all: 4, mails: 4 })?.try_into().unwrap();
    tx.open_slot(&posting, alike, NOW)?;
    tx.fold(&claimed, &Fold { alike, gathers, due: NOW, why: Why::Quiet })?;
    assert_eq!(reader.gathering_of(claimed.id)?, None);
    tx.end_silence(silence, NOW)?;
    reader.silence(silence)?;
    tx.prune_silences(NOW)?;
    Ok(())
}

/// What the pager does.
fn some_pages(tx: &WriteTx<'_>) -> Result<(), StoreError> {
    let (reader, feed) = (tx.reader(), FeedId(1));
    let wanted = WantedPage {
        item: Item { keys: vec![ItemKey([9; 16])], ..Item::default() },
        item_hash: 1,
        feed_hash: 1,
        url: "https://post.example/a".into(),
        host: "post.example".into(),
        baseline: false,
    };
    let known = WantedPage {
        item: Item { keys: vec![ItemKey([1; 16])], ..Item::default() },
        ..wanted.clone()
    };
    for wanted in [&wanted, &wanted, &known] {
        tx.await_page(feed, wanted, NOW, NOW)?;
    }
    let hosts = BTreeMap::from([("post.example".to_owned(), NOW)]);
    let resting = Resting { hosts, others: NOW };
    reader.next_page(&resting)?;
    reader.page_text(&wanted.url, NOW)?;
    let pages = tx.claim_pages(NOW, LEASE, 9, &resting)?;
    assert_eq!(pages.len(), 2);
    assert!(tx.holds_page(&pages[0])?);
    assert_eq!(reader.newest_of_page(&pages[0])?.as_ref(), Some(&pages[0]));
    tx.retry_page(&pages[0], NOW)?;
    tx.end_waiting(feed, [wanted.item.keys.as_slice()])?;
    let ended = PageEnd { used: None, validators: Validators::default(), note: None };
    tx.finish_page(&pages[1], &ended, NOW)?;
    reader.page_memories(feed, [known.item.keys.as_slice()])?;
    reader.page_of(ArticleId(1))?;
    tx.drop_page_text(ArticleId(1))?;
    tx.prune_pages(NOW)?;
    Ok(())
}

#[test]
fn no_statement_of_the_day_reads_a_whole_table() {
    let mut connection = Connection::open_in_memory().unwrap();
    tune(&connection).unwrap();
    schema::migrate(&mut connection, NOW).unwrap();
    let statements = Arc::<Mutex<BTreeSet<String>>>::default();
    let seen = Arc::clone(&statements);
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(statement, _) = event {
            seen.lock().unwrap().insert(statement.sql().into_owned());
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
    let transaction = connection.transaction().unwrap();
    let mut window = LiveWindow::default();
    let mut tx = WriteTx { db: &transaction, window: &mut window, overlay: Window::default() };
    tx.sync_feed(&FeedName::new("post"), "https://post.example", "post.example", NOW).unwrap();
    tx.sync_access(&FeedName::new("post"), 7, NOW).unwrap();
    a_day(&mut tx).unwrap();
    some_silence(&tx).unwrap();
    some_pages(&tx).unwrap();
    transaction.commit().unwrap();
    connection.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).unwrap();

    let statements = statements.lock().unwrap().clone();
    assert!(statements.len() > 50, "{}", statements.len());
    let tables: BTreeSet<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut faults = Vec::new();
    for sql in statements.iter().filter(|sql| !matches!(sql.as_str(), "BEGIN DEFERRED" | "COMMIT"))
    {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get(3).unwrap();
            let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            if scanned.is_some_and(|name| tables.contains(name)) {
                faults.push(format!("{step}: {sql}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_statement_is_not_planned_anew_for_another_value() {
    let mut connection = Connection::open_in_memory().unwrap();
    tune(&connection).unwrap();
    schema::migrate(&mut connection, NOW).unwrap();
    let fill = "WITH RECURSIVE number (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM number WHERE n < 1000)
        INSERT INTO feed (name, url, host, due_at) SELECT n, '', '', n FROM number";
    connection.execute(fill, []).unwrap();
    // As `close` does.
    connection.execute_batch("ANALYZE").unwrap();
    let due = "SELECT id FROM feed WHERE retired = 0 AND due_at <= ?1";
    let mut due = connection.prepare(due).unwrap();
    for moment in 1..9 {
        assert!(due.exists([moment]).unwrap());
    }
    assert_eq!(due.get_status(StatementStatus::RePrepare), 0);
}

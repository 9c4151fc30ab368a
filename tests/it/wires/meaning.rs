//! What agencies mean, through the daemon: versions, kills, holds, embargoes, and what is no news.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use wiredesk::{
    clock::Clock,
    fetch::{Fetcher, Reply},
    mail::{Mailer, Memory, Outgoing},
    store::ArticleRow,
};

use crate::{
    pipeline::{Watch, start},
    support::wire::{self, Entry},
};

const AGENCY: &str = "http://127.0.0.1:8080/tna";
const PAPER: &str = "http://127.0.0.1:8080/post";

const HEADLINE: &str = "Lock gate adrift closes Ellaby harbour";
const TEXT: &str = "ELLABY, Tarn (Tarn News) - A lock gate that broke loose in the night has closed the harbour of \
    Ellaby, the port said on Tuesday. Eleven ships wait in the bay, among them the night ferry to Norrby \
    with two hundred passengers, who were given blankets and soup by volunteers from the village.\n\n\
    \"We will lift the gate before Thursday,\" harbour master Ines Brandt said. The crane is on its way from \
    Arden, where it had mended the pier that the storm of last week swept away.";

/// Who is told at once, and who each morning; the rule does not ask for kills.
const DESK: &str = "[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n";
const DAILY: &str =
    "[[recipient]]\nname = 'daily'\nemail = ['daily@desk.example']\nsend = 'daily 07:30'\n";
const RULE: &str =
    "[[rule]]\nname = 'ellaby'\nquery = 'Ellaby'\nnotify = ['desk']\ntell_again = []\n";

/// An item of the agency, printed at that hour.
fn item(id: &str, version: u32, hour: i64, more: &Value) -> Value {
    let created = at(hour).to_string();
    let mut item = json!({
        "uri": id, "version": version.to_string(), "type": "text", "pubstatus": "usable",
        "versioncreated": created, "firstcreated": created, "headline": HEADLINE, "body_text": TEXT,
    });
    for (name, value) in more.as_object().unwrap() {
        item[name] = value.clone();
    }
    item
}

fn at(hour: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hour)
}

/// What the agency and a paper show at the poll of each hour, from the first on.
async fn watching(
    agency: Vec<Vec<Value>>,
    paper: Vec<Vec<Entry>>,
    config: &str,
) -> (Watch, Memory) {
    let agency = agency.into_iter().map(|items| {
        let body = json!({ "item": items }).to_string();
        (AGENCY.to_owned(), Ok(Reply::document(AGENCY, body)))
    });
    let paper = paper.into_iter().map(|entries| {
        (PAPER.to_owned(), Ok(Reply::document(PAPER, wire::atom("post", &entries))))
    });
    let fetcher = Fetcher::recorded(agency.chain(paper));
    let memory = Memory::default();
    let config = format!(
        "[fetch]\nallow = ['127.0.0.1:8080']\n\
         [[feed]]\nname = 'tna'\nurl = '{AGENCY}'\npublisher = 'Tarn News Agency'\ninterval = '1 h'\n\
         [[feed]]\nname = 'post'\nurl = '{PAPER}'\npublisher = 'Ellaby Post'\ninterval = '1 h'\n\
         full_text = 'never'\n{config}"
    );
    let mailer = Mailer::Memory(memory.clone());
    (Watch::new(&config, fetcher, mailer, Clock::simulated(start())).await, memory)
}

fn hours(hours: u64) -> Duration {
    Duration::from_mins(hours * 60 + 10)
}

/// A mail: to whom, why, whether it follows another, and what it says.
#[derive(Debug)]
struct Told {
    to: String,
    reason: String,
    follows: bool,
    text: String,
    id: String,
}

fn told(memory: &Memory) -> Vec<Told> {
    let read = |mail: &Outgoing| {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        Told {
            to: mail.to.clone(),
            reason: parsed.header("X-Wiredesk-Reason").unwrap().as_text().unwrap().to_owned(),
            follows: parsed.in_reply_to().as_text().is_some(),
            text: parsed.body_text(0).unwrap().into_owned(),
            id: mail.message_id.clone(),
        }
    };
    memory.sent().iter().map(read).collect()
}

fn reasons(memory: &Memory) -> Vec<(String, String)> {
    let mut reasons: Vec<_> = told(memory).into_iter().map(|told| (told.to, told.reason)).collect();
    reasons.sort();
    reasons
}

fn to(who: &str, reason: &str) -> (String, String) {
    (format!("{who}@desk.example"), reason.to_owned())
}

async fn articles(watch: &Watch) -> Vec<ArticleRow> {
    let read = watch.context.store.read(|tx| {
        let mut all = Vec::new();
        tx.each_article(Timestamp::MIN, |row| {
            all.push(row);
            true
        })?;
        Ok(all)
    });
    read.await.unwrap()
}

/// When a mail with that id went out.
async fn sent_at(watch: &Watch, id: &str) -> Timestamp {
    let rows = watch.deliveries().await;
    rows.iter().find(|row| row.message_id == id).unwrap().ended_at.unwrap()
}

fn kill(version: u32, hour: i64) -> Value {
    let note = "KILL. The gate is in its place. A correct story will follow.";
    item(
        "urn:tna:1",
        version,
        hour,
        &json!({"pubstatus": "canceled", "ednote": note, "body_text": ""}),
    )
}

#[tokio::test(start_paused = true)]
async fn a_kill_goes_at_once_to_everybody_who_was_told_also_after_a_restart() {
    for restart in [false, true] {
        let usable = item("urn:tna:1", 1, 0, &json!({}));
        let agency =
            vec![vec![usable.clone()], vec![usable.clone()], vec![usable], vec![kill(2, 3)]];
        let rule = RULE.replace("['desk']", "['desk', 'daily']");
        let config = format!("{DESK}{DAILY}{rule}");
        let (mut watch, memory) = watching(agency, vec![vec![]], &config).await;
        watch.run(hours(2)).await;
        assert_eq!(reasons(&memory), [to("daily", "first"), to("desk", "first")]);
        if restart {
            watch = watch.restarted().await;
        }
        watch.run(hours(3)).await;
        let all = told(&memory);
        assert_eq!(all.len(), 4, "{all:?}");
        for told in &all[2..] {
            assert!(told.reason == "kill" && told.follows, "{told:?}");
            assert!(told.text.contains("The gate is in its place"), "{}", told.text);
            let sent = sent_at(&watch, &told.id).await;
            // Within one poll, and not at half past seven.
            assert!(sent < at(5), "{sent}");
        }
        let story = articles(&watch).await[0].story;
        assert!(watch.context.store.read(move |tx| tx.is_withdrawn(story)).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn a_kill_of_what_nobody_was_told_of_tells_nobody_and_prevents_later_alerts() {
    let copy = Entry {
        id: "a".into(),
        title: "Ships wait as harbour of Ellaby is closed".into(),
        text: TEXT.into(),
        published: at(2),
    };
    let usable = item("urn:tna:1", 1, 0, &json!({}));
    let agency = vec![vec![usable.clone()], vec![kill(2, 1)], vec![kill(2, 1)]];
    let paper = vec![vec![], vec![], vec![copy.clone()]];
    let rule = format!("{DESK}{RULE}when = 'origins >= 2'\n");
    let (watch, memory) = watching(agency, paper, &rule).await;
    watch.run(hours(4)).await;
    assert_eq!(reasons(&memory), []);
    let all = articles(&watch).await;
    assert_eq!((all.len(), all[0].story), (2, all[1].story), "the copy is known as one");

    // A version that was overtaken by its kill comes late.
    let agency = vec![vec![kill(2, 1)], vec![kill(2, 1), usable]];
    let (watch, memory) = watching(agency, vec![vec![]], &format!("{DESK}{RULE}")).await;
    watch.run(hours(3)).await;
    assert_eq!(reasons(&memory), []);
}

#[tokio::test(start_paused = true)]
async fn an_embargoed_item_is_told_once_when_its_time_comes() {
    let embargo = at(5) + SignedDuration::from_mins(30);
    let held = item("urn:tna:1", 1, 0, &json!({"embargoed": embargo.to_string()}));
    let rule = format!("{DESK}{RULE}");
    let (watch, memory) = watching(vec![vec![held]], vec![vec![]], &rule).await;
    watch.run(hours(2)).await;
    assert_eq!(reasons(&memory), []);
    let all = articles(&watch).await;
    assert_eq!((all.len(), all[0].article.held), (1, Some(embargo)));
    let watch = watch.restarted().await;
    let clock = watch.context.clock;
    tokio::join!(
        async {
            tokio::time::sleep(Duration::from_mins(30)).await;
            clock.set(SignedDuration::from_mins(50));
        },
        watch.run(hours(2))
    );
    let now = watch.context.clock.now();
    assert!(now < embargo && memory.sent().is_empty(), "{now}");
    watch.run(hours(3)).await;
    assert_eq!(reasons(&memory), [to("desk", "first")]);
    let sent = sent_at(&watch, &told(&memory)[0].id).await;
    let late = sent.duration_since(embargo).as_secs();
    assert!((0..=60).contains(&late), "{late} s late");
    let watch = watch.restarted().await;
    watch.run(hours(2)).await;
    assert_eq!(memory.sent().len(), 1, "once");
}

#[tokio::test(start_paused = true)]
async fn what_is_embargoed_is_in_no_mail_about_a_copy_that_is_not() {
    let secret = item(
        "urn:tna:1",
        1,
        0,
        &json!({"embargoed": at(9).to_string(), "headline": "The secret headline"}),
    );
    let copy = Entry {
        id: "a".into(),
        title: "Ships wait as harbour of Ellaby is closed".into(),
        text: TEXT.into(),
        published: at(1),
    };
    let rule = format!("{DESK}{RULE}");
    let (watch, memory) = watching(vec![vec![secret]], vec![vec![], vec![copy]], &rule).await;
    watch.run(hours(3)).await;
    let all = told(&memory);
    assert_eq!(all.len(), 1, "the paper broke the embargo");
    assert!(
        !all[0].text.contains("secret") && all[0].text.contains("Ships wait"),
        "{}",
        all[0].text
    );
    watch.run(hours(8)).await;
    assert_eq!(memory.sent().len(), 1, "one story, one mail");
}

#[tokio::test(start_paused = true)]
async fn a_withheld_item_waits_for_another_status_and_one_that_is_withheld_later_is_recalled() {
    let status = |version, hour, status: &str| {
        item("urn:tna:1", version, hour, &json!({"pubstatus": status}))
    };
    // Nobody knows what `pending` means.
    let agency = vec![
        vec![status(1, 0, "pending")],
        vec![status(1, 0, "pending")],
        vec![status(2, 2, "usable")],
    ];
    let rule = format!("{DESK}{RULE}");
    let (watch, memory) = watching(agency, vec![vec![]], &rule).await;
    watch.run(Duration::from_mins(70)).await;
    assert_eq!(reasons(&memory), []);
    watch.run(hours(2)).await;
    assert_eq!(reasons(&memory), [to("desk", "first")]);

    let agency = vec![vec![status(1, 0, "usable")], vec![status(2, 1, "cancelled")]];
    let (watch, memory) = watching(agency, vec![vec![]], &rule).await;
    watch.run(hours(3)).await;
    assert_eq!(reasons(&memory), [to("desk", "first"), to("desk", "kill")]);
}

#[tokio::test(start_paused = true)]
async fn versions_are_revisions_of_one_article_and_a_late_one_changes_nothing() {
    let first = item("urn:tna:1", 1, 0, &json!({}));
    let second = item(
        "urn:tna:1",
        2,
        1,
        &json!({"headline": "Ellaby harbour stays shut", "ednote": "Corrects number of ships."}),
    );
    let other = item(
        "urn:tna:2",
        1,
        3,
        &json!({"headline": "Ellaby harbour opens", "evolvedfrom": "urn:tna:1"}),
    );
    let agency = vec![vec![first.clone()], vec![second.clone()], vec![first], vec![other]];
    let rule = format!("{DESK}{RULE}").replace("tell_again = []", "tell_again = ['correction']");
    let (watch, memory) = watching(agency, vec![vec![]], &rule).await;
    watch.run(Duration::from_mins(130)).await;
    assert_eq!(articles(&watch).await[0].article.title, "Ellaby harbour stays shut");
    watch.run(hours(3)).await;
    let all = articles(&watch).await;
    assert_eq!(all.len(), 1, "a new id that names the old one is no other article");
    assert_eq!((all[0].article.title.as_str(), all[0].revision), ("Ellaby harbour opens", 2));
    assert_eq!(reasons(&memory), [to("desk", "correction"), to("desk", "first")]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_news_is_stored_and_matched_only_where_a_rule_asks_for_it() {
    let advisory = item("urn:tna:1", 1, 0, &json!({"type": "advisory"}));
    let package = item(
        "urn:tna:2",
        1,
        0,
        &json!({"type": "composite", "headline": "Ellaby: all stories", "body_text": "Ellaby and more of what was sent today about the harbour there."}),
    );
    let rules = format!(
        "{}[[rule]]\nname = 'desk-notes'\nquery = 'Ellaby AND type:advisory'\nnotify = ['desk']\n",
        DESK.to_owned() + RULE
    );
    let (watch, memory) = watching(vec![vec![advisory, package]], vec![vec![]], &rules).await;
    watch.run(hours(2)).await;
    assert_eq!(articles(&watch).await.len(), 2);
    let alerts = watch.context.store.read(|tx| tx.alerts_since(start())).await.unwrap();
    let rules: Vec<_> = alerts.iter().map(|alert| alert.rule.as_str().to_owned()).collect();
    assert_eq!((rules, memory.sent().len()), (vec!["desk-notes".to_owned()], 1));
}

#[tokio::test(start_paused = true)]
async fn the_agencys_own_item_leads_the_story_and_is_its_origin() {
    let copy = Entry {
        id: "a".into(),
        title: "Ships wait as harbour of Ellaby is closed".into(),
        text: TEXT.replace("ELLABY, Tarn (Tarn News) - ", ""),
        published: at(0),
    };
    let agency = vec![vec![], vec![item("urn:tna:1", 1, 1, &json!({}))]];
    let (watch, _) = watching(agency, vec![vec![copy]], &format!("{DESK}{RULE}")).await;
    watch.run(hours(2)).await;
    let story = articles(&watch).await[0].story;
    let row = watch.context.store.read(move |tx| tx.story(story)).await.unwrap().unwrap();
    let lead = row.articles.iter().find(|article| article.id == row.lead).unwrap();
    assert_eq!((row.articles.len(), lead.feed.as_str()), (2, "tna"));
    assert_eq!((row.origin.as_str(), row.origins), ("tarn-news-agency", 1));
}

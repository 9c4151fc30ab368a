//! The real binary and channels beside mail: what comes, in what order, and what becomes of it when
//! it does not.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::hmac;
use serde_json::Value;
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Asked, Origin},
    wire::{self, Entry, text},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A paper whose feed can be added to, and a hook that answers in turn; the last answer stays.
struct Town {
    paper: Origin,
    hook: Origin,
    entries: Arc<Mutex<Vec<Entry>>>,
}

type Reply = (u16, &'static [(&'static str, &'static str)], &'static str);

impl Town {
    async fn new(answers: &'static [Reply]) -> Self {
        let entries = Arc::<Mutex<Vec<Entry>>>::default();
        let shown = Arc::clone(&entries);
        let paper = Origin::start(move |_| {
            Answer::new(200, &[], wire::atom("post", &shown.lock().unwrap()))
        })
        .await;
        let given = Mutex::new(0);
        let hook = Origin::start(move |_| {
            let mut given = given.lock().unwrap();
            let (status, headers, body) = answers[(*given).min(answers.len() - 1)];
            *given += 1;
            Answer::new(status, headers, body)
        })
        .await;
        let town = Self { paper, hook, entries };
        town.print("one");
        town
    }

    fn print(&self, id: &str) {
        let number = u64::try_from(id.len() * 7).unwrap();
        self.entries.lock().unwrap().push(Entry {
            id: id.into(),
            title: format!("Crane falls in Arden harbour ({id})"),
            text: format!("The harbour is closed. {}", text(number)),
            published: Clock::System.now(),
        });
    }

    /// Runs the daemon's rounds until so many articles are in.
    fn read(desk: &Desk, articles: usize) {
        until("the articles are in", || {
            desk.once();
            (desk.export("articles").len() == articles).then_some(())
        });
    }

    fn desk(&self, keys: &str) -> Desk {
        let desk = Desk::new(&self.config(keys));
        fs::write(desk.path("hook-secret"), SECRET).unwrap();
        desk
    }

    fn config(&self, keys: &str) -> String {
        format!(
            "[fetch]\nallow = ['{}', '{}']\n[[feed]]\nname = 'post'\nurl = '{}'\npublisher = 'Arden Post'\n\
             interval = '1 s'\nfull_text = 'never'\n\
             [[recipient]]\nname = 'desk'\nwait = '0 s'\n{keys}\n\
             [[rule]]\nname = 'harbour'\ntitle = 'The harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
            self.paper.address(),
            self.hook.address(),
            self.paper.url("/feed"),
        )
    }

    fn webhook(&self) -> String {
        format!("webhook = '{}'", self.hook.url("/hooks/T0"))
    }
}

fn body(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap()
}

/// Verifies a request as the receiver's library would.
fn is_signed(asked: &Asked) -> bool {
    let key = BASE64_STANDARD.decode(&SECRET["whsec_".len()..]).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let (id, at) =
        (asked.header("webhook-id").unwrap(), asked.header("webhook-timestamp").unwrap());
    let mut signed = format!("{id}.{at}.").into_bytes();
    signed.extend_from_slice(&asked.body);
    let signature = asked.header("webhook-signature").unwrap().strip_prefix("v1,").unwrap();
    let age = Clock::System.now().as_second() - at.parse::<i64>().unwrap();
    age.abs() < 60
        && hmac::verify(&key, &signed, &BASE64_STANDARD.decode(signature).unwrap()).is_ok()
}

/// The example of the documentation has the keys that are sent, and no others.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_gets_the_documented_json_signed() {
    let town = Town::new(&[(200, &[], "thanks")]).await;
    let desk = town.desk(&format!("{}\nsecret_file = 'hook-secret'", town.webhook()));
    desk.once();
    let [asked] = town.hook.asked().try_into().unwrap();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/hooks/T0"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert!(is_signed(&asked));
    let sent = body(&asked);
    let [row] = desk.export("deliveries").try_into().unwrap();
    assert_eq!(
        (&row["state"], &row["reply"], &row["address"]),
        (&"sent".into(), &"200 thanks".into(), &"webhook:desk".into())
    );
    assert_eq!(sent["id"], row["message_id"]);
    assert_eq!(asked.header("webhook-id"), row["message_id"].as_str());

    let page = fs::read_to_string("docs/webhook.md").unwrap();
    let example = page.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let example: Value = serde_json::from_str(example).unwrap();
    let documented = keys(&example, "");
    let undocumented: Vec<_> =
        keys(&sent, "").into_iter().filter(|key| !documented.contains(key)).collect();
    assert!(undocumented.is_empty(), "{undocumented:?}");
    for key in &documented {
        assert!(page.contains(&format!("`{}`", key.rsplit('.').next().unwrap())), "{key}");
    }
    for key in ["version", "id", "kind", "recipient", "made_at", "subject", "text", "alerts"] {
        assert_eq!(kind(&sent[key]), kind(&example[key]), "{key}");
    }
}

/// Every key of an object and of those within it, by its path.
fn keys(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| {
                let path = format!("{path}.{key}");
                let mut within = keys(value, &path);
                within.insert(0, path);
                within
            })
            .collect(),
        Value::Array(list) => list.first().map_or_else(Vec::new, |first| keys(first, path)),
        _ => Vec::new(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_asks_for_patience_gets_it_and_then_the_same_bytes_in_order() {
    let town = Town::new(&[(429, &[("retry-after", "600")], "slow down"), (204, &[], "")]).await;
    let desk = town.desk(&town.webhook());
    desk.once();
    town.print("second");
    Town::read(&desk, 2);
    assert_eq!(town.hook.asked().len(), 1, "the second waits with the first");
    let status = desk.status();
    assert_eq!(status["deliveries"]["due"], 2, "{status:#}");
    let way = &status["deliveries"]["waiting"][0];
    assert_eq!(
        (&way["way"], &way["for"], &way["messages"]),
        (&"webhook:desk".into(), &"server".into(), &2.into())
    );
    let next: jiff::Timestamp = way["next_try"].as_str().unwrap().parse().unwrap();
    let pause = next.duration_since(Clock::System.now()).as_secs();
    assert!((540..=600).contains(&pause), "{pause} s");
    let text = String::from_utf8(desk.answer(&["status"]).stdout).unwrap();
    assert!(
        text.contains("2 messages wait by `webhook:desk`")
            && text.contains("POST: too many messages; answered 429 slow down"),
        "{text}"
    );
    assert!(!text.contains("/hooks/T0"), "the address is not told");

    let answer = desk.answer(&["deliveries", "retry", "--all-failed"]);
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    desk.once();
    let asked = town.hook.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].body, asked[1].body, "the same bytes");
    let headline = |asked: &Asked| body(asked)["alerts"][0]["title"].as_str().unwrap().to_owned();
    assert!(headline(&asked[1]).ends_with("(one)") && headline(&asked[2]).ends_with("(second)"));
    let shown = String::from_utf8(desk.answer(&["deliveries", "show", "1"]).stdout).unwrap();
    assert!(shown.contains("POST: too many messages") && shown.contains("taken: 204"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_is_gone_or_leads_elsewhere_is_not_followed() {
    let town =
        Town::new(&[(410, &[], ""), (308, &[("location", "http://127.0.0.1:9/else")], "")]).await;
    let desk = town.desk(&format!("{}\nsecret_file = 'hook-secret'", town.webhook()));
    desk.once();
    town.print("second");
    Town::read(&desk, 2);
    let rows = desk.export("deliveries");
    assert_eq!(rows[0]["state"], "dropped");
    assert_eq!(
        rows[0]["last_error"],
        "refused for good: POST: the address is gone for good; answered 410"
    );
    assert_eq!((&rows[1]["state"], &rows[1]["waits_for"]), (&"due".into(), &"person".into()));
    assert!(rows[1]["last_error"].as_str().unwrap().contains("a redirect, which is not followed"));
    assert_eq!(town.hook.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_and_ntfy_get_their_own_forms() {
    let town = Town::new(&[(200, &[], "ok")]).await;
    let desk = town.desk(&format!("{}\nformat = 'slack'", town.webhook()));
    desk.once();
    let [asked] = town.hook.asked().try_into().unwrap();
    let text = body(&asked)["text"].as_str().unwrap().to_owned();
    assert!(
        text.contains("<https://post.example/one|Crane falls in Arden harbour (one)>"),
        "{text}"
    );

    let desk =
        town.desk(&format!("{}\nformat = 'ntfy'\nsecret_file = 'hook-secret'", town.webhook()));
    desk.once();
    let asked = town.hook.asked().remove(1);
    assert_eq!(asked.target, "/hooks/");
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
    let note = body(&asked);
    assert_eq!(
        (&note["topic"], &note["click"]),
        (&"T0".into(), &"https://post.example/one".into())
    );
    assert!(
        note["message"]
            .as_str()
            .unwrap()
            .starts_with("Crane falls in Arden harbour (one) (Arden Post)")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_json_and_its_end_decides() {
    let town = Town::new(&[(200, &[], "")]).await;
    let folder = tempfile::tempdir().unwrap();
    let (program, out) = (folder.path().join("page"), folder.path().join("out"));
    let script = |end: &str| {
        fs::write(&program, format!("#!/bin/sh\ncat >> {}\necho $1 >&2\n{end}\n", out.display()))
            .unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    };
    script("exit 75");
    let desk = town.desk(&format!("exec = ['{}', '--night']", program.display()));
    desk.once();
    let [row] = desk.export("deliveries").try_into().unwrap();
    assert_eq!((&row["state"], &row["address"]), (&"due".into(), &"exec:desk".into()));
    let error = row["last_error"].as_str().unwrap();
    assert!(error.contains("exit status: 75: --night"), "{error}");
    script("exit 0");
    assert!(desk.answer(&["deliveries", "retry", "1"]).status.success());
    desk.once();
    let [row] = desk.export("deliveries").try_into().unwrap();
    assert_eq!((&row["state"], &row["reply"]), (&"sent".into(), &"0 --night".into()));
    let twice = fs::read_to_string(&out).unwrap();
    let mut bodies = serde_json::Deserializer::from_str(&twice).into_iter::<Value>();
    let (first, second) = (bodies.next().unwrap().unwrap(), bodies.next().unwrap().unwrap());
    assert_eq!(first, second);
    assert_eq!(first["alerts"][0]["rule"], "harbour");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_every_way_that_alerts_go() {
    let town = Town::new(&[(200, &[], "thanks"), (500, &[], "no")]).await;
    let desk = town.desk(&format!(
        "{}\nsecret_file = 'hook-secret'\nemail = ['desk@desk.example']\nexec = ['/bin/false']\nfeed_folder = '/nowhere/feeds'",
        town.webhook()
    ));
    let said = |arguments: &[&str]| {
        let answer = desk.answer(&[&["mail", "test"], arguments].concat());
        let text = [answer.stdout, answer.stderr].concat();
        (answer.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, text) = said(&[]);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        matches!(lines.as_slice(), [mail, exec, feed, hook]
        if mail.starts_with("desk@desk.example: taken: ")
            && exec.starts_with("exec:desk: not taken: ")
            && feed.starts_with("feed:desk: nothing to send; ")
            && *hook == "webhook:desk: taken: 200 thanks"),
        "{text}"
    );
    assert_eq!(code, Some(75), "one was not taken");
    let [asked] = town.hook.asked().try_into().unwrap();
    assert!(is_signed(&asked));
    assert_eq!(body(&asked)["subject"], "[Wiredesk] a test of how alerts reach you");

    let (code, text) = said(&["--to", "webhook:desk"]);
    assert!(text.starts_with("webhook:desk: not taken: ") && text.lines().count() == 1, "{text}");
    assert_eq!(code, Some(75));
    assert_eq!(said(&["--to", "webhook:night"]).0, Some(64), "nobody has that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_can_be_subscribed_to() {
    let town = Town::new(&[(200, &[], "")]).await;
    let folder = tempfile::tempdir().unwrap();
    let feeds = folder.path().join("feeds");
    let desk = town.desk(&format!("feed_folder = '{}'", feeds.display()));
    desk.once();
    let read = || {
        let xml = fs::read(feeds.join("harbour.atom")).unwrap();
        feed_rs::parser::parse(xml.as_slice()).unwrap()
    };
    let first = read();
    assert_eq!(first.title.unwrap().content, "The harbour");
    assert_eq!(first.entries.len(), 1);
    town.print("second");
    Town::read(&desk, 2);
    let second = read();
    assert_eq!(second.id, first.id);
    let ids: Vec<_> = second.entries.iter().map(|entry| entry.id.clone()).collect();
    assert_eq!((ids.len(), &ids[1]), (2, &first.entries[0].id), "the newest first, ids stay");
    assert_eq!(second.entries[0].links[0].href, "https://post.example/second");
    let names: Vec<_> =
        fs::read_dir(&feeds).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["harbour.atom"], "nothing is left half written");
}

/// A mail server that is away, and an operator who is told by a hook.
#[tokio::test(flavor = "multi_thread")]
async fn the_operators_sign_of_life_goes_to_a_hook() {
    let town = Town::new(&[(200, &[], "")]).await;
    let config = town.config("email = ['desk@desk.example']")
        + &format!("[operator]\nheartbeat = 'daily 00:00'\n{}\nformat = 'slack'\n", town.webhook());
    let desk = Desk::new(&config);
    desk.once();
    // The word of a day is due at the first midnight after the first look.
    let memory = "UPDATE meta SET value = json_set(value, '$.daily', '2020-01-01T00:00:00Z') WHERE key = 'operator'";
    let file = rusqlite::Connection::open(desk.data().join("wiredesk.db")).unwrap();
    assert_eq!(file.execute(memory, []).unwrap(), 1);
    drop(file);
    desk.once();
    let asked = until("the word came", || town.hook.asked().pop());
    let text = body(&asked)["text"].as_str().unwrap().to_owned();
    assert!(text.contains("watching 1 feed, 1 healthy"), "{text}");
}

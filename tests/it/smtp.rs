//! The real binary and a mail server: what it hands over, and what it tells when it cannot.

use std::fs;

use mail_parser::{HeaderValue, MessageParser};
use rustix::process::Signal;
use serde_json::Value;
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, PATIENCE, until},
    origin::{Answer as Page, Origin},
    smtp::{Answer, Options, Security, SmtpServer, Step},
    wire::{self, Entry, text},
};

const PASSWORD: &str = "open sesame";

/// A desk with one story to tell, a paper that prints it, and a mail server with a script.
struct Post {
    desk: Desk,
    server: SmtpServer,
    _paper: Origin,
}

impl Post {
    async fn new(password: &str, script: Vec<Vec<(Step, Answer)>>) -> Self {
        let published = Clock::System.now();
        let entry = |id: &str, number| Entry {
            id: id.into(),
            title: format!("Crane falls in Arden harbour ({id})"),
            text: format!("The harbour is closed. {}", text(number)),
            published,
        };
        let feed = wire::atom("post", &[entry("one", 1), entry("two", 2), entry("three", 3)]);
        let paper = Origin::start(move |_| Page::new(200, &[], &feed)).await;
        let server = SmtpServer::start(Options {
            security: Security::StartTls,
            login: Some(("desk", PASSWORD)),
            script,
            ..Options::default()
        });
        let config = format!(
            "[fetch]\nallow = ['{address}']\n[limits]\nsends = 1\n\
             [mail]\nfrom = 'Wire Desk <wire@desk.example>'\nsmtp = 'smtp://127.0.0.1:{port}'\n\
             username = 'desk'\npassword_file = 'smtp-password'\n\
             [[feed]]\nname = 'post'\nurl = '{url}'\npublisher = 'Arden Post'\ninterval = '1 s'\nfull_text = 'never'\n\
             [[recipient]]\nname = 'desk'\nemail = ['ops@desk.example']\nwait = '0 s'\n\
             [[rule]]\nname = 'harbour'\ntitle = 'The harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
            address = paper.address(),
            port = server.port(),
            url = paper.url("/feed"),
        );
        Self { desk: Desk::new(&config).with_server(&server, password), server, _paper: paper }
    }

    /// `status` as text, and as JSON.
    fn status(&self) -> (String, Value) {
        let text = self.desk.answer(&["status"]);
        assert!(text.status.success());
        (String::from_utf8(text.stdout).unwrap(), self.desk.status())
    }

    /// The only delivery that is in trouble.
    fn troubled(&self) -> Value {
        let status = self.desk.status();
        let troubled = status["deliveries"]["troubled"].as_array().unwrap();
        assert_eq!(troubled.len(), 1, "{status:#}");
        troubled[0].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_story_is_handed_over_encrypted_and_with_all_it_must_have() {
    let post = Post::new(PASSWORD, Vec::new()).await;
    let daemon = post.desk.run();
    let taken = post.server.wait_for(3, PATIENCE);
    until("the deliveries are noted", || {
        (post.desk.status()["deliveries"]["sent"] == 3).then_some(())
    });
    assert!(daemon.terminate().success());
    for mail in &taken {
        assert!(mail.encrypted && mail.user.as_deref() == Some("desk"));
        assert_eq!(
            (mail.from.as_str(), &mail.to[..]),
            ("wire@desk.example", &["ops@desk.example".to_owned()][..])
        );
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let header = |name: &str| match parsed.header(name) {
            Some(HeaderValue::Text(text)) => text.to_string(),
            other => format!("{other:?}"),
        };
        let subject = parsed.subject().unwrap();
        assert!(subject.contains("Crane falls in Arden harbour"), "{subject}");
        assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("wire@desk.example"));
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ops@desk.example"));
        assert!(parsed.date().is_some());
        assert!(parsed.message_id().unwrap().ends_with("@desk.example"));
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("X-Wiredesk-Rule"), "harbour");
        assert_eq!(header("X-Wiredesk-Reason"), "first");
        for body in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
            for part in ["harbour", "Arden Post", "https://post.example/"] {
                assert!(body.contains(part), "{part}: {body}");
            }
        }
    }
    let rows = post.desk.export("deliveries");
    let ids: Vec<_> = rows.iter().map(|row| row["message_id"].as_str().unwrap()).collect();
    let came: Vec<_> = taken.iter().map(|mail| mail.message_id()).collect();
    assert_eq!(ids, came);
    assert!(rows.iter().all(|row| row["reply"] == "250 2.0.0 taken as 4711"), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_busy_is_told_of_with_the_next_try() {
    let script = vec![vec![(Step::Rcpt, Answer::Reply("451 4.7.1 greylisted, come back"))]];
    let post = Post::new(PASSWORD, script).await;
    post.desk.once();
    assert_eq!(post.server.taken().len(), 2, "the other stories are not kept waiting");
    let (text, status) = post.status();
    assert_eq!(status["deliveries"]["due"], 1);
    let troubled = post.troubled();
    assert_eq!((troubled["state"].as_str(), troubled["attempts"].as_i64()), (Some("due"), Some(1)));
    let error = troubled["last_error"].as_str().unwrap();
    assert!(error.starts_with("RCPT: ") && error.contains("4.7.1 greylisted"), "{error}");
    let due: jiff::Timestamp = troubled["due_at"].as_str().unwrap().parse().unwrap();
    let pause = due.duration_since(Clock::System.now()).as_secs();
    assert!((1..=60).contains(&pause), "{pause} s");
    assert!(text.contains(error) && text.contains(&format!("next try at {due}")), "{text}");
    post.desk.once();
    assert_eq!(post.server.reached(Step::Mail), 3, "it is not asked before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_its_reason_and_not_tried_again() {
    let script = vec![vec![(Step::Rcpt, Answer::Reply("550 5.1.1 no such desk"))]];
    let post = Post::new(PASSWORD, script).await;
    post.desk.once();
    let (text, status) = post.status();
    let counts = &status["deliveries"];
    assert_eq!([&counts["due"], &counts["sent"], &counts["dropped"]], [0, 2, 1]);
    let troubled = post.troubled();
    assert_eq!(
        (troubled["state"].as_str(), troubled["attempts"].as_i64()),
        (Some("dropped"), Some(1))
    );
    let error = troubled["last_error"].as_str().unwrap();
    assert!(
        error.starts_with("refused for good: RCPT: ") && error.contains("no such desk"),
        "{error}"
    );
    assert!(
        text.contains("was given up: refused for good") && text.contains("no such desk"),
        "{text}"
    );
    assert_eq!(status["problems"].as_array().unwrap().len(), 1);
    post.desk.once();
    assert_eq!(post.server.taken().len(), 2);

    // The server's words are kept, and a person can have it tried again.
    let said = |arguments: &[&str]| {
        let answer = post.desk.answer(arguments);
        (
            answer.status.code(),
            String::from_utf8(answer.stdout).unwrap() + &String::from_utf8(answer.stderr).unwrap(),
        )
    };
    let id = troubled["id"].to_string();
    let (code, list) = said(&["deliveries", "list", "--state", "dropped"]);
    assert!(
        code == Some(0) && list.contains("no such desk") && list.ends_with("1 message\n"),
        "{list}"
    );
    let (code, shown) = said(&["deliveries", "show", &id]);
    assert_eq!(code, Some(0));
    for part in [
        "given up at",
        "tells 1 alert",
        "for `harbour`",
        "Crane falls",
        "tried once",
        "no such desk",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (code, lines) = said(&["deliveries", "list", "--json"]);
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, rows.len()), (Some(0), 3));
    assert_eq!(said(&["deliveries", "show", "99"]).0, Some(65));
    assert_eq!(said(&["deliveries", "retry", "99"]).0, Some(65));
    assert_eq!(
        said(&["deliveries", "retry", &rows[0]["id"].to_string()]).0,
        Some(65),
        "it was sent"
    );
    let (code, text) = said(&["deliveries", "retry", "--all-failed"]);
    assert_eq!(
        (code, text.as_str()),
        (Some(0), format!("delivery {id} is due now\n1 message to be tried again\n").as_str())
    );
    post.desk.once();
    let taken = post.server.taken();
    assert_eq!(taken.len(), 3);
    assert_eq!(taken[2].message_id(), troubled["message_id"].as_str().unwrap());
    let (_, json) = said(&["deliveries", "show", &id, "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let ended: Vec<_> = json["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["ended"].as_str().unwrap())
        .collect();
    assert_eq!(ended, ["dropped", "sent"]);
    assert_eq!(
        (&json["history"][0]["step"], &json["history"][0]["code"]),
        (&"RCPT".into(), &550.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_health_check_fails_when_messages_are_not_taken_for_an_hour() {
    let post = Post::new("wrong", Vec::new()).await;
    post.desk.once();
    let check = || {
        let answer = post.desk.answer(&["status", "--check"]);
        (answer.status.code(), String::from_utf8(answer.stdout).unwrap())
    };
    let daemon = post.desk.run();
    assert_eq!(check(), (Some(0), String::new()), "it may pass");
    let hour = "UPDATE delivery SET first_try = first_try - 3600000 WHERE first_try IS NOT NULL";
    let file = rusqlite::Connection::open(post.desk.data().join("wiredesk.db")).unwrap();
    file.busy_timeout(std::time::Duration::from_secs(9)).unwrap();
    assert_eq!(file.execute(hour, []).unwrap(), 1, "one asks for all");
    let (code, told) = check();
    assert_eq!(code, Some(69));
    assert!(
        told.starts_with("3 messages wait by mail since ") && told.contains("who are you?"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    let (text, status) = post.status();
    assert!(text.contains(told.trim_end()), "{text}");
    assert_eq!(status["deliveries"]["waiting"][0]["for"], "person");
    assert!(daemon.terminate().success());
    let (code, told) = check();
    assert!(code == Some(69) && told.contains("the daemon does not run"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_not_repeated_and_mended_by_a_reload() {
    let post = Post::new("wrong", Vec::new()).await;
    let daemon = post.desk.run();
    until("the password is refused", || {
        (post.desk.status()["deliveries"]["troubled"].as_array()?.len() == 1).then_some(())
    });
    let (text, status) = post.status();
    assert_eq!(status["deliveries"]["due"], 3);
    let error = post.troubled()["last_error"].as_str().unwrap().to_owned();
    assert!(error.starts_with("AUTH: ") && error.contains("who are you?"), "{error}");
    assert!(text.contains(&error) && !text.contains("wrong"), "{text}");
    let polls = post.desk.status()["feeds"][0]["polls"].as_i64().unwrap();
    until("the watch goes on", || {
        (post.desk.status()["feeds"][0]["polls"].as_i64()? > polls + 1).then_some(())
    });
    assert_eq!(post.server.sessions(), 1, "one wrong password for three messages");

    fs::write(post.desk.path("smtp-password"), PASSWORD).unwrap();
    daemon.signal(Signal::HUP);
    post.server.wait_for(3, PATIENCE);
    until("nothing is in trouble", || {
        (post.desk.status()["problems"].as_array()?.is_empty()).then_some(())
    });
    assert!(!daemon.log().contains("wrong") && !daemon.log().contains(PASSWORD));
    assert!(daemon.terminate().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_killed_while_the_server_thinks_sends_everything_afterwards() {
    let post = Post::new(PASSWORD, vec![vec![(Step::Message, Answer::Silence)]]).await;
    let daemon = post.desk.run();
    until("a message is on its way", || (post.server.sessions() == 1).then_some(()));
    daemon.kill();
    let before = post.desk.export("deliveries");
    let daemon = post.desk.run();
    let taken = post.server.wait_for(3, PATIENCE);
    assert!(daemon.terminate().success());
    let mut came: Vec<_> = taken.iter().map(|mail| mail.message_id()).collect();
    came.sort();
    let mut promised: Vec<_> =
        before.iter().map(|row| row["message_id"].as_str().unwrap().to_owned()).collect();
    promised.sort();
    assert_eq!(came, promised);
}

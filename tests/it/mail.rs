//! Tests of `mail` from outside: against a scripted server, and into a folder.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use wiredesk::{
    alert::{
        Carrier, Letter, Reason, Telling,
        letter::{Held, Templates},
        render,
    },
    mail::{
        MailError, Mailer, Memory, Message, NextStep, Outgoing, Settings, SmtpSettings, Timeouts,
        Tls, message,
    },
    model::{AlertId, ArticleId, RecipientName, RuleName, StoryId},
    story::Relation,
};

use crate::support::{
    smtp::{Answer, Options, Security, SmtpServer, Step},
    strict,
};

const LOGIN: (&str, &str) = ("desk", "correct horse");

/// A message with lines that begin with dots, since those are special on the wire.
fn notice() -> Message {
    Message {
        message_id: "d7.r1@desk.example".into(),
        in_reply_to: None,
        references: Vec::new(),
        from: "Wiredesk <wiredesk@desk.example>".into(),
        reply_to: None,
        to: "ops@desk.example".into(),
        subject: "[harbour] Kranausfall in Übersee".into(),
        text: "Der Kran fiel.\n.\n..und dann\n".into(),
        html: "<p>Der Kran fiel.</p>\n".into(),
        date: "2025-05-12T06:30:00Z".parse().unwrap(),
        list: None,
        unsubscribe: None,
        priority: None,
        rules: Vec::new(),
        stories: Vec::new(),
        reasons: Vec::new(),
    }
}

fn outgoing() -> Outgoing {
    message::outgoing(&notice()).unwrap()
}

fn server(security: Security, script: Vec<Vec<(Step, Answer)>>) -> SmtpServer {
    SmtpServer::start(Options { security, login: Some(LOGIN), script, ..Options::default() })
}

fn settings(server: &SmtpServer, tls: Tls) -> SmtpSettings {
    let limit = Duration::from_secs(10);
    SmtpSettings {
        host: "127.0.0.1".into(),
        port: server.port(),
        tls,
        credentials: Some((LOGIN.0.to_owned(), LOGIN.1.into())),
        timeouts: Timeouts {
            connect: limit,
            greeting: limit,
            starttls: limit,
            auth: limit,
            envelope: limit,
            data: limit,
            message: limit,
            quit: limit,
        },
        extra_ca: Some(server.ca_pem().as_bytes().to_vec()),
        hello_name: Some("watch.example".into()),
        connections: 4,
    }
}

async fn send(settings: SmtpSettings) -> Result<String, MailError> {
    let mailer = Mailer::new(&Settings::Smtp(settings)).unwrap();
    mailer.send(&outgoing()).await.map(|receipt| receipt.reply)
}

async fn refused(script: &[(Step, Answer)]) -> MailError {
    let server = server(Security::StartTls, vec![script.to_vec()]);
    let fault = send(settings(&server, Tls::StartTls)).await.unwrap_err();
    assert_eq!(server.sessions(), 1, "one attempt is one connection");
    fault
}

#[tokio::test]
async fn a_message_arrives_byte_for_byte_over_starttls() {
    let server = server(Security::StartTls, vec![]);
    let reply = send(settings(&server, Tls::StartTls)).await.unwrap();
    assert_eq!(reply, "250 2.0.0 taken as 4711");
    let [taken] = server.wait_for(1, Duration::from_secs(10)).try_into().unwrap();
    assert_eq!(taken.bytes, outgoing().bytes);
    assert_eq!(taken.from, "wiredesk@desk.example");
    assert_eq!(taken.to, ["ops@desk.example"]);
    assert_eq!(taken.message_id(), "d7.r1@desk.example");
    assert_eq!(taken.user.as_deref(), Some("desk"));
    assert!(taken.encrypted);
}

#[tokio::test]
async fn implicit_tls_is_encrypted_from_the_first_byte() {
    let server = server(Security::Implicit, vec![]);
    send(settings(&server, Tls::Implicit)).await.unwrap();
    assert!(server.taken()[0].encrypted);
    assert_eq!(server.taken()[0].bytes, outgoing().bytes);
}

#[tokio::test]
async fn without_tls_only_when_asked() {
    let server = server(Security::StartTls, vec![]);
    send(settings(&server, Tls::None)).await.unwrap();
    assert!(!server.taken()[0].encrypted);
}

#[tokio::test]
async fn a_server_without_starttls_is_never_spoken_to_in_the_clear() {
    let server = server(Security::Plain, vec![]);
    let fault = send(settings(&server, Tls::StartTls)).await.unwrap_err();
    assert_eq!(fault.next_step, NextStep::Operator);
    assert!(fault.detail.contains("does not offer STARTTLS"), "{fault}");
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn an_unknown_certificate_is_the_operators_business() {
    for (security, tls) in
        [(Security::StartTls, Tls::StartTls), (Security::Implicit, Tls::Implicit)]
    {
        let server = server(security, vec![]);
        let fault = send(SmtpSettings { extra_ca: None, ..settings(&server, tls) }).await;
        let fault = fault.unwrap_err();
        assert_eq!(fault.next_step, NextStep::Operator, "{fault}");
        assert!(fault.detail.contains("certificate"), "{fault}");
        assert_eq!(server.taken(), []);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = server(Security::StartTls, vec![]);
    // The server's is for `127.0.0.1`.
    let other = SmtpSettings { host: "localhost".into(), ..settings(&server, Tls::StartTls) };
    let fault = send(other).await.unwrap_err();
    assert_eq!(fault.next_step, NextStep::Operator, "{fault}");
    assert_eq!(server.taken(), []);
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_business() {
    let server = server(Security::StartTls, vec![]);
    let credentials = Some(("desk".to_owned(), "wrong".into()));
    let fault = send(SmtpSettings { credentials, ..settings(&server, Tls::StartTls) }).await;
    let fault = fault.unwrap_err();
    assert_eq!((fault.next_step, fault.code), (NextStep::Operator, Some(535)));
    assert!(fault.detail.starts_with("AUTH: ") && fault.detail.contains("who are you?"), "{fault}");
}

/// Before the message, what goes wrong is about the server.
fn again(step: Step) -> NextStep {
    match step {
        Step::Greeting | Step::Ehlo | Step::StartTls | Step::Auth => NextStep::Down,
        Step::Mail | Step::Rcpt | Step::Data | Step::Message => NextStep::Retry,
    }
}

#[tokio::test]
async fn a_4xx_at_any_step_is_tried_again() {
    for (step, line) in [
        (Step::Greeting, "421 4.3.2 too busy"),
        (Step::Ehlo, "421 4.3.2 too busy"),
        (Step::StartTls, "454 4.7.0 no TLS now"),
        (Step::Auth, "454 4.7.0 no directory now"),
        (Step::Mail, "451 4.3.0 queue trouble"),
        (Step::Rcpt, "450 4.2.0 greylisted"),
        (Step::Data, "451 4.3.0 queue trouble"),
        (Step::Message, "452 4.3.1 disk full"),
    ] {
        let fault = refused(&[(step, Answer::Reply(line))]).await;
        assert_eq!(fault.next_step, again(step), "{step:?}: {fault}");
        assert_eq!(fault.code, line[..3].parse().ok(), "{step:?}: {fault}");
        assert!(fault.detail.contains(&line[10..]), "{step:?}: {fault}");
    }
}

#[tokio::test]
async fn a_5xx_on_the_message_is_final_and_says_why() {
    for (step, name, line) in [
        (Step::Mail, "MAIL", "550 5.1.0 sender refused"),
        (Step::Rcpt, "RCPT", "550 5.1.1 no such user"),
        (Step::Data, "DATA", "554 5.5.1 no valid recipients"),
        (Step::Message, "after the message", "554 5.7.1 not wanted here"),
    ] {
        let fault = refused(&[(step, Answer::Reply(line))]).await;
        assert_eq!(fault.next_step, NextStep::Never, "{fault}");
        assert_eq!(fault.code, line[..3].parse().ok());
        assert!(fault.detail.starts_with(name) && fault.detail.contains(&line[10..]), "{fault}");
    }
}

#[tokio::test]
async fn a_line_cut_at_any_step_is_tried_again() {
    for step in [Step::Greeting, Step::Ehlo, Step::StartTls, Step::Auth, Step::Mail, Step::Rcpt] {
        let fault = refused(&[(step, Answer::Cut)]).await;
        assert_eq!((fault.next_step, fault.code), (again(step), None), "{step:?}: {fault}");
    }
}

#[tokio::test]
async fn a_cut_after_the_message_brings_the_same_message_again() {
    let server = server(Security::StartTls, vec![vec![(Step::Message, Answer::Cut)]]);
    let mailer = Mailer::new(&Settings::Smtp(settings(&server, Tls::StartTls))).unwrap();
    let frozen = outgoing();
    assert_eq!(mailer.send(&frozen).await.unwrap_err().next_step, NextStep::Retry);
    mailer.send(&frozen).await.unwrap();
    let [first, second] = server.taken().try_into().unwrap();
    assert_eq!(first.bytes, second.bytes);
    assert_eq!(first.message_id(), second.message_id());
}

#[tokio::test]
async fn silence_at_any_step_ends() {
    let soon = Duration::from_millis(100);
    for step in [Step::Greeting, Step::Ehlo, Step::StartTls, Step::Mail, Step::Data, Step::Message]
    {
        let server = server(Security::StartTls, vec![vec![(step, Answer::Silence)]]);
        let mut short = settings(&server, Tls::StartTls);
        let limits = &mut short.timeouts;
        match step {
            Step::Greeting | Step::Ehlo => (limits.connect, limits.greeting) = (soon, soon),
            Step::StartTls => limits.starttls = soon,
            Step::Mail => limits.envelope = soon,
            Step::Data => limits.data = soon,
            _ => limits.message = soon,
        }
        let fault = send(short).await.unwrap_err();
        assert_eq!((fault.next_step, fault.code), (again(step), None), "{step:?}: {fault}");
        assert!(fault.detail.contains("no answer within"), "{step:?}: {fault}");
        assert_eq!(server.taken(), []);
    }
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let gone = {
        let server = server(Security::Plain, vec![]);
        settings(&server, Tls::None)
    };
    let fault = send(gone).await.unwrap_err();
    assert_eq!((fault.next_step, fault.code), (NextStep::Down, None));
    assert!(fault.detail.contains("127.0.0.1") && fault.detail.contains("connecting"), "{fault}");
}

/// A letter of many stories in a script that takes three bytes a character.
fn digest(stories: i64) -> Letter {
    let carrier = Carrier {
        publisher: "ख़बर".into(),
        title: "बंदरगाह में क्रेन गिरी ".repeat(20),
        url: Some("https://a.example/खबर?x=1&y=2".into()),
        first_seen: Timestamp::UNIX_EPOCH,
        relation: Relation::Rewritten,
        is_agency: false,
        inferred: None,
    };
    let telling = |story| Telling {
        alert: AlertId(story),
        rule: RuleName::new("harbour"),
        rule_title: Some("बंदरगाह".into()),
        query: "क्रेन".into(),
        reason: Reason::First,
        priority: None,
        story: StoryId(story),
        article: ArticleId(story),
        title: carrier.title.clone(),
        summary: Some("x=\"y\"; ".repeat(300)),
        url: carrier.url.clone(),
        publisher: carrier.publisher.clone(),
        credits: Vec::new(),
        credited_in: None,
        cited: Vec::new(),
        dateline: None,
        published: None,
        seen_at: Timestamp::UNIX_EPOCH,
        note: None,
        change: None,
        excerpts: Vec::new(),
        carriers: vec![carrier.clone(); 50],
        related: Vec::new(),
        origins: 1,
    };
    Letter {
        recipient: RecipientName::new("desk"),
        tellings: (0..stories).map(telling).collect(),
        timezone: TimeZone::UTC,
        now: Timestamp::UNIX_EPOCH,
        late: None,
        held: Held::default(),
        watch: None,
    }
}

#[test]
fn a_rendered_letter_arrives_whole_and_is_never_clipped() {
    for stories in [1, 3, 400] {
        let rendered = render(&digest(stories), &Templates::default());
        let bytes = message::format(&Message {
            subject: rendered.subject.clone(),
            text: rendered.text.clone(),
            html: rendered.html.clone(),
            ..notice()
        })
        .unwrap();
        assert!(bytes.len() < 90_000, "{stories} stories take {} bytes", bytes.len());
        let read = strict::read(&bytes).unwrap();
        assert_eq!(read.field("subject"), Some(rendered.subject.as_str()));
        assert_eq!(read.text.trim_end(), rendered.text.trim_end());
        assert_eq!(read.html.trim_end(), rendered.html.trim_end());
    }
}

#[tokio::test]
async fn a_folder_takes_each_message_once_and_as_a_whole() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("mail");
    let mailer = Mailer::new(&Settings::Directory(folder.clone())).unwrap();
    let first = mailer.send(&outgoing()).await.unwrap();
    let again = mailer.send(&outgoing()).await.unwrap();
    assert_eq!(first, again);
    let other = Outgoing { message_id: "../d8.r1@desk.example".into(), ..outgoing() };
    mailer.send(&other).await.unwrap();

    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["%2E.%2Fd8.r1@desk.example.eml", "d7.r1@desk.example.eml"]);
    assert_eq!(std::fs::read(&first.reply).unwrap(), outgoing().bytes);
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1, "nothing beside the folder");
}

#[tokio::test]
async fn a_half_written_file_of_a_crash_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".d7.r1@desk.example.eml"), "half").unwrap();
    let mailer = Mailer::new(&Settings::Directory(folder.path().to_owned())).unwrap();
    mailer.send(&outgoing()).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_the_operators_business() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mailer = Mailer::new(&Settings::Directory(file.path().join("mail"))).unwrap();
    let fault = mailer.send(&outgoing()).await.unwrap_err();
    assert_eq!(fault.next_step, NextStep::Operator, "{fault}");
}

#[tokio::test]
async fn memory_keeps_and_refuses_as_told() {
    let memory = Memory::default();
    let mailer = Mailer::Memory(memory.clone());
    let refusal = MailError::new(NextStep::Retry, "RCPT: later").with_code(Some(451));
    memory.refuse(refusal.clone());
    assert_eq!(mailer.send(&outgoing()).await.unwrap_err(), refusal);
    mailer.send(&outgoing()).await.unwrap();
    assert_eq!(memory.sent(), [outgoing()]);
}

//! Messages that are not taken: tried again, given up, or held until a person helps.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use wiredesk::{
    clock::Clock,
    config::Live,
    daemon,
    mail::{MailError, Mailer, Memory, NextStep, Settings, SmtpSettings, Timeouts, Tls},
    model::Generation,
    pipeline::{self, InForce},
    store::{DeliveryRow, Room},
};

use super::{Entry, PAPERS, Watch, recorded, start};
use crate::support::{
    smtp::{Answer, Options, Security, SmtpServer, Step, Taken},
    wire::{headline, text},
};

const MINUTE: Duration = Duration::from_mins(1);

fn config() -> String {
    format!(
        "[fetch]\nallow = ['127.0.0.1:8080']\n\
         [[feed]]\nname = 'post'\nurl = '{PAPERS}/post'\ninterval = '10 min'\n\
         [[recipient]]\nname = 'desk'\nemail = ['one@desk.example', 'two@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'all'\nquery = 'feed:post'\nnotify = ['desk']\n"
    )
}

fn entry(number: u64) -> Entry {
    let later = SignedDuration::from_mins(10 * i64::try_from(number).unwrap());
    Entry {
        id: format!("s{number}"),
        title: headline(number),
        text: text(number),
        published: start() + later,
    }
}

/// A watch of one story, told to the first address only.
async fn one_message(mailer: Mailer, clock: Clock) -> Watch {
    let config = config().replace(", 'two@desk.example'", "");
    Watch::new(&config, recorded([("post", vec![entry(0)])]), mailer, clock).await
}

fn refusal(next_step: NextStep, code: u16) -> MailError {
    MailError::new(next_step, format!("RCPT: {code} because")).at("RCPT").with_code(Some(code))
}

/// Runs for so many minutes; those in which an attempt was made.
async fn attempts(watch: &Watch, minutes: u64) -> Vec<u64> {
    let observe = async {
        let (mut made, mut seen) = (Vec::new(), 0);
        tokio::time::sleep(MINUTE / 2).await;
        for minute in 0..minutes {
            let attempts = watch.deliveries().await.iter().map(|row| row.attempts).sum();
            if attempts > seen {
                made.push(minute);
                seen = attempts;
            }
            tokio::time::sleep(MINUTE).await;
        }
        made
    };
    tokio::join!(watch.run(MINUTE * u32::try_from(minutes).unwrap()), observe).1
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_busy_is_asked_again_with_the_same_message() {
    let memory = Memory::default();
    for _ in 0..6 {
        memory.refuse(refusal(NextStep::Retry, 451));
    }
    let watch = one_message(Mailer::Memory(memory.clone()), Clock::simulated(start())).await;
    assert_eq!(attempts(&watch, 120).await, [0, 1, 3, 8, 18, 33, 63]);
    let [row] = watch.deliveries().await.try_into().unwrap();
    assert_eq!((row.state.as_str(), row.attempts, row.last_error), ("sent", 7, None));
    let [sent] = memory.sent().try_into().unwrap();
    assert_eq!(sent.message_id, row.message_id);
    let mail = String::from_utf8(sent.bytes).unwrap();
    assert!(mail.contains("Date: Mon, 12 May 2025 06:00:0"), "as it was first made: {mail}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_always_busy_is_given_up_after_two_days_and_that_is_told() {
    let memory = Memory::default();
    for _ in 0..100 {
        memory.refuse(refusal(NextStep::Retry, 451));
    }
    let watch = one_message(Mailer::Memory(memory.clone()), Clock::simulated(start())).await;
    watch.run(Duration::from_hours(60)).await;
    let [row] = watch.deliveries().await.try_into().unwrap();
    assert_eq!((row.state.as_str(), row.attempts), ("dropped", 20));
    let error = row.last_error.unwrap();
    assert_eq!(error, "given up after 20 attempts in 48 h: RCPT: 451 because");
    let troubled = watch.context.store.read(|tx| tx.troubled_deliveries(start())).await.unwrap();
    assert_eq!(troubled.len(), 1);
    assert_eq!(memory.sent(), []);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_refused_for_good_is_tried_once() {
    let memory = Memory::default();
    memory.refuse(refusal(NextStep::Never, 550));
    let watch = one_message(Mailer::Memory(memory.clone()), Clock::simulated(start())).await;
    watch.run(Duration::from_hours(5)).await;
    let [row] = watch.deliveries().await.try_into().unwrap();
    assert_eq!((row.state.as_str(), row.attempts), ("dropped", 1));
    assert_eq!(row.last_error.as_deref(), Some("refused for good: RCPT: 550 because"));
    assert_eq!(memory.sent(), []);
}

/// A story every ten minutes for two addresses, over a server that lets nobody in.
#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_not_tried_with_every_message() {
    let memory = Memory::default();
    for _ in 0..1_000 {
        memory.refuse(refusal(NextStep::Operator, 535));
    }
    let editions = (0..18).map(|last| ("post", (0..=last).map(entry).collect()));
    let (fetcher, mailer) = (recorded(editions), Mailer::Memory(memory));
    let watch = Watch::new(&config(), fetcher, mailer, Clock::simulated(start())).await;
    assert_eq!(attempts(&watch, 175).await, [0, 30, 60, 90, 120, 150]);
    let rows = watch.deliveries().await;
    let made: u32 = rows.iter().map(|row| row.attempts).sum();
    assert_eq!((rows.len(), made), (36, 7), "two at first, one each half an hour");
    assert!(rows.iter().all(|row| row.state == "due"), "none is given up");

    // Another configuration is in force: nobody waits for the half hour to be over.
    let mended = Memory::default();
    let old = watch.context.in_force();
    let live = Live { generation: Generation(2), ..old.live.clone() };
    let (fetcher, mailer) = (old.fetcher.clone(), Mailer::Memory(mended.clone()));
    watch.orders.send_replace(Arc::new(InForce { live, fetcher, mailer }));
    // As a reload does that changes [mail].
    let now = watch.context.clock.now();
    watch.context.store.write(move |tx| tx.retry_deliveries(now)).await.unwrap();
    watch.run(MINUTE).await;
    assert_eq!(mended.sent().len(), 36);
}

fn smtp(server: &SmtpServer) -> SmtpSettings {
    let (long, short) = (Duration::from_secs(10), Duration::from_millis(200));
    SmtpSettings {
        host: "127.0.0.1".into(),
        port: server.port(),
        tls: Tls::StartTls,
        credentials: None,
        timeouts: Timeouts {
            connect: short,
            greeting: short,
            starttls: long,
            auth: long,
            envelope: short,
            data: short,
            message: short,
            quit: long,
        },
        extra_ca: Some(server.ca_pem().as_bytes().to_vec()),
        hello_name: None,
        connections: 4,
    }
}

/// A server that spoils the first session at this step, met by a message twice: what was noted
/// after the first attempt, and what the server took in the end.
async fn spoilt(step: Step, answer: Answer) -> (String, Vec<Taken>) {
    let server = SmtpServer::start(Options {
        security: Security::StartTls,
        login: None,
        script: vec![vec![(step, answer)]],
        ..Options::default()
    });
    let mailer = Mailer::new(&Settings::Smtp(smtp(&server))).unwrap();
    let watch = one_message(mailer, Clock::simulated(start())).await;
    daemon::poll_round(&watch.context).await.unwrap();
    let first = attempt(&watch, watch.context.clock.now()).await;
    assert_eq!((first.state.as_str(), first.attempts), ("due", 1));
    let pause = first.due_at.duration_since(watch.context.clock.now());
    assert!(pause > SignedDuration::from_secs(50) && pause <= SignedDuration::from_mins(1));
    let second = attempt(&watch, first.due_at).await;
    assert_eq!((second.state.as_str(), second.attempts), ("sent", 2));
    assert_eq!(second.reply.as_deref(), Some("250 2.0.0 taken as 4711"));
    (first.last_error.unwrap(), server.taken())
}

/// Attempts the only message as if it were `now`; its row after that.
async fn attempt(watch: &Watch, now: Timestamp) -> DeliveryRow {
    let claim = watch
        .context
        .store
        .write(move |tx| tx.claim_deliveries(now, MINUTE, Room { all: 9, mails: 9 }));
    let [claimed] = claim.await.unwrap().try_into().unwrap();
    pipeline::deliver::run(&watch.context, &claimed).await.unwrap();
    let [row] = watch.deliveries().await.try_into().unwrap();
    row
}

#[tokio::test]
async fn a_line_that_is_cut_after_the_message_brings_the_same_message_again() {
    let (error, taken) = spoilt(Step::Message, Answer::Cut).await;
    assert!(error.starts_with("after the message: "), "{error}");
    let [first, second] = taken.try_into().unwrap();
    assert_eq!(first.message_id(), second.message_id());
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_and_asked_again() {
    for step in [Step::Greeting, Step::Mail, Step::Data, Step::Message] {
        let (error, taken) = spoilt(step, Answer::Silence).await;
        assert!(error.contains("no answer within"), "{step:?}: {error}");
        assert_eq!(taken.len(), 1, "{step:?}");
    }
}

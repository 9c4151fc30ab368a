//! What the operator hears of the watch itself, over days, restarts and a busy mail server.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use mail_parser::MessageParser;
use wiredesk::{
    clock::Clock,
    daemon,
    fetch::{FetchError, Fetcher, Reply},
    mail::{MailError, Mailer, Memory, NextStep},
    model::{Problem, ProblemKind},
    pipeline::word,
};

use super::{PAPERS, Watch, start, told::feeds};
use crate::support::{
    strict,
    wire::{self, Entry},
};

const FEEDS: [(&str, &str); 3] =
    [("courier", "Sund Courier"), ("mills", "The Mills Gazette"), ("post", "Ellaby Post")];

fn config(heartbeat: &str) -> String {
    feeds(&FEEDS)
        + "[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
           [[rule]]\nname = 'none'\nquery = 'earthquake'\nnotify = ['desk']\n\
           [operator]\nemail = ['one@desk.example', 'two@desk.example']\ntimezone = 'Asia/Karachi'\n"
        + heartbeat
}

fn edition(paper: &str, entries: u64) -> Reply {
    let entry = |number: u64| Entry {
        id: number.to_string(),
        title: wire::headline(number),
        text: wire::text(number),
        published: start(),
    };
    let entries: Vec<_> = (0..entries).map(entry).collect();
    Reply::document(format!("{PAPERS}/{paper}"), wire::atom(paper, &entries))
}

fn trouble(kind: ProblemKind, detail: &str) -> Result<Reply, FetchError> {
    Err(Problem::new(kind, detail).into())
}

/// What each paper answers, in order; its last answer stays.
fn answers<const N: usize>(answers: [(&str, Result<Reply, FetchError>); N]) -> Fetcher {
    Fetcher::recorded(answers.map(|(paper, answer)| (format!("{PAPERS}/{paper}"), answer)))
}

/// When each mail was made, in Karachi, to whom, and its subject.
fn heard(memory: &Memory) -> Vec<String> {
    let line = |bytes: &[u8]| {
        let mail = MessageParser::default().parse(bytes).unwrap();
        let date = mail.header_raw("Date").unwrap().trim();
        let made =
            rfc2822::parse(date).unwrap().with_time_zone(TimeZone::get("Asia/Karachi").unwrap());
        let to = mail.to().unwrap().first().unwrap().address().unwrap();
        let to = to.split_once('@').unwrap().0;
        format!("{} {to}: {}", made.strftime("%d %H:%M"), mail.subject().unwrap())
    };
    memory.sent().iter().map(|mail| line(&mail.bytes)).collect()
}

fn text_of(memory: &Memory, number: usize) -> String {
    let bytes = memory.sent()[number].bytes.clone();
    strict::read(&bytes).unwrap().text
}

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test(start_paused = true)]
async fn the_operator_hears_each_morning_and_of_what_cannot_wait() {
    let memory = Memory::default();
    let down = || trouble(ProblemKind::Connect, "no connection");
    let silent = || trouble(ProblemKind::Timeout, "the server fell silent");
    let fetcher = answers([
        ("courier", down()),
        ("courier", silent()),
        ("courier", down()),
        ("mills", Ok(edition("mills", 2))),
        ("mills", trouble(ProblemKind::Gone, "the server answered 410")),
        ("post", Ok(edition("post", 1_200))),
    ]);
    let mailer = Mailer::Memory(memory.clone());
    let watch = Watch::new(
        &config("heartbeat = 'daily 07:30'"),
        fetcher,
        mailer,
        Clock::simulated(start()),
    )
    .await;
    watch.run(HOUR * 2).await;
    let urgent = [
        "12 12:01 one: [wiredesk] feed mills is gone",
        "12 12:01 two: [wiredesk] feed mills is gone",
    ];
    assert_eq!(heard(&memory), urgent);

    // The word of the day is made while nobody takes it, and the process ends and comes again.
    for _ in 0..4 {
        memory.refuse(MailError::new(NextStep::Retry, "451 later").with_code(Some(451)));
    }
    let watch = watch.restarted().await;
    watch.run(HOUR * 18 + Duration::from_secs(30 * 60 + 70)).await;
    assert_eq!(heard(&memory), urgent);
    assert_eq!(watch.deliveries().await.len(), 4);
    let watch = watch.restarted().await;
    watch.run(HOUR).await;
    let daily = "[wiredesk] watching 3 feeds, 1 healthy, 1 failing, 1 gone; 1,202 articles came in";
    assert_eq!(
        heard(&memory)[2..],
        [format!("13 07:30 one: {daily}"), format!("13 07:30 two: {daily}")]
    );
    let text = text_of(&memory, 2);
    assert!(text.contains("since Mon 12 May 2025, 11:00 PKT."), "{text}");
    let news =
        "New\n- courier is failing since Mon 12 May 2025, 11:00 PKT: connect: no connection (";
    assert!(text.contains(news), "{text}");
    assert!(text.contains("As before\n- mills is gone since Mon 12 May 2025, 12:00 PKT"), "{text}");

    // A failure of a day is urgent, whatever it is called meanwhile.
    let watch = watch.restarted().await;
    watch.run(HOUR * 3).await;
    assert_eq!(heard(&memory)[4], "13 11:00 one: [wiredesk] feed courier is failing");
    // Two mornings pass while nothing runs; they share one word.
    tokio::time::sleep(HOUR * 48).await;
    let watch = watch.restarted().await;
    watch.run(HOUR).await;
    let subjects: Vec<_> = heard(&memory)[6..].to_vec();
    let daily = "[wiredesk] watching 3 feeds, 1 healthy, 1 failing, 1 gone; 0 articles came in";
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(
        subjects.iter().all(|line| line.starts_with("15 ") && line.ends_with(daily)),
        "{subjects:?}"
    );
    let rows = watch.deliveries().await;
    assert!(rows.iter().all(|row| row.state == "sent" && row.recipient.as_str() == "operator"));
}

#[tokio::test(start_paused = true)]
async fn without_a_heartbeat_a_watch_that_is_well_says_nothing() {
    let memory = Memory::default();
    let fetcher = answers(FEEDS.map(|(paper, _)| (paper, Ok(edition(paper, 3)))));
    let mailer = Mailer::Memory(memory.clone());
    let watch = Watch::new(&config(""), fetcher, mailer, Clock::simulated(start())).await;
    watch.run(HOUR * 72).await;
    assert_eq!(heard(&memory), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_well_again_is_told_of_once() {
    let memory = Memory::default();
    let fetcher = answers([
        ("courier", Ok(edition("courier", 3))),
        ("mills", Ok(edition("mills", 3))),
        ("post", trouble(ProblemKind::Forbidden, "the server answered 403")),
        ("post", Ok(edition("post", 3))),
    ]);
    let mailer = Mailer::Memory(memory.clone());
    let watch = Watch::new(&config(""), fetcher, mailer, Clock::simulated(start())).await;
    watch.run(HOUR * 96).await;
    let heard: Vec<_> = heard(&memory).into_iter().filter(|line| line.contains("one:")).collect();
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert!(heard[0].starts_with("12 11:0") && heard[0].ends_with("feed post is blocked"));
    let again = "[wiredesk] watching 3 feeds, 3 healthy; 9 articles came in";
    assert!(heard[1].starts_with("13 07:3") && heard[1].ends_with(again), "{heard:?}");
    assert!(text_of(&memory, 2).contains("Well again: post\n"));
}

/// As cron would: a round at a time, each in a life of its own.
#[tokio::test(start_paused = true)]
async fn rounds_from_the_command_line_tell_as_well() {
    let memory = Memory::default();
    let fetcher = answers(FEEDS.map(|(paper, _)| (paper, Ok(edition(paper, 3)))));
    let mailer = Mailer::Memory(memory.clone());
    let heartbeat = "heartbeat = 'mon,wed 07:30'";
    let mut watch =
        Watch::new(&config(heartbeat), fetcher, mailer, Clock::simulated(start())).await;
    for _ in 0..(3 * 24) {
        word::tell(&watch.context).await.unwrap();
        daemon::deliver_round(&watch.context).await.unwrap();
        tokio::time::sleep(HOUR).await;
        watch = watch.restarted().await;
    }
    let heard = heard(&memory);
    assert_eq!(heard.len(), 2, "{heard:?}");
    let told = "14 08:00 one: [wiredesk] watching 3 feeds, 3 healthy; 0 articles came in";
    assert_eq!(heard[0], told);
    let ids = memory.sent().iter().map(|mail| mail.message_id.clone()).collect::<Vec<_>>();
    assert_ne!(ids[0], ids[1]);
    assert!(watch.context.clock.now() > start() + Duration::from_hours(71));
}

/// Somebody who was never told of is told nothing of the past.
#[tokio::test(start_paused = true)]
async fn a_new_operator_hears_from_the_next_morning_on() {
    let memory = Memory::default();
    let fetcher = answers(FEEDS.map(|(paper, _)| (paper, Ok(edition(paper, 3)))));
    let mailer = Mailer::Memory(memory.clone());
    let early: Timestamp = "2025-05-12T02:29:00Z".parse().unwrap();
    let watch =
        Watch::new(&config("heartbeat = 'daily 07:30'"), fetcher, mailer, Clock::simulated(early))
            .await;
    watch.run(Duration::from_mins(3)).await;
    assert_eq!(heard(&memory).len(), 2, "the morning is a minute away");
}

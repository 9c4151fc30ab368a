//! A mail server that goes wrong at every step in every way; `docs/delivery.md` says what came of it.

mod recipients;

use std::{path::Path, time::Duration};

use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use wiredesk::{
    clock::Clock,
    daemon,
    mail::{Mailer, Settings, SmtpSettings, Timeouts, Tls},
    pipeline::word,
    store::{AttemptRow, ClosedWay, DeliveryRow},
};

use crate::{
    pipeline::{Watch, recorded, start},
    rules::literate::settle,
    support::{
        smtp::{Answer, Options, SmtpServer, Step},
        wire::{Entry, headline, text},
    },
};

const LOGIN: (&str, &str) = ("desk", "open sesame");

/// Cases at once: each waits more than it works.
const AT_ONCE: usize = 8;

const STEPS: [(Step, &str); 8] = [
    (Step::Greeting, "greeting"),
    (Step::Ehlo, "EHLO"),
    (Step::StartTls, "STARTTLS"),
    (Step::Auth, "AUTH"),
    (Step::Mail, "MAIL"),
    (Step::Rcpt, "RCPT"),
    (Step::Data, "DATA"),
    (Step::Message, "after the message"),
];

const ANSWERS: [(Answer, &str); 6] = [
    (Answer::Reply("451 4.3.0 try later"), "4xx"),
    (Answer::Reply("554 5.7.1 not here"), "5xx"),
    (Answer::Silence, "nothing"),
    (Answer::Drip, "a slow drip"),
    (Answer::Reply("hello there"), "garbage"),
    (Answer::Cut, "cuts the line"),
];

/// What came of a case.
struct Outcome {
    step: &'static str,
    server: &'static str,
    /// The row after the first attempt, and how that attempt was written down.
    first: DeliveryRow,
    attempt: AttemptRow,
    closed: Vec<ClosedWay>,
    /// When the operator was told, in minutes.
    told: Option<i64>,
    /// The row in the end, when the server is well again.
    last: DeliveryRow,
    /// How many times the message came.
    came: usize,
}

pub(crate) fn settings(server: &SmtpServer, trusted: bool) -> SmtpSettings {
    let limit = Duration::from_millis(600);
    SmtpSettings {
        host: "127.0.0.1".into(),
        port: server.port(),
        tls: Tls::StartTls,
        credentials: Some((LOGIN.0.to_owned(), LOGIN.1.into())),
        timeouts: Timeouts {
            connect: limit,
            greeting: limit,
            starttls: limit * 3,
            auth: limit,
            envelope: limit,
            data: limit,
            message: limit,
            quit: limit,
        },
        extra_ca: trusted.then(|| server.ca_pem().as_bytes().to_vec()),
        hello_name: None,
        connections: 4,
    }
}

/// A watch of one story that is told to these addresses, with an operator who is told by a program.
async fn watch(addresses: &str, server: &SmtpServer, trusted: bool) -> Watch {
    let mailer = Mailer::new(&Settings::Smtp(settings(server, trusted))).unwrap();
    let config = format!(
        "[fetch]\nallow = ['127.0.0.1:8080']\n\
         [[feed]]\nname = 'post'\nurl = 'http://127.0.0.1:8080/post'\ninterval = '1 h'\n\
         [[recipient]]\nname = 'desk'\nemail = {addresses}\nwait = '0 s'\n\
         [[rule]]\nname = 'all'\nquery = 'feed:post'\nnotify = ['desk']\n\
         [operator]\nexec = ['/bin/true']\n"
    );
    let entry = Entry { id: "one".into(), title: headline(1), text: text(1), published: start() };
    let fetcher = recorded([("post", vec![entry])]);
    let watch = Watch::new(&config, fetcher, mailer, Clock::simulated(start())).await;
    word::tell(&watch.context).await.unwrap();
    daemon::poll_round(&watch.context).await.unwrap();
    watch
}

/// The deliveries to the desk, and those to the operator.
async fn rows(watch: &Watch) -> (Vec<DeliveryRow>, Vec<DeliveryRow>) {
    let all = watch.deliveries().await;
    all.into_iter().partition(|row| row.recipient.as_str() == "desk")
}

fn later(watch: &Watch, minutes: i64) {
    watch.context.clock.set(SignedDuration::from_mins(minutes));
}

/// What comes of one message to a server like this, which is mended after an hour and a half.
async fn case(
    step: &'static str,
    server: &'static str,
    options: Options,
    trusted: bool,
) -> Outcome {
    let smtp = SmtpServer::start(options);
    let watch = watch("['one@desk.example']", &smtp, trusted).await;
    daemon::deliver_round(&watch.context).await.unwrap();
    let first = rows(&watch).await.0.remove(0);
    let id = first.id;
    let now = watch.context.clock.now();
    let read = watch.context.store.read(move |tx| Ok((tx.attempts_of(id)?, tx.closed_ways(now)?)));
    let (mut attempts, closed) = read.await.unwrap();
    let mut told = None;
    for minutes in [1, 61] {
        later(&watch, minutes);
        daemon::deliver_round(&watch.context).await.unwrap();
        word::tell(&watch.context).await.unwrap();
        if told.is_none() && !rows(&watch).await.1.is_empty() {
            told = Some(minutes);
        }
    }
    smtp.mend();
    later(&watch, 31);
    daemon::deliver_round(&watch.context).await.unwrap();
    let last = rows(&watch).await.0.remove(0);
    let taken = smtp.taken();
    assert!(taken.iter().all(|mail| *mail == taken[0]), "{step} {server}: always the same message");
    Outcome {
        step,
        server,
        first,
        attempt: attempts.remove(0),
        closed,
        told,
        last,
        came: taken.len(),
    }
}

fn options(step: Step, answer: Answer) -> Options {
    // A session that was spoilt is followed by others like it, until the server is mended.
    Options {
        login: Some(LOGIN),
        script: vec![vec![(step, answer)]; 40],
        stubborn: true,
        ..Options::default()
    }
}

impl Outcome {
    /// What the first attempt meant.
    fn meaning(&self) -> String {
        let first = &self.first;
        let pause = first.due_at.duration_since(self.attempt.at);
        let minutes = (pause.as_secs() + 30) / 60;
        match (first.state.as_str(), first.waits.as_deref()) {
            ("sent", _) => "sent".to_owned(),
            ("dropped", _) => "given up".to_owned(),
            (_, Some("person")) => {
                format!("waits for a person, again after {minutes} min; others wait too")
            }
            (_, Some(_)) => {
                format!("waits for the server, again after {minutes} min; others wait too")
            }
            _ => format!("again after {minutes} min"),
        }
    }

    fn told(&self) -> &'static str {
        match self.told {
            None => "nothing",
            Some(1) => "at once",
            Some(_) => "after an hour",
        }
    }

    fn end(&self) -> &'static str {
        match (self.last.state.as_str(), self.came) {
            ("sent", 1) => "came once",
            ("sent", n) if n > 1 => "came again, the same Message-ID and bytes",
            ("dropped", 0) => "never came",
            // What a person must mend is not mended here.
            ("due", 0) if self.server.contains("certificate") => "waits until it is mended",
            _ => "wrong",
        }
    }

    fn line(&self) -> String {
        // The words of libraries are left out: they differ from version to version.
        let step = self.attempt.course.step.as_deref().unwrap_or("none");
        let code = self.attempt.course.code.map_or("none".to_owned(), |code| code.to_string());
        format!(
            "| {} | {} | {step}, {code} | {} | {} | {} |\n",
            self.step,
            self.server,
            self.meaning(),
            self.told(),
            self.end()
        )
    }
}

const HEAD: &str = "\
<!-- Written by a test from tests/it/deliveries. -->
# How messages are handed over, and what becomes of those that are not taken

What a mail server does at a step of the conversation, for every attempt until it is mended an hour and \
a half later; what is written down of the first attempt (its step, and the code of the reply); what \
becomes of the message then, and of others to the same server; when the operator hears of it, by an \
address that does not lead there; and what came in the end. Each line was seen in a test.

| step | the server | written down | the message | the operator hears | in the end |
| --- | --- | --- | --- | --- | --- |
";

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_fail_at_every_step_loses_nothing_and_repeats_only_the_same_message() {
    let usual = Options { login: Some(LOGIN), ..Options::default() };
    let mut cases: Vec<(&'static str, &'static str, Options, bool)> =
        vec![("every", "2xx", usual, true)];
    for (step, name) in STEPS {
        for (answer, what) in ANSWERS {
            cases.push((name, what, options(step, answer), true));
        }
        if step == Step::StartTls {
            let other = Options { login: Some(LOGIN), host: "other.example", ..Options::default() };
            cases.push((name, "a certificate for another name", other, true));
            let unknown = Options { login: Some(LOGIN), ..Options::default() };
            cases.push((name, "a certificate that nobody vouches for", unknown, false));
        }
    }
    let cases = cases
        .into_iter()
        .map(|(step, server, options, trusted)| case(step, server, options, trusted));
    let outcomes: Vec<Outcome> = stream::iter(cases).buffered(AT_ONCE).collect().await;
    let mut page = HEAD.to_owned();
    for outcome in &outcomes {
        check(outcome);
        page += &outcome.line();
    }
    page += &recipients::table().await;
    settle(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/delivery.md"), &page);
}

/// What must hold of each, whatever the table says.
fn check(outcome: &Outcome) {
    let Outcome { step, server, first, attempt, closed, last, .. } = outcome;
    let case = format!("{step}, {server}: {first:?} {attempt:?}");
    assert_eq!(attempt.number, 1, "{case}");
    assert_ne!(outcome.end(), "wrong", "{case}: {last:?} {}", outcome.came);
    assert_eq!(first.message_id, last.message_id, "{case}");
    let is_certificate = server.contains("certificate");
    let before_the_message = ["greeting", "EHLO", "STARTTLS", "AUTH"].contains(step);
    let meant = match *server {
        "2xx" => "sent",
        "5xx" if !before_the_message => "dropped",
        _ => "due",
    };
    assert_eq!(first.state, meant, "{case}");
    let waits = match *server {
        "5xx" if before_the_message => Some("person"),
        _ if is_certificate => Some("person"),
        "2xx" => None,
        _ if before_the_message => Some("server"),
        _ => None,
    };
    // A refusal of EHLO may be one of the program's name, a refusal of a certificate one of ours.
    if !is_certificate {
        assert_eq!(first.waits.as_deref(), waits, "{case}");
    }
    assert_eq!(closed.len(), usize::from(first.waits.is_some()), "{case}");
    let told = match first.state.as_str() {
        "sent" => None,
        "dropped" => Some(1),
        _ => Some(61),
    };
    assert_eq!(outcome.told, told, "{case}");
    // Only a line that is cut after the message was taken brings it twice or more.
    if outcome.came > 1 {
        assert_eq!((*step, *server), ("after the message", "cuts the line"), "{case}");
    }
    assert!(!attempt.words.contains(LOGIN.1), "{case}");
}

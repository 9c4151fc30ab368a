//! `kill -9` between every two steps of a delivery, each point by its name: no alert is lost, and a
//! second mail comes only where it cannot be avoided, the same in every byte.
//!
//! A step of the conversation is held by a server that says nothing there, a step of the store by a
//! trigger that counts for ever: what it holds cannot be committed, and what comes before it is.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rusqlite::Connection;
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, PATIENCE, until},
    origin::{Answer as Page, Origin},
    smtp::{Answer, Options, SmtpServer, Step},
    wire::{self, Entry, text},
};

const PASSWORD: &str = "open sesame";

/// Looks in a row at which the writer must be busy: a usual transaction takes a few milliseconds.
const LOOKS: u32 = 10;

/// Where the daemon is held.
#[derive(Clone, Copy)]
enum Held {
    /// In a transaction, by a trigger with this head.
    Store(&'static str),
    /// By the server, which says nothing at this step.
    Server(Step, Answer),
    /// Nowhere: it is done, as far as it can be.
    Nowhere,
}

/// A point: its name, where the daemon is held, and how often the mail comes in all.
type Point = (&'static str, Held, usize);

const BEFORE_THE_WIRE: [Point; 4] = [
    ("matched, the alert not written", Held::Store("BEFORE INSERT ON alert"), 1),
    ("the alert written, its delivery not", Held::Store("BEFORE INSERT ON delivery_alert"), 1),
    ("promised, not claimed", Held::Store("BEFORE UPDATE OF claim ON delivery"), 1),
    ("claimed, its bytes not fixed", Held::Store("BEFORE UPDATE OF bytes ON delivery"), 1),
];

const ON_THE_WIRE: [Point; 8] = [
    ("its bytes fixed, no greeting", Held::Server(Step::Greeting, Answer::Silence), 1),
    ("greeted, EHLO not answered", Held::Server(Step::Ehlo, Answer::Silence), 1),
    ("STARTTLS not answered", Held::Server(Step::StartTls, Answer::Silence), 1),
    ("AUTH not answered", Held::Server(Step::Auth, Answer::Silence), 1),
    ("MAIL not answered", Held::Server(Step::Mail, Answer::Silence), 1),
    ("RCPT not answered", Held::Server(Step::Rcpt, Answer::Silence), 1),
    ("DATA not answered", Held::Server(Step::Data, Answer::Silence), 1),
    ("sent whole, not taken", Held::Server(Step::Message, Answer::Silence), 1),
];

const AFTER_THE_DOT: [Point; 3] = [
    // The server has it, and nobody here can know.
    ("taken, not answered", Held::Server(Step::Message, Answer::TakenSilence), 2),
    (
        "answered, not noted",
        Held::Store("BEFORE UPDATE OF state ON delivery WHEN new.state = 'sent'"),
        2,
    ),
    ("noted", Held::Nowhere, 1),
];

/// A desk that has looked at an empty feed, whose next look brings a story.
struct Scene {
    desk: Desk,
    server: SmtpServer,
    entries: Arc<Mutex<Vec<Entry>>>,
    _paper: Origin,
}

impl Scene {
    async fn new(held: Held) -> Self {
        let entries = Arc::<Mutex<Vec<Entry>>>::default();
        let shown = Arc::clone(&entries);
        let paper =
            Origin::start(move |_| Page::new(200, &[], wire::atom("post", &shown.lock().unwrap())))
                .await;
        let script = match held {
            Held::Server(step, answer) => vec![vec![(step, answer)]; 9],
            Held::Store(_) | Held::Nowhere => Vec::new(),
        };
        let login = Some(("desk", PASSWORD));
        let server =
            SmtpServer::start(Options { login, script, stubborn: true, ..Options::default() });
        let config = format!(
            "[fetch]\nallow = ['{address}']\n\
             [mail]\nfrom = 'Wire Desk <wire@desk.example>'\nsmtp = 'smtp://127.0.0.1:{port}'\n\
             username = 'desk'\npassword_file = 'smtp-password'\n\
             [[feed]]\nname = 'post'\nurl = '{url}'\ninterval = '1 s'\nfull_text = 'never'\n\
             [[recipient]]\nname = 'desk'\nemail = ['ops@desk.example']\nwait = '0 s'\n\
             [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
            address = paper.address(),
            port = server.port(),
            url = paper.url("/feed"),
        );
        let desk = Desk::new(&config).with_server(&server, PASSWORD);
        desk.once();
        let scene = Self { desk, server, entries, _paper: paper };
        if let Held::Store(head) = held {
            // Eight tables of some seventy rows: it counts for years.
            let many = [
                "sqlite_schema AS a",
                "sqlite_schema AS b",
                "sqlite_schema AS c",
                "sqlite_schema AS d",
                "sqlite_schema AS e",
                "sqlite_schema AS f",
                "sqlite_schema AS g",
                "sqlite_schema AS h",
            ];
            let trigger = format!(
                "CREATE TRIGGER hold {head} BEGIN SELECT count(*) FROM {}; END",
                many.join(", ")
            );
            scene.file().execute_batch(&trigger).unwrap();
        }
        scene
    }

    fn file(&self) -> Connection {
        let file = Connection::open(self.desk.data().join("wiredesk.db")).unwrap();
        file.busy_timeout(Duration::from_secs(5)).unwrap();
        file
    }

    fn print(&self) {
        self.entries.lock().unwrap().push(Entry {
            id: "one".into(),
            title: "Crane falls in Arden harbour".into(),
            text: format!("The harbour is closed. {}", text(1)),
            published: Clock::System.now(),
        });
    }

    /// Waits until the daemon is where it is held.
    fn come_to(&self, held: Held) {
        match held {
            Held::Nowhere => until("the delivery is noted", || {
                (self.desk.status()["deliveries"]["sent"] == 1).then_some(())
            }),
            Held::Server(step, _) => {
                until("the server is come to", || (self.server.reached(step) > 0).then_some(()));
            }
            Held::Store(_) => {
                let file = self.file();
                file.busy_timeout(Duration::ZERO).unwrap();
                let mut busy = 0;
                until("the writer is held", || {
                    let free = file.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok();
                    busy = if free { 0 } else { busy + 1 };
                    (busy >= LOOKS).then_some(())
                });
            }
        }
    }

    /// What was committed when the daemon was killed: alerts, and whether the delivery is claimed,
    /// has its bytes, and its state.
    fn left(&self) -> (i64, Option<(bool, bool, String)>) {
        let file = self.file();
        let alerts = file.query_row("SELECT count(*) FROM alert", [], |row| row.get(0)).unwrap();
        let delivery =
            file.query_row("SELECT claimed, bytes IS NOT NULL, state FROM delivery", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            });
        (alerts, delivery.ok())
    }
}

/// Kills the daemon at a point, lets another one go on, and counts the mails.
async fn die_at((name, held, mails): Point) {
    let scene = Scene::new(held).await;
    scene.print();
    let daemon = scene.desk.run();
    scene.come_to(held);
    daemon.kill();
    let due = |claimed, frozen| Some((claimed, frozen, "due".to_owned()));
    let left = match name {
        "matched, the alert not written" | "the alert written, its delivery not" => (0, None),
        "promised, not claimed" => (1, due(false, false)),
        "claimed, its bytes not fixed" => (1, due(true, false)),
        "noted" => (1, Some((false, true, "sent".to_owned()))),
        _ => (1, due(true, true)),
    };
    assert_eq!(scene.left(), left, "{name}");
    scene.file().execute_batch("DROP TRIGGER IF EXISTS hold").unwrap();
    scene.server.mend();

    let daemon = scene.desk.run();
    let taken = scene.server.wait_for(mails, PATIENCE);
    until("the delivery is noted", || {
        (scene.desk.status()["deliveries"]["sent"] == 1).then_some(())
    });
    assert!(daemon.terminate().success(), "{name}");
    assert_eq!((taken.len(), scene.server.taken().len()), (mails, mails), "{name}");
    assert!(taken.iter().all(|mail| *mail == taken[0]), "{name}: the same in every byte");
    let [row] = scene.desk.export("deliveries").try_into().unwrap();
    assert_eq!(row["message_id"], taken[0].message_id(), "{name}");
    assert_eq!(scene.desk.export("alerts").len(), 1, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_anything_is_sent_the_mail_comes_once() {
    for point in BEFORE_THE_WIRE {
        die_at(point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_the_conversation_the_mail_comes_once() {
    for point in ON_THE_WIRE {
        die_at(point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_final_dot_the_same_mail_may_come_again() {
    for point in AFTER_THE_DOT {
        die_at(point).await;
    }
}

//! `kill -9` at any moment of a long run: nothing is lost, and what comes twice is the same message.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Asked, Origin},
    smtp::{Options, Security, SmtpServer},
    wire::{self, Dice, Entry, headline},
};

const SEED: u64 = 0x5eed;
/// Half of them with mails into a folder, half over SMTP.
const KILLS: u64 = 104;
const PAPERS: usize = 12;
const ADDRESSES: [&str; 2] = ["one@desk.example", "two@desk.example"];
/// A feed whose lease was not taken back would wait for five minutes.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

/// Papers that carry the same stories, each at its time, under its headline, and half of them cut.
#[derive(Default)]
struct Newsroom {
    papers: Mutex<[Vec<Entry>; PAPERS]>,
    polls: Mutex<Vec<(usize, Instant)>>,
}

impl Newsroom {
    /// A story appears in half of the papers, and the one before in the others.
    fn print(&self, number: u64) {
        for (paper, entries) in self.papers.lock().unwrap().iter_mut().enumerate() {
            let late = paper >= PAPERS / 2;
            if !late || number > 0 {
                entries.push(copy(number - u64::from(late), paper));
            }
        }
    }

    /// The feed of a paper has only what is newer than what the request knows: were validators
    /// ever stored ahead of their articles, those would never be seen again.
    fn answer(&self, request: &Asked) -> Answer {
        let paper: usize = request.target.trim_start_matches('/').parse().unwrap();
        self.polls.lock().unwrap().push((paper, Instant::now()));
        let known =
            request.header("if-none-match").map_or(0, |tag| tag.trim_matches('"').parse().unwrap());
        let entries = self.papers.lock().unwrap()[paper].clone();
        let tag = format!("\"{}\"", entries.len());
        let headers = [("etag", tag.as_str())];
        if known == entries.len() {
            return Answer::new(304, &headers, "");
        }
        Answer::new(200, &headers, wire::atom(&format!("paper-{paper}"), &entries[known..]))
    }

    /// The longest time for which a feed was not asked for.
    fn longest_silence(&self) -> Duration {
        let polls = self.polls.lock().unwrap();
        let of = |paper| {
            let times: Vec<_> =
                polls.iter().filter(|poll| poll.0 == paper).map(|poll| poll.1).collect();
            times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap()
        };
        (0..PAPERS).map(of).max().unwrap()
    }
}

/// Every second story is for the desk; only the last paragraph says so, and half of the papers cut it.
fn copy(number: u64, paper: usize) -> Entry {
    let mut text = wire::text(number);
    if paper % 2 == 1 {
        text.truncate(text.rfind("\n\n").unwrap());
    } else if is_told(number) {
        text += " The harbour was closed.";
    }
    let title = headline(number * 100 + u64::try_from(paper).unwrap());
    Entry { id: format!("s{number}"), title, text, published: Clock::System.now() }
}

fn is_told(number: u64) -> bool {
    number.is_multiple_of(2)
}

fn config(origin: &Origin) -> String {
    let feeds = (0..PAPERS).map(|paper| {
        format!(
            "[[feed]]\nname = 'paper-{paper}'\nurl = '{}'\ninterval = '1 s'\nfull_text = 'never'\n",
            origin.url(&format!("/{paper}"))
        )
    });
    format!(
        "[fetch]\nallow = ['{address}']\n[limits]\npolls_per_host = 3\n{feeds}\
         [[recipient]]\nname = 'desk'\nemail = {ADDRESSES:?}\nwait = '0 s'\n\
         [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
        address = origin.address(),
        feeds = feeds.collect::<Vec<_>>().concat(),
    )
}

/// What the daemon was doing when it was killed, by what it had claimed; read only, so that the
/// next one finds the file as it was left.
fn was_doing(desk: &Desk, watched: bool) -> &'static str {
    if !watched {
        return "starting";
    }
    let file = desk.data().join("wiredesk.db");
    let file = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let any = |sql: &str| file.query_row(sql, [], |row| row.get::<_, bool>(0)).unwrap();
    let sends = any("SELECT EXISTS (SELECT 1 FROM delivery WHERE claimed = 1 AND state = 'due')");
    match (any("SELECT EXISTS (SELECT 1 FROM feed WHERE claimed = 1)"), sends) {
        (true, true) => "polling and sending",
        (true, false) => "polling",
        (false, true) => "sending",
        (false, false) => "waiting",
    }
}

/// Kills the daemon at some moment of its life: of its start, one in four times, else of its work.
fn one_life(desk: &Desk, dice: &mut Dice) -> &'static str {
    let mut daemon = desk.start();
    let longest = if dice.roll(0..4) == 0 {
        30
    } else {
        until("the daemon watches", || daemon.watches().then_some(()));
        200
    };
    thread::sleep(Duration::from_millis(dice.roll(0..longest)));
    let watched = daemon.watches();
    daemon.kill();
    was_doing(desk, watched)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_kills_lose_nothing_and_repeat_only_the_same_message() {
    let newsroom = Arc::<Newsroom>::default();
    let origin = Origin::start({
        let newsroom = Arc::clone(&newsroom);
        move |request| newsroom.answer(request)
    })
    .await;
    let server = SmtpServer::start(Options {
        security: Security::StartTls,
        login: Some(("desk", "open sesame")),
        pace: Duration::from_millis(4),
        ..Options::default()
    });
    let desk = Desk::new(&config(&origin)).with_server(&server, "open sesame");
    let (mut dice, mut moments) = (Dice(SEED), BTreeMap::<_, u32>::new());
    for life in 0..KILLS {
        if life == KILLS / 2 {
            desk.configure(&format!(
                "[mail]\nfrom = 'Wiredesk <wire@desk.example>'\nsmtp = 'smtp://127.0.0.1:{}'\n\
                 username = 'desk'\npassword_file = 'smtp-password'\n{}",
                server.port(),
                config(&origin)
            ));
        }
        newsroom.print(life);
        *moments.entry(one_life(&desk, &mut dice)).or_default() += 1;
    }
    newsroom.print(KILLS);

    let daemon = desk.run();
    let printed: usize = newsroom.papers.lock().unwrap().iter().map(Vec::len).sum();
    let told = (0..KILLS).filter(|number| is_told(*number)).count() + 1;
    until("everything is stored and told", || {
        let status = desk.status();
        let quiet =
            status["articles"] == printed && status["deliveries"]["sent"] == told * ADDRESSES.len();
        quiet.then_some(())
    });
    assert!(daemon.terminate().success());
    let silence = newsroom.longest_silence();
    assert!(silence < LONGEST_SILENCE, "{silence:?}");
    let copies = check_mails(&desk, &server, &check_stories(&desk, printed));
    check_file(&desk);
    eprintln!(
        "{KILLS} kills, seed {SEED:#x}: {moments:?}; {copies} mails came twice; \
         a feed was silent for {silence:?} at most"
    );
    for moment in ["starting", "polling", "sending"] {
        let seen: u32 =
            moments.iter().filter(|(name, _)| name.contains(moment)).map(|(_, n)| n).sum();
        assert!(seen >= 5, "{moment}: {moments:?}");
    }
}

/// Every item is an article of the story it tells, once; the deliveries by Message-ID.
fn check_stories(desk: &Desk, printed: usize) -> BTreeMap<String, Value> {
    let articles = desk.export("articles");
    let items: BTreeSet<_> = articles.iter().map(|article| article["raw_id"].to_string()).collect();
    assert_eq!((articles.len(), items.len()), (printed, printed), "each item once");
    let mut stories = BTreeMap::<_, BTreeSet<_>>::new();
    for article in &articles {
        let (_, number) = article["raw_id"].as_str().unwrap().rsplit_once(":s").unwrap();
        stories
            .entry(number.parse::<u64>().unwrap())
            .or_default()
            .insert(article["story"].as_i64());
    }
    assert!(stories.values().all(|found| found.len() == 1), "{stories:?}");
    let different: BTreeSet<_> = stories.values().flatten().collect();
    assert_eq!(different.len(), stories.len(), "each story is one, and none is another");

    let alerts = desk.export("alerts");
    let told: BTreeSet<_> = alerts.iter().map(|alert| alert["story"].as_i64()).collect();
    let expected: BTreeSet<_> = stories
        .iter()
        .filter(|(number, _)| is_told(**number))
        .flat_map(|(_, found)| found.clone())
        .collect();
    assert_eq!((alerts.len(), &told), (expected.len(), &expected));
    let deliveries = desk.export("deliveries");
    for alert in &alerts {
        let of = |row: &&Value| row["alerts"].as_array().unwrap().contains(&alert["id"]);
        let addresses: Vec<_> =
            deliveries.iter().filter(of).map(|row| row["address"].as_str().unwrap()).collect();
        assert_eq!(addresses, ADDRESSES, "{alert}");
    }
    assert!(deliveries.iter().all(|row| row["state"] == "sent"));
    deliveries
        .into_iter()
        .map(|row| (row["message_id"].as_str().unwrap().to_owned(), row))
        .collect()
}

/// What came is what the deliveries say, and what came twice is the same message; how many did.
fn check_mails(desk: &Desk, server: &SmtpServer, deliveries: &BTreeMap<String, Value>) -> usize {
    let mut came = BTreeMap::<String, Vec<Vec<u8>>>::new();
    let taken = server.taken();
    assert!(taken.iter().all(|mail| mail.encrypted && mail.user.as_deref() == Some("desk")));
    for mail in &taken {
        let delivery = &deliveries[&mail.message_id()];
        assert_eq!(mail.to, [delivery["address"].as_str().unwrap()]);
    }
    let files = desk.mails();
    // Fewer lives come to sending on a busy machine.
    assert!(taken.len() > 10 && files.len() > 10, "{} and {}", taken.len(), files.len());
    for bytes in taken.into_iter().map(|mail| mail.bytes).chain(files) {
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let id = parsed.message_id().unwrap().to_owned();
        came.entry(id).or_default().push(bytes);
    }
    assert_eq!(came.keys().collect::<Vec<_>>(), deliveries.keys().collect::<Vec<_>>());
    for (id, copies) in &came {
        assert!(copies.iter().all(|copy| copy == &copies[0]), "{id} is not always the same");
    }
    came.values().filter(|copies| copies.len() > 1).count()
}

fn check_file(desk: &Desk) {
    let file = Connection::open(desk.data().join("wiredesk.db")).unwrap();
    let sound: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    assert!(!file.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    let claims = "SELECT claimed FROM feed UNION SELECT claimed FROM delivery";
    let claims: Vec<_> =
        file.prepare(claims).unwrap().query_map([], |row| row.get(0)).unwrap().collect();
    assert_eq!(claims, [Ok(false)], "no claim is open");
}

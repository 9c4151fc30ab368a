//! A spool that somebody fills, through the real binary: each file once, in order, and none lost.

use std::{
    fs::{self, File},
    path::Path,
    thread,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, until},
    wire::Dice,
};

/// Files of the long run; `WIREDESK_ALL` has ten thousand.
const FILES: u64 = 600;
const ALL_FILES: u64 = 10_000;
const KILLS: u64 = 12;

/// One file in so many is another version of the same item.
const VERSIONS: u64 = 20;

fn desk(spool: &Path) -> Desk {
    Desk::new(&format!(
        "[[feed]]\nname = 'tna'\nspool = '{}'\npublisher = 'Tarn News Agency'\ninterval = '1 s'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'ellaby'\nquery = 'Ellaby'\nnotify = ['desk']\n",
        spool.display()
    ))
}

/// Puts a file into a folder as a careful writer does, dated so long ago.
fn drop_file(spool: &Path, name: &str, text: &str, ago: Duration) {
    let part = spool.join(format!(".{name}.part"));
    fs::write(&part, text).unwrap();
    let file = File::options().write(true).open(&part).unwrap();
    let written = u64::try_from((Clock::System.now() - ago).as_nanosecond()).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(written)).unwrap();
    fs::rename(&part, spool.join(name)).unwrap();
}

fn item(id: &str, headline: &str) -> String {
    json!({"uri": id, "type": "text", "pubstatus": "usable", "headline": headline,
        "body_text": format!("{headline}. Nothing more was known of {id} in the evening.")})
    .to_string()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn titles(desk: &Desk) -> Vec<String> {
    let articles = desk.export("articles");
    articles.iter().map(|article| article["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn files_are_filed_away_and_what_cannot_be_read_says_why() {
    let spool = tempfile::tempdir().unwrap();
    let spool = spool.path();
    let (old, older) = (Duration::from_mins(1), Duration::from_hours(1));
    drop_file(spool, "2", &item("urn:tna:1", "Ellaby harbour opens"), old);
    drop_file(spool, "9", &item("urn:tna:1", "Ellaby harbour shut"), older);
    drop_file(spool, "page", "<html><title>Sign in</title></html>", older);
    drop_file(spool, "cut", "[{\"uri\":\"urn:tna:2\",\"headline\":\"Crane at Ellaby\"", older);
    drop_file(spool, "fresh", "<html><title>Sign in</title></html>", old);
    fs::write(spool.join("written"), item("urn:tna:3", "Pier")).unwrap();
    let desk = desk(spool);
    desk.once();
    assert_eq!(names(&spool.join("_PROCESSED")), ["2", "9"]);
    assert_eq!(names(&spool.join("_ERROR")), ["cut", "cut.reason.txt", "page", "page.reason.txt"]);
    assert_eq!(names(spool), ["fresh", "written"], "tried again, and written on still");
    let reason = fs::read_to_string(spool.join("_ERROR/page.reason.txt")).unwrap();
    assert!(reason.contains("an HTML page titled \"Sign in\""), "{reason}");
    let mut found = titles(&desk);
    found.sort();
    assert_eq!(found, ["Crane at Ellaby", "Ellaby harbour opens"], "the later version");
    let status = desk.status().to_string();
    assert!(status.contains("fresh: an HTML page"), "{status}");
}

#[test]
fn through_kills_each_file_is_processed_once_in_its_order() {
    let spool = tempfile::tempdir().unwrap();
    let spool = spool.path();
    let desk = desk(spool);
    let files = if std::env::var_os("WIREDESK_ALL").is_some() { ALL_FILES } else { FILES };
    let mut dice = Dice(7);
    let each = files / KILLS;
    let drop_one = |number: u64| {
        let (id, headline) = if number.is_multiple_of(VERSIONS) {
            ("urn:tna:chain".to_owned(), format!("Version {number} of the harbour"))
        } else {
            (format!("urn:tna:{number}"), format!("Item {number} of the day"))
        };
        let ago = Duration::from_millis(3_600_000 - number * 20);
        // Names say nothing of the order.
        drop_file(spool, &format!("{:05}", files - number), &item(&id, &headline), ago);
    };
    for life in 0..KILLS {
        let mut daemon = desk.start();
        for number in life * each..(life + 1) * each {
            drop_one(number);
        }
        if dice.roll(0..4) > 0 {
            until("the daemon watches", || daemon.watches().then_some(()));
        }
        thread::sleep(Duration::from_millis(dice.roll(0..600)));
        daemon.kill();
    }
    for number in KILLS * each..files {
        drop_one(number);
    }
    let daemon = desk.run();
    let mut left = names(spool).len();
    while left > 0 {
        left = until("files are filed away", || {
            let now = names(spool).len();
            (now < left).then_some(now)
        });
    }
    assert!(daemon.terminate().success());
    assert_eq!(names(&spool.join("_PROCESSED")).len(), usize::try_from(files).unwrap());
    assert!(names(&spool.join("_ERROR")).is_empty());
    let versions = files.div_ceil(VERSIONS);
    let articles = desk.export("articles");
    assert_eq!(articles.len(), usize::try_from(files - versions + 1).unwrap(), "none lost");
    let is_chain = |article: &&Value| article["raw_id"] == "urn:tna:chain";
    let chain = articles.iter().find(is_chain).unwrap();
    assert_eq!(chain["revision"], versions - 1, "each version once");
    let last = (versions - 1) * VERSIONS;
    assert_eq!(chain["title"], format!("Version {last} of the harbour"), "in their order");
    let ids: Vec<i64> = articles
        .iter()
        .filter(|article| !is_chain(article))
        .map(|article| article["raw_id"].as_str().unwrap()["urn:tna:".len()..].parse().unwrap())
        .collect();
    assert!(ids.is_sorted(), "articles have numbers in the order of the files");
}

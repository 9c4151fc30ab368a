//! A data folder that cannot be used: a database that is none or too new, a mail folder in the way.

use std::fs;

use rusqlite::Connection;
use wiredesk::clock::Clock;

use crate::support::{
    desk::Desk,
    origin::{Answer, Origin},
};

/// A feed that is never asked for.
const NOTHING: &str =
    "[[feed]]\nname = 'post'\nurl = 'https://post.example/feed'\nenabled = false\n";

fn refused(desk: &Desk, commands: &[&[&str]], words: &[&str]) {
    for command in commands {
        let answer = desk.answer(command);
        let said = String::from_utf8(answer.stderr).unwrap();
        assert_eq!(answer.status.code(), Some(74), "{command:?}: {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{command:?}: {said}");
    }
}

const COMMANDS: [&[&str]; 4] = [&["run"], &["once"], &["status"], &["export", "articles"]];

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let desk = Desk::new(NOTHING);
    let file = desk.data().join("wiredesk.db");
    refused(&desk, &COMMANDS[2..], &["wiredesk.db does not exist", "nothing has run here yet"]);
    fs::create_dir_all(desk.data()).unwrap();
    let letters = "Dear diary, today the harbour was calm. ".repeat(200);
    fs::write(&file, &letters).unwrap();
    let name = file.display().to_string();
    refused(&desk, &COMMANDS, &["opening the database", &name, "file is not a database"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), letters);
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let desk = Desk::new(NOTHING);
    desk.once();
    let file = desk.data().join("wiredesk.db");
    let database = Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    database.close().unwrap();
    let before = fs::read(&file).unwrap();
    refused(&desk, &COMMANDS, &["the database has schema 99", "install the newer program again"]);
    assert!(before == fs::read(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_folder_that_cannot_be_written_loses_no_message() {
    let now = Clock::System.now();
    let feed = format!(
        "<rss version='2.0'><channel><title>Arden Post</title><item><guid>a1</guid>\
         <title>Crane falls in Arden harbour</title><pubDate>{now}</pubDate></item></channel></rss>"
    );
    let origin = Origin::start(move |_| Answer::new(200, &[], &feed)).await;
    let desk = Desk::new(&format!(
        "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
        origin.address(),
        origin.url("/feed")
    ));
    // A file in its place: permissions would not stop root.
    fs::create_dir_all(desk.data()).unwrap();
    let mail = desk.data().join("mail");
    fs::write(&mail, "in the way").unwrap();
    desk.once();
    let delivery = desk.export("deliveries").remove(0);
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&"due".into(), &1.into()));
    let name = mail.join(format!("{}.eml", delivery["message_id"].as_str().unwrap()));
    let error = delivery["last_error"].as_str().unwrap();
    assert!(error.contains(&format!("writing `{}`", name.display())), "{error}");
    let status = desk.status();
    let problem = status["problems"][0].as_str().unwrap();
    assert!(problem.starts_with("1 message waits by mail since "), "{problem}");
    assert!(problem.contains(error), "{problem}");

    fs::remove_file(&mail).unwrap();
    // As if the half-hour until the next try had passed.
    let database = Connection::open(desk.data().join("wiredesk.db")).unwrap();
    assert_eq!(database.execute("UPDATE delivery SET due_at = 0", []).unwrap(), 1);
    database.close().unwrap();
    desk.once();
    assert_eq!(desk.export("deliveries")[0]["state"], "sent");
    assert_eq!(desk.status()["problems"], serde_json::json!([]));
    let mails = desk.mails();
    assert_eq!(mails.len(), 1);
    assert!(String::from_utf8_lossy(&mails[0]).contains("Crane falls in Arden harbour"));
}

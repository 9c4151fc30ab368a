//! Feeds behind a password, through the real binary: let in, turned away, and never told of.

use std::fs;

use rustix::process::Signal;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Asked, Origin},
};

const FEED: &str = "<rss version='2.0'><channel><title>Arden Post</title>\
     <item><guid>a1</guid><title>Crane falls in the harbour</title></item></channel></rss>";

/// `desk:open-sesame`, as a server sees it.
const LOGIN: &str = "Basic ZGVzazpvcGVuLXNlc2FtZQ==";

fn gate(asked: &Asked) -> Answer {
    match asked.header("authorization") {
        Some(LOGIN) if asked.header("x-desk") == Some("k-81") => Answer::new(200, &[], FEED),
        _ => Answer::new(401, &[("WWW-Authenticate", "Basic")], "who are you?"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_turned_us_away_is_asked_again_when_its_password_is_another() {
    let origin = Origin::start(gate).await;
    let desk = Desk::new(&format!(
        "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\nusername = 'desk'\n\
         password_file = 'post-password'\nheaders = {{ X-Desk = 'k-81' }}\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
         [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
        origin.address(),
        origin.url("/feed")
    ));
    let write = |password: &str| fs::write(desk.path("post-password"), password).unwrap();
    write("guess-17\n");
    let daemon = desk.run();
    until("the feed turned us away", || {
        (desk.status()["problems"].as_array()?.len() == 1).then_some(())
    });
    assert!(desk.export("articles").is_empty());
    let told = String::from_utf8(desk.answer(&["status"]).stdout).unwrap();

    write("open-sesame\n");
    daemon.signal(Signal::HUP);
    until("the article came", || (desk.export("articles").len() == 1).then_some(()));
    assert_eq!(origin.asked().len(), 2, "once with each password");
    let told = told + &String::from_utf8(desk.answer(&["status", "--json"]).stdout).unwrap();
    assert!(daemon.log().contains("feeds: 1 changed (post)"), "{}", daemon.log());
    assert!(told.contains("post"), "{told}");
    for secret in ["guess-17", "open-sesame", "k-81", &LOGIN["Basic ".len()..]] {
        assert!(!daemon.log().contains(secret) && !told.contains(secret), "{secret}");
    }
    assert!(daemon.terminate().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_changed_while_nobody_ran_counts_at_the_next_start() {
    let origin = Origin::start(gate).await;
    let desk = Desk::new(&format!(
        "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\nusername = 'desk'\n\
         password_file = 'post-password'\nheaders = {{ X-Desk = 'k-81' }}\n",
        origin.address(),
        origin.url("/feed")
    ));
    fs::write(desk.path("post-password"), "guess-17").unwrap();
    desk.once();
    desk.once();
    assert_eq!(origin.asked().len(), 1, "one wrong password is enough");
    fs::write(desk.path("post-password"), "open-sesame").unwrap();
    desk.once();
    assert_eq!((origin.asked().len(), desk.export("articles").len()), (2, 1));
}

//! The real binary as a child: start, stop, reload, and what it leaves behind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rustix::process::Signal;
use serde_json::json;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Origin},
};

/// A feed of one item about a harbour.
const FEED: &str = "<rss version='2.0'><channel><title>Arden Post</title><item><guid>a1</guid>\
    <title>Crane falls in Arden harbour</title><link>https://post.example/a1</link>\
    <description>A crane fell into the harbour of Arden on Monday.</description>\
    </item></channel></rss>";

fn config(origin: &Origin, query: &str) -> String {
    format!(
        "[fetch]\nallow = ['{address}']\n[[feed]]\nname = 'post'\nurl = '{url}'\ninterval = '1 s'\nfull_text = 'never'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'harbour'\nquery = '{query}'\nnotify = ['desk']\n",
        address = origin.address(),
        url = origin.url("/feed"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_polls_and_stops_when_asked() {
    let origin = Origin::start(|_| Answer::new(200, &[], FEED)).await;
    let desk = Desk::new(&config(&origin, "harbour"));
    let daemon = desk.run();
    until("the article is stored", || (desk.export("articles").len() == 1).then_some(()));
    assert_eq!(desk.answer(&["run"]).status.code(), Some(75), "one daemon for a data folder");
    assert!(daemon.terminate().success());
    assert_eq!(desk.status()["pid"], json!(null));
    let daemon = desk.run();
    daemon.signal(Signal::INT);
    assert!(daemon.terminate().success());
    assert_eq!(desk.export("articles").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_article_said_before_is_exported_with_it() {
    let edited = Arc::new(AtomicBool::new(false));
    let answer = Arc::clone(&edited);
    let origin = Origin::start(move |_| {
        let said = if answer.load(Ordering::SeqCst) { "Two cranes fell" } else { "A crane fell" };
        Answer::new(200, &[], FEED.replace("A crane fell", said))
    })
    .await;
    let desk = Desk::new(&config(&origin, "harbour"));
    let daemon = desk.run();
    until("the article is stored", || (desk.export("articles").len() == 1).then_some(()));
    assert_eq!(desk.export("articles")[0].get("versions"), None);
    edited.store(true, Ordering::SeqCst);
    until("the edit is stored", || (desk.export("articles")[0]["revision"] == 1).then_some(()));
    let versions = &desk.export("articles")[0]["versions"];
    assert_eq!(versions[0]["revision"], 1, "{versions}");
    assert_eq!(versions[0]["passages"].as_array().map(Vec::len), Some(1), "{versions}");
    assert!(daemon.terminate().success());
}

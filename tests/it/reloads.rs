//! New rules while articles come in: each article is matched by one set, whole.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Origin},
};

/// So many rules a set; the first of them are true of every article.
const RULES: usize = 1_500;
const TRUE: usize = 200;

/// One more item at each poll.
fn paper(items: usize) -> String {
    let item = |n| format!("<item><guid>a{n}</guid><title>Crane {n} in the harbour</title></item>");
    let items: String = (items.saturating_sub(20)..items).map(item).collect();
    format!("<rss version='2.0'><channel><title>Arden Post</title>{items}</channel></rss>")
}

fn config(origin: &Origin, set: &str) -> String {
    let mut config = format!(
        "[fetch]\nallow = ['{address}']\n[[feed]]\nname = 'post'\nurl = '{url}'\ninterval = '1 s'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n",
        address = origin.address(),
        url = origin.url("/feed"),
    );
    for n in 0..RULES {
        let query = if n < TRUE {
            format!("harbour AND (crane OR pier{n})")
        } else {
            format!("crane AND \"pier{n} of the harbour\" NOT quay{n}")
        };
        let held = "notify = ['desk']\nwhen = 'origins >= 9'";
        writeln!(config, "[[rule]]\nname = '{set}-{n}'\nquery = '{query}'\n{held}").unwrap();
    }
    config
}

/// The sets whose rules were found true of an article.
fn sets(article: &Value) -> BTreeSet<String> {
    let matches = article["matches"].as_array().unwrap().iter();
    let rules = matches.map(|rule| rule.as_str().unwrap().split_once('-').unwrap().0);
    rules.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_article_is_matched_by_half_of_two_sets() {
    let polls = Arc::new(AtomicUsize::new(0));
    let origin = Origin::start({
        let polls = Arc::clone(&polls);
        move |_| Answer::new(200, &[], paper(polls.fetch_add(1, Ordering::SeqCst) + 1))
    })
    .await;
    let desk = Desk::new(&config(&origin, "first"));
    let daemon = desk.run();
    let mut articles = Vec::new();
    for set in ["first", "second", "third", "fourth"] {
        if set != "first" {
            desk.configure(&config(&origin, set));
            let answer = desk.answer(&["reload"]);
            assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        }
        until(set, || {
            articles = desk.export("articles");
            articles.iter().any(|article| sets(article).contains(set)).then_some(())
        });
    }
    for article in &articles {
        assert_eq!(sets(article).len(), 1, "{article}");
        assert_eq!(article["matches"].as_array().unwrap().len(), TRUE, "{}", article["title"]);
    }
    let titles: BTreeSet<_> = articles.iter().map(|article| article["title"].as_str()).collect();
    let expected = (0..articles.len()).map(|n| format!("Crane {n} in the harbour"));
    assert!(expected.into_iter().all(|title| titles.contains(&Some(title.as_str()))), "{titles:?}");
    assert!(daemon.terminate().success());
}

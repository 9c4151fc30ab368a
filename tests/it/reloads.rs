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

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_that_is_added_is_credited_from_then_on() {
    let polls = Arc::new(AtomicUsize::new(0));
    let origin = Origin::start({
        let polls = Arc::clone(&polls);
        move |_| {
            let n = polls.fetch_add(1, Ordering::SeqCst);
            let text = format!("ARDEN, Nov 3 (Quillon): Crane {n} fell into the harbour.");
            let item = format!("<item><guid>a{n}</guid><title>Crane {n}</title><description>{text}</description></item>");
            Answer::new(200, &[], format!("<rss version='2.0'><channel><title>Arden Post</title>{item}</channel></rss>"))
        }
    })
    .await;
    let config = |agency: &str| {
        format!(
            "[fetch]\nallow = ['{}']\n{agency}[[feed]]\nname = 'post'\nurl = '{}'\ninterval = '1 s'\n\
             [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
             [[rule]]\nname = 'quillon'\nquery = 'agency:qps'\nnotify = ['desk']\n",
            origin.address(),
            origin.url("/feed"),
        )
    };
    let agency = "[[agency]]\nid = 'qps'\nname = 'Quillon Press Service'\n";
    let desk = Desk::new(&config(""));
    let daemon = desk.run();
    until("an article", || desk.export("articles").first().map(drop));
    desk.configure(&config(&format!("{agency}tokens = ['(Quillon)']\n")));
    let refused = desk.answer(&["reload"]);
    assert_eq!(refused.status.code(), Some(78));
    let report = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(report.contains("`(Quillon)` does not begin with a letter"), "{report}");
    assert!(desk.export("articles").iter().all(|article| article["credits"].is_null()));
    desk.configure(&config(&format!("{agency}tokens = ['Quillon']\n")));
    assert!(desk.answer(&["reload"]).status.success());
    until("a credited article", || {
        let articles = desk.export("articles");
        let credited = articles.iter().find(|article| article["credits"][0]["agency"] == "qps")?;
        assert_eq!(credited["matches"][0], "quillon");
        Some(())
    });
    assert!(daemon.log().contains("changed: agency"), "{}", daemon.log());
    assert!(daemon.terminate().success());
}

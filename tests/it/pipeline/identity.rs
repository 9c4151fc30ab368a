//! By what items are recognised from poll to poll, whatever a feed does with ids, links, headlines
//! and dates; and that nobody is told twice because of it.

use std::{fmt::Write as _, time::Duration};

use wiredesk::{
    clock::Clock,
    fetch::{Fetcher, Reply},
    mail::{Mailer, Memory},
    model::{FeedId, Identity},
    store::ArticleRow,
};

use super::{PAPERS, Watch, start};
use crate::support::wire::{headline, text};

const CONFIG: &str = "
    [fetch]
    allow = ['127.0.0.1:8080']
    [[feed]]
    name = 'post'
    url = 'http://127.0.0.1:8080/post'
    interval = '1 h'
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    wait = '0 s'
    [[rule]]
    name = 'all'
    query = 'feed:post'
    notify = ['desk']
    tell_again = []
    [[rule]]
    name = 'flood'
    query = 'title:flood'
    notify = ['desk']
";

/// An item of the paper: its text and its headline are those of a number.
#[derive(Clone)]
struct Printed {
    number: u64,
    id: Option<String>,
    link: Option<String>,
    title: String,
    date: Option<String>,
}

/// With the id and the link of the number, published an hour before the watch.
fn printed(number: u64) -> Printed {
    Printed {
        number,
        id: Some(format!("post-{number}")),
        link: Some(format!("https://post.example/{number}")),
        title: headline(number),
        date: Some("Mon, 12 May 2025 05:00:00 GMT".to_owned()),
    }
}

fn document(items: &[Printed]) -> String {
    let mut feed = "<rss version='2.0'><channel><title>Arden Post</title>".to_owned();
    for item in items {
        feed += "<item>";
        let parts = [
            ("guid isPermaLink='false'", &item.id),
            ("link", &item.link),
            ("title", &Some(item.title.clone())),
            ("pubDate", &item.date),
            ("description", &Some(text(item.number))),
        ];
        for (name, value) in parts {
            let end = name.split(' ').next().unwrap();
            if let Some(value) = value {
                write!(feed, "<{name}>{value}</{end}>").unwrap();
            }
        }
        feed += "</item>";
    }
    feed + "</channel></rss>"
}

/// What a paper came to that printed these editions, an hour apart.
struct Outcome {
    articles: Vec<ArticleRow>,
    identity: Identity,
    mails: usize,
}

async fn outcome(editions: &[Vec<Printed>]) -> Outcome {
    let url = format!("{PAPERS}/post");
    let replies = editions
        .iter()
        .map(|items| (url.clone(), Ok(Reply::document(url.clone(), document(items)))));
    let memory = Memory::default();
    let mailer = Mailer::Memory(memory.clone());
    let clock = Clock::simulated(start());
    let watch = Watch::new(CONFIG, Fetcher::recorded(replies), mailer, clock).await;
    let hours = u64::try_from(editions.len()).unwrap();
    watch.run(Duration::from_mins(60 * hours + 30)).await;
    let read = watch.context.store.read(|tx| {
        let mut articles = Vec::new();
        tx.each_article(jiff::Timestamp::MIN, |article| {
            articles.push(article);
            true
        })?;
        Ok((articles, tx.identity(FeedId(1))?))
    });
    let (articles, identity) = read.await.unwrap();
    Outcome { articles, identity, mails: memory.sent().len() }
}

/// Items of the numbers, changed in one way.
fn edition(numbers: std::ops::Range<u64>, change: impl Fn(&mut Printed)) -> Vec<Printed> {
    let mut items: Vec<_> = numbers.map(printed).collect();
    items.iter_mut().for_each(change);
    items
}

/// Checklist item 65.
#[tokio::test(start_paused = true)]
async fn an_id_on_several_items_is_given_up_for_good() {
    let one_id = |item: &mut Printed| item.id = Some("N1".to_owned());
    let editions = [
        edition(0..1, one_id),
        edition(0..2, one_id),
        edition(2..3, one_id),
        edition(0..3, one_id),
    ];
    let outcome = outcome(&editions).await;
    assert_eq!(outcome.articles.len(), 3);
    assert!(outcome.articles.iter().all(|row| row.revision == 0));
    assert_eq!((outcome.identity, outcome.mails), (Identity::Link, 3));
}

/// Checklist item 65.
#[tokio::test(start_paused = true)]
async fn ids_that_say_nothing_are_none() {
    let nothing = |item: &mut Printed| item.id = Some("N/A".to_owned());
    let outcome = outcome(&[edition(0..3, nothing), edition(1..4, nothing)]).await;
    assert_eq!((outcome.articles.len(), outcome.mails), (4, 4));
}

/// Checklist item 66.
#[tokio::test(start_paused = true)]
async fn ids_that_change_at_every_poll_raise_no_storm() {
    for has_links in [true, false] {
        let at = |hour: u64| {
            edition(hour..hour + 5, |item| {
                item.id = Some(format!("{hour}-{}", item.number));
                item.link = item.link.take().filter(|_| has_links);
            })
        };
        let outcome = outcome(&[at(0), at(1), at(2), at(2)]).await;
        assert_eq!(outcome.articles.len(), 7, "with links: {has_links}");
        assert_eq!((outcome.identity, outcome.mails), (Identity::Link, 7));
    }
}

/// Checklist item 66.
#[tokio::test(start_paused = true)]
async fn one_item_that_comes_again_under_another_id_does_not_discredit_the_others() {
    let again = |item: &mut Printed| {
        if item.number == 0 {
            item.id = Some("post-0-again".to_owned());
        }
    };
    let outcome = outcome(&[edition(0..5, |_| {}), edition(0..5, again)]).await;
    assert_eq!((outcome.identity, outcome.mails), (Identity::Id, 5), "the same story");
}

/// Checklist item 67.
#[tokio::test(start_paused = true)]
async fn another_headline_or_date_is_no_new_item() {
    let retitled = edition(0..3, |item| {
        if item.number == 0 {
            item.title = "Flood reaches the mill".to_owned();
        }
    });
    let redated = edition(0..3, |item| item.date = Some("Mon, 12 May 2025 07:30:00 GMT".into()));
    let moved =
        edition(0..3, |item| item.link = Some(format!("https://post.example/m/{}", item.number)));
    let outcome =
        outcome(&[edition(0..3, |_| {}), retitled.clone(), retitled, redated, moved]).await;
    assert_eq!(outcome.articles.len(), 3);
    let revisions: Vec<_> = outcome.articles.iter().map(|row| row.revision).collect();
    assert_eq!(revisions, [2, 0, 0], "the headline came and went");
    // Each once, and once more for the rule that only the new headline met.
    assert_eq!((outcome.identity, outcome.mails), (Identity::Id, 4));
}

/// Checklist item 67.
#[tokio::test(start_paused = true)]
async fn what_vanishes_and_returns_is_the_same() {
    let editions = [
        edition(0..3, |_| {}),
        edition(1..3, |_| {}),
        edition(2..6, |_| {}),
        edition(0..6, |_| {}),
    ];
    let outcome = outcome(&editions).await;
    assert_eq!((outcome.articles.len(), outcome.mails), (6, 6));
    assert!(outcome.articles.iter().all(|row| row.revision == 0));
}

/// Checklist item 68.
#[tokio::test(start_paused = true)]
async fn dates_that_cannot_be_do_not_move_an_item_in_time() {
    let dates =
        [None, Some("Thu, 01 Jan 1970 00:00:00 GMT"), Some("Fri, 12 May 2028 05:00:00 GMT")];
    let editions = edition(0..3, |item| {
        let date = dates[usize::try_from(item.number).unwrap()];
        item.date = date.map(str::to_owned);
    });
    let outcome = outcome(&[editions.clone(), editions]).await;
    let [missing, ancient, future] = &outcome.articles[..] else { panic!("not three") };
    assert_eq!((missing.article.published, ancient.article.published), (None, None));
    assert_eq!(future.article.published, Some(future.article.seen_at));
    assert!(outcome.articles.iter().all(|row| row.revision == 0));
    // On a first poll nobody is told of what does not say when it was published.
    assert_eq!(outcome.mails, 1);
}

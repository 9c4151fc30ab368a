//! What the archive says against the rules of a configuration.

use wiredesk::pipeline::doubts::{self, Doubt};

use super::{Shelf, entry, minute};
use crate::support::wire::{self, Entry};

const RULES: &str = "
    [[feed]]
    name = 'post'
    url = 'https://papers.example/post'
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    [[rule]]
    name = 'flood'
    query = 'Arden'
    notify = ['desk']
    [[rule]]
    name = 'harbour'
    query = 'harbour AND source:post'
    notify = ['desk']
    [[rule]]
    name = 'misspelt'
    query = 'Arden AND (harbuor OR peir)'
    notify = ['desk']
    [[rule]]
    name = 'none'
    query = 'harbour AND snow'
    notify = ['desk']
";

/// Articles `from` up to `to`; each tells of Arden, one in four of its harbour, one of snow.
fn articles(from: u64, to: u64) -> Vec<Entry> {
    let told = |n: u64| {
        let what = match n {
            7 => "snow",
            n if n % 4 == 0 => "harbour",
            _ => "mill",
        };
        Entry { text: format!("Arden {what} {n}"), ..entry(&n.to_string(), n, minute(0)) }
    };
    (from..to).map(told).collect()
}

async fn said(shelf: &Shelf) -> Vec<String> {
    let live = wire::live(shelf.folder.path(), RULES);
    let found = shelf.store.read(move |tx| doubts::doubts(tx, &live)).await.unwrap();
    found.iter().map(Doubt::to_string).collect()
}

async fn index(shelf: &Shelf) {
    let rows = shelf.store.read(|tx| tx.unsearchable(10_000)).await.unwrap();
    let write = shelf.store.write(move |tx| {
        for row in &rows {
            let text = row.article.text.to_lowercase();
            tx.put_words(row, text.split(' '))?;
        }
        Ok(())
    });
    write.await.unwrap();
}

#[tokio::test]
async fn a_flood_and_words_that_no_article_has_are_told() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &articles(0, 90), minute(1)).await;
    assert_eq!(said(&shelf).await, [""; 0], "too few to say anything");
    shelf.poll("post", &articles(90, 400), minute(3)).await;
    let flood = "rule `flood` is true of 300 of the newest 300 articles: name something that fewer \
                 of them have";
    assert_eq!(said(&shelf).await, [flood], "what is not indexed is not missed");
    shelf.poll("post", &articles(400, 2_000), minute(5)).await;
    index(&shelf).await;
    let misspelt = "rule `misspelt` asks for `harbuor OR peir`, which none of 2000 stored articles \
                    has: see whether it is spelled as papers spell it";
    assert_eq!(said(&shelf).await, [flood, misspelt]);
}

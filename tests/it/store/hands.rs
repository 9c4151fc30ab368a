//! Whatever people split and merge in any order, while papers go on printing, all of it fits together.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _};
use wiredesk::{
    model::{ArticleId, StoryId},
    pipeline::hand,
    story::Thresholds,
};

use super::{Entry, Shelf, entry, minute, start};
use crate::support::wire::{Dice, text};

/// Each counts rows that must not be.
const FAULTS: [(&str, &str); 11] = [
    ("a story without articles", "story WHERE id NOT IN (SELECT story FROM article)"),
    (
        "a lead that is of another story or not told to be one",
        "story WHERE NOT EXISTS (SELECT 1 FROM article
             WHERE article.id = lead AND article.story = story.id AND relation = 'lead')",
    ),
    (
        "two leads",
        "article JOIN story ON story.id = article.story WHERE relation = 'lead' AND lead <> article.id",
    ),
    (
        "a part of another story",
        "sketch JOIN article ON article.id = article LEFT JOIN story_part ON part = sketch.story
             WHERE coalesce(story_part.story, sketch.story) <> article.story",
    ),
    (
        "an article compared with one of another story",
        "article JOIN article AS other ON other.id = article.compared_with
             WHERE other.story <> article.story",
    ),
    (
        "a one-sided or empty constraint",
        "story_apart WHERE story = other
             OR NOT EXISTS (SELECT 1 FROM story_apart AS back WHERE back.story = story_apart.other
                            AND back.other = story_apart.story)",
    ),
    (
        "a one-sided or empty link",
        "story_link WHERE story = other
             OR NOT EXISTS (SELECT 1 FROM story_link AS back WHERE back.story = story_link.other
                            AND back.other = story_link.story)",
    ),
    ("a link of what was taken apart", "story_link JOIN story_apart USING (story, other)"),
    ("an alert of no story", "alert WHERE story NOT IN (SELECT id FROM story)"),
    (
        "an address that is told twice",
        "(SELECT 1 FROM delivery_alert JOIN delivery ON delivery.id = delivery
              GROUP BY alert, address HAVING count(*) > 1)",
    ),
    ("an empty message", "delivery WHERE id NOT IN (SELECT delivery FROM delivery_alert)"),
];

fn check(file: &Connection, done: &str) {
    for (fault, rows) in FAULTS {
        let count: i64 =
            file.query_row(&format!("SELECT count(*) FROM {rows}"), [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0, "{fault}\n{done}");
    }
}

/// A text, the first two paragraphs of it, or those after a paragraph of the next.
fn printed(number: u64, kind: u64) -> String {
    let whole = text(number);
    let cut = &whole[..whole.rfind("\n\n").unwrap()];
    match kind {
        0 => whole,
        1 => cut.to_owned(),
        _ => format!("{}\n\n{cut}", text(number + 1).split("\n\n").next().unwrap()),
    }
}

/// The story of the newest part in which the very same text stands.
fn newest_of(file: &Connection, text: &str) -> Option<StoryId> {
    let newest = file.query_row(
        "SELECT article.story FROM article JOIN sketch ON article = article.id
         WHERE text = ?1 ORDER BY sketch.story DESC",
        [text],
        |row| row.get(0),
    );
    newest.optional().unwrap().map(StoryId)
}

/// Whether a paragraph stands in so many stories that it is taken for furniture.
fn is_furniture(file: &Connection, paragraph: &str) -> bool {
    let parts: i64 = file
        .query_row(
            "SELECT count(DISTINCT sketch.story) FROM article JOIN sketch ON article = article.id
             WHERE instr(text, ?1)",
            [paragraph],
            |row| row.get(0),
        )
        .unwrap();
    parts >= 5
}

/// The stories with their articles.
fn stories(file: &Connection) -> Vec<(StoryId, Vec<ArticleId>)> {
    let mut found: Vec<(StoryId, Vec<ArticleId>)> = Vec::new();
    let mut rows = file.prepare("SELECT story, id FROM article ORDER BY 1, 2").unwrap();
    let rows = rows.query_map([], |row| Ok((StoryId(row.get(0)?), ArticleId(row.get(1)?))));
    for (story, article) in rows.unwrap().map(Result::unwrap) {
        match found.last_mut() {
            Some((last, articles)) if *last == story => articles.push(article),
            _ => found.push((story, vec![article])),
        }
    }
    found
}

fn at(dice: &mut Dice, many: usize) -> usize {
    usize::try_from(dice.roll(0..u64::try_from(many).unwrap())).unwrap()
}

#[tokio::test]
async fn splits_and_merges_in_any_order_fit_together() {
    let (mut splits, mut merges, mut copies) = (0, 0, 0);
    for seed in 0..6 {
        let mut shelf = Shelf::new().await;
        let file = Connection::open(shelf.file()).unwrap();
        let mut dice = Dice(seed);
        let mut done = format!("seed {seed}\n");
        for step in 0..50 {
            let now = minute(step);
            let all = stories(&file);
            let (story, articles) =
                all.get(at(&mut dice, all.len().max(1))).cloned().unwrap_or((StoryId(0), vec![]));
            match dice.roll(0..10) {
                0..5 => {
                    let (number, kind) = (dice.roll(0..4), dice.roll(0..3));
                    let text = printed(number, kind);
                    let expected = newest_of(&file, &text);
                    let clear = !text.split("\n\n").any(|part| is_furniture(&file, part));
                    let paper = ["courier", "gazette", "post", "wire"][at(&mut dice, 4)];
                    let id = format!("s{step}");
                    let printed = Entry { text, ..entry(&id, 0, start()) };
                    let report = shelf.poll(paper, &[printed], now).await;
                    writeln!(done, "{paper} prints {number}.{kind}: {report:?}").unwrap();
                    let newest: i64 = file
                        .query_row("SELECT story FROM article ORDER BY id DESC", [], |row| {
                            row.get(0)
                        })
                        .unwrap();
                    if let Some(expected) = expected.filter(|_| clear) {
                        assert_eq!(StoryId(newest), expected, "{done}");
                        copies += 1;
                    }
                }
                5..7 if articles.len() > 1 => {
                    let many = 1 + at(&mut dice, articles.len() - 1);
                    let from = at(&mut dice, articles.len() - many + 1);
                    let out = articles[from..from + many].to_vec();
                    writeln!(done, "split {story} of {articles:?}: {out:?}").unwrap();
                    let thresholds = Thresholds::default();
                    let split =
                        shelf.store.write(move |tx| hand::split(tx, story, &out, &thresholds, now));
                    split.await.unwrap().unwrap();
                    splits += 1;
                }
                7..9 if all.len() > 1 => {
                    let other = all[at(&mut dice, all.len())].0;
                    writeln!(done, "merge {story} {other}").unwrap();
                    let thresholds = Thresholds::default();
                    let another = shelf.another();
                    let united =
                        another.write(move |tx| hand::merge(tx, story, other, &thresholds, now));
                    let united = united.await.unwrap();
                    assert_eq!(united.is_err(), story == other, "{done}");
                    merges += 1;
                }
                _ => shelf = Shelf { store: shelf.another(), ..shelf },
            }
            check(&file, &done);
        }
    }
    assert!(splits > 20 && merges > 10 && copies > 50, "{splits} {merges} {copies}");
}

//! Later versions of an item, and the text that the first had from its page.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_later_version_of_an_item_keeps_its_page_until_its_text_changes() {
    let dated = Entry { published: after(-60), ..short("a") };
    let retitled = Entry { title: "Pier a of Arden is open".into(), ..dated.clone() };
    let reworded = Entry { text: "Ferries to Norland sail.".into(), ..retitled.clone() };
    let editions = [short("a"), dated, retitled, reworded].map(|entry| vec![entry]);
    let pages = vec![page("post", "a", 1), page("post", "a", 2)];
    let (watch, _) = watch(POST, [paper("post", editions), pages]).await;

    watch.run(Duration::from_secs(75)).await;
    let (row, _) = article(&watch).await;
    assert_eq!((row.revision, row.article.published), (0, Some(after(-60))));
    let text = row.article.text;
    assert!(text.ends_with(REST));
    watch.run(Duration::from_secs(30)).await;
    let (row, _) = article(&watch).await;
    assert_eq!((row.revision, &row.article.text), (1, &text));
    watch.run(Duration::from_secs(30)).await;
    let (row, page) = article(&watch).await;
    assert_eq!(
        (row.revision, row.article.summary.as_deref()),
        (2, Some("Ferries to Norland sail."))
    );
    assert!(row.article.text != text && row.article.text.ends_with(REST), "another page");
    assert!(page.is_used);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_has_not_changed_since_need_not_come_again() {
    // Whoever does not ask with the tag of the first gets the second.
    let tagged = [1, 2].map(|number| {
        let mut answer = page("post", "a", number).1.unwrap();
        answer.validators.etag = Some("\"1\"".into());
        (link("post", "a"), Ok(answer))
    });
    let reworded = Entry { text: "Ferries to Norland sail.".into(), ..short("a") };
    let editions = [vec![short("a")], vec![reworded]];
    let (watch, _) = watch(POST, [paper("post", editions), tagged.into()]).await;
    watch.run(Duration::from_secs(45)).await;
    let first = article(&watch).await.0.article;
    watch.run(Duration::from_mins(3)).await;
    let (row, page) = article(&watch).await;
    assert_eq!((row.revision, page.is_used, page.note), (1, true, None));
    assert_eq!(row.article.summary.as_deref(), Some("Ferries to Norland sail."));
    assert_eq!(row.article.text, first.text);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_the_second_time_leaves_what_it_gave_the_first() {
    let reworded = Entry { text: "Ferries to Norland sail.".into(), ..short("a") };
    let pages = vec![page("post", "a", 1), broken("post", "a", ProblemKind::Gone)];
    let editions = [vec![short("a")], vec![reworded]];
    let (watch, memory) = watch(POST, [paper("post", editions), pages]).await;
    watch.run(Duration::from_mins(5)).await;
    let (row, page) = article(&watch).await;
    assert!(row.article.text.ends_with(REST));
    assert_eq!(row.article.summary.as_deref(), Some("Ferries to Norland sail."));
    assert_eq!((row.revision, page.is_used, page.note.as_deref()), (1, true, Some("out of order")));
    assert_eq!(memory.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_comes_to_give_the_text_has_the_last_word() {
    let whole = Entry { text: wire::text(9), ..short("a") };
    let editions = [vec![short("a")], vec![whole], vec![short("a")]];
    let pages = vec![page("post", "a", 1), broken("post", "a", ProblemKind::Gone)];
    let (watch, _) = watch(POST, [paper("post", editions), pages]).await;
    watch.run(Duration::from_secs(75)).await;
    let (row, page) = article(&watch).await;
    assert_eq!((row.article.text, page.is_used), (wire::text(9), false));
    assert_eq!(page.note.as_deref(), Some("the feed has another text since"));
    watch.run(Duration::from_mins(1)).await;
    let (row, page) = article(&watch).await;
    assert_eq!(
        (row.article.text.as_str(), page.is_used),
        (TEASER, false),
        "what the page gave is gone"
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_takes_the_place_of_one_that_waits() {
    let down = broken("post", "a", ProblemKind::Connect);
    let whole = Entry { text: format!("{}\n\n{REST}", wire::text(3)), ..short("a") };
    let (watch, memory) =
        watch(POST, [paper("post", [vec![short("a")], vec![whole]]), vec![down]]).await;
    watch.run(Duration::from_mins(6)).await;
    let rows = articles(&watch).await;
    assert_eq!((rows.len(), waiting(&watch).await, memory.sent().len()), (1, 0, 1));
    assert_eq!(rows[0].revision, 0);
    assert!(rows[0].article.text.ends_with(REST));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_taken_back_waits_for_nothing() {
    let kill = Entry { title: "KILL: Pier a of Arden shut".into(), ..short("a") };
    let pages = vec![page("post", "a", 1)];
    let (watch, memory) = watch(POST, [paper("post", [vec![short("a")], vec![kill]]), pages]).await;
    watch.run(Duration::from_mins(3)).await;
    assert_eq!(memory.sent().len(), 2, "the story, and that it is withdrawn");
}

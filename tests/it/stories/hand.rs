//! Stories split and merged beside a running daemon, which keeps to it.

use serde_json::Value;

use super::{Press, cut, whole};
use crate::support::desk::until;

fn stories(articles: &[Value]) -> Vec<i64> {
    articles.iter().map(|article| article["story"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_keeps_to_what_people_said_while_it_runs() {
    let press = Press::new().await;
    let sent =
        |many| until("the mails are written", || (press.desk.mails().len() == many).then_some(()));
    let daemon = press.desk.run();
    press.print("post", 1, whole(1));
    press.stored();
    press.print("courier", 2, cut(1));
    assert_eq!(stories(&press.stored()), [1, 1]);
    sent(1);

    let answer = press.answer(&["stories", "split", "1", "2"]);
    assert_eq!(answer, "story 2: 1 article taken out of story 1\n");
    press.print("gazette", 3, cut(1));
    assert_eq!(stories(&press.stored()), [1, 2, 2]);
    press.print("pilot", 4, whole(1));
    assert_eq!(stories(&press.stored()), [1, 2, 2, 1]);
    // Story 2 had not been told by itself before the third article came.
    sent(2);

    let answer = press.answer(&["stories", "merge", "1", "2"]);
    assert_eq!(answer, "story 1: story 2 is part of it now\n");
    press.print("pilot", 5, cut(1));
    assert_eq!(stories(&press.stored()), [1; 5]);
    assert!(daemon.terminate().success());
    let alerts = press.desk.export("alerts");
    assert_eq!((alerts.len(), press.desk.mails().len()), (1, 2), "{alerts:?}");
    assert_eq!(alerts[0]["deliveries"].as_array().unwrap().len(), 2, "what was told of either");

    // The next daemon starts with it.
    let daemon = press.desk.run();
    press.print("gazette", 6, whole(1));
    assert_eq!(stories(&press.stored()), [1; 6]);
    assert!(daemon.terminate().success());
    assert_eq!(press.desk.mails().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_with_65() {
    let press = Press::new().await;
    press.printed_and_read("post", 1, whole(1));
    press.printed_and_read("courier", 2, cut(1));
    press.printed_and_read("gazette", 3, whole(3));
    for (arguments, expected) in [
        (
            &["split", "1", "1", "2"][..],
            "these are all articles of story 1: nothing would be left to split from",
        ),
        (&["split", "1", "3"], "article 3 is not of this story but of story 2"),
        (&["split", "1", "9"], "there is no article 9"),
        (&["split", "9", "1"], "there is no story 9"),
        (&["merge", "1", "9"], "there is no story 9"),
        (&["merge", "2", "2"], "story 2 cannot be merged with itself"),
        (&["show", "9"], "there is no story 9"),
    ] {
        let output = press.desk.answer(&[&["stories"], arguments].concat());
        assert_eq!(output.status.code(), Some(65), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("error: {expected}\n"));
    }
    press.answer(&["stories", "merge", "1", "2"]);
    let output = press.desk.answer(&["stories", "show", "2"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "error: story 2 is part of story 1 since they were merged\n");
}

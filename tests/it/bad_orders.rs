//! A configuration with mistakes, at the start and on reload.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rustix::process::Signal;
use serde_json::json;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Origin},
};

/// What the paper prints, one after the other.
const NEWS: [&str; 5] = [
    "Mayor opens the flower show",
    "Crane falls into the harbour of Arden",
    "Dredging put off until spring, says the harbour master of Norwick",
    "Strike empties the quays and every harbour of the Selby islands",
    "Ferry to Orrin resumes after the storm",
];

fn paper(items: usize) -> String {
    let item = |(n, title)| format!("<item><guid>a{n}</guid><title>{title}</title></item>");
    let items: String = (1..).zip(&NEWS[..items]).map(item).collect();
    format!("<rss version='2.0'><channel><title>Arden Post</title>{items}</channel></rss>")
}

fn config(origin: &Origin, rules: &str) -> String {
    format!(
        "[fetch]\nallow = ['{address}']\n[[feed]]\nname = 'post'\nurl = '{url}'\ninterval = '1 s'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n{rules}",
        address = origin.address(),
        url = origin.url("/feed"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_on_reload_leave_the_old_rules_in_force_until_they_are_mended() {
    let printed = Arc::new(AtomicUsize::new(1));
    let origin = Origin::start({
        let printed = Arc::clone(&printed);
        move |_| Answer::new(200, &[], paper(printed.load(Ordering::SeqCst)))
    })
    .await;
    let desk = Desk::new(&config(&origin, ""));
    let daemon = desk.run();
    until("the baseline is read", || (desk.export("articles").len() == 1).then_some(()));
    let news = |number: usize| {
        printed.store(number, Ordering::SeqCst);
        until(NEWS[number - 1], || {
            let mails = desk.mails();
            let told = |mail: &Vec<u8>| String::from_utf8_lossy(mail).contains(NEWS[number - 1]);
            mails.iter().any(told).then_some(())
        });
    };

    let order = |query: &str| {
        desk.configure(&config(
            &origin,
            &format!("[[rule]]\nname = 'ferry'\n{query}\nnotify = ['desk']\n"),
        ));
    };

    // A key that does not exist, by `wiredesk reload`.
    order("qeury = 'ferry'");
    let answer = desk.answer(&["reload"]);
    let said = String::from_utf8(answer.stderr).unwrap();
    assert_eq!(answer.status.code(), Some(78), "{said}");
    let place = format!("{}:18:1", desk.config().display());
    let drawn =
        ["error: unknown key `qeury`", &place, "qeury = 'ferry'", "^^^^^", "did you mean `query`?"];
    for part in drawn {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
        assert!(daemon.log().contains(part), "`{part}` is not in\n{}", daemon.log());
    }
    let status = desk.status();
    assert_eq!(status["configuration"]["generation"], 1);
    let shown = String::from_utf8(desk.answer(&["status"]).stdout).unwrap();
    for part in drawn {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
        assert!(status["configuration"]["refused"].as_str().unwrap().contains(part), "{status}");
    }
    let problem = status["problems"][0].as_str().unwrap();
    let old = "the new configuration was refused, configuration 1 stays in force\n";
    assert!(problem.starts_with(old) && shown.contains("problems (1)"), "{problem}\n{shown}");
    news(2);

    // Broken syntax, by SIGHUP.
    order("query = 'ferry");
    daemon.signal(Signal::HUP);
    let place = format!("{}:18:", desk.config().display());
    until("the refusal is noted", || {
        let status = desk.status();
        status["configuration"]["refused"].as_str()?.contains(&place).then_some(())
    });
    assert!(daemon.log().contains(&place), "{}", daemon.log());
    news(3);

    // A query with a mistake in it.
    order("query = 'ferry AND (storm'");
    let answer = desk.answer(&["reload"]);
    let said = String::from_utf8(answer.stderr).unwrap();
    assert_eq!(answer.status.code(), Some(78), "{said}");
    assert!(said.contains(&place) && said.contains("ferry AND (storm"), "{said}");
    news(4);
    assert_eq!(desk.status()["configuration"]["generation"], 1);

    order("query = 'ferry AND storm'");
    let answer = desk.answer(&["reload"]);
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    assert_eq!(String::from_utf8(answer.stdout).unwrap(), "configuration 2 is in force\n");
    let status = desk.status();
    assert_eq!(status["configuration"]["refused"], json!(null));
    assert_eq!(status["problems"], json!([]));
    news(5);
    assert!(daemon.terminate().success());
    assert_eq!(desk.mails().len(), 4, "each told once");
}

#[test]
fn a_mistake_at_the_start_ends_with_its_place_and_touches_nothing() {
    let rule = "[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
                [[rule]]\nname = 'harbour'\nquery = 'harbour AND (crane OR'\nnotify = ['desk']\n";
    let desk = Desk::new(rule);
    let place = format!("{}:7:", desk.config().display());
    for command in ["run", "once"] {
        let answer = desk.answer(&[command]);
        let said = String::from_utf8(answer.stderr).unwrap();
        assert_eq!(answer.status.code(), Some(78), "{command}: {said}");
        for part in [&place, "query = 'harbour AND (crane OR'", "^"] {
            assert!(said.contains(part), "{command}: `{part}` is not in\n{said}");
        }
        assert!(!desk.data().exists());
    }
}

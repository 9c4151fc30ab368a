//! `mail preview` and templates of one's own, through the real binary.

use std::fs;

use jiff::tz::TimeZone;
use wiredesk::clock::Clock;

use crate::support::{desk::Desk, strict};

const MAIL: &str = "[mail]\nfrom = 'Wire Desk <wire@desk.example>'\nsmtp = 'smtp://127.0.0.1:1'\n\
     reply_to = 'night@desk.example'\ntemplates = 'looks'\n";

/// A desk with one article, whose rule has told of it where `name` is `harbour`.
fn desk(mail: &str) -> Desk {
    let desk = Desk::new("");
    let feed = desk.path("feed.xml");
    let now = jiff::fmt::rfc2822::to_string(&Clock::System.now().to_zoned_datetime(TimeZone::UTC));
    let now = now.unwrap();
    let item = format!(
        "<rss version='2.0'><channel><title>Arden Post</title><link>https://post.example/</link>\
         <item><guid>a1</guid><title>Crane falls in Arden</title><link>/1</link><pubDate>{now}</pubDate>\
         <description>The harbour of Arden is closed. Nobody was hurt.</description></item></channel></rss>"
    );
    fs::write(&feed, item).unwrap();
    desk.configure(&format!(
        "{mail}[[feed]]\nname = 'post'\nurl = '{}'\nfull_text = 'never'\n\
         [[recipient]]\nname = 'desk'\nemail = ['ops@desk.example']\nwait = '0 s'\ntimezone = 'Asia/Karachi'\n\
         [[rule]]\nname = 'harbour'\ntitle = 'The harbour'\nquery = 'harbour'\nnotify = ['desk']\n\
         [[rule]]\nname = 'mills'\nquery = 'barley'\nnotify = ['desk']\nenabled = false\n",
        feed.display()
    ));
    desk
}

/// What `mail preview` prints, and what it warns of.
fn preview(desk: &Desk, arguments: &[&str]) -> (String, String) {
    let answer = desk.answer(&[&["mail", "preview"], arguments].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert!(answer.status.success(), "{}", text(answer.stderr));
    (text(answer.stdout), text(answer.stderr))
}

#[test]
fn a_preview_is_the_mail_that_was_sent_and_nothing_is_sent() {
    let desk = desk("");
    desk.once();
    let [sent] = desk.mails().try_into().unwrap();
    let sent = strict::read(&sent).unwrap();
    let out = desk.path("look");
    let out_name = out.display().to_string();
    for what in ["harbour", "1"] {
        let (said, warned) = preview(&desk, &[what, "--out", &out_name]);
        assert_eq!(warned, "");
        assert!(said.starts_with("[The harbour] Crane falls"), "{said}");
        let file = |ending: &str| fs::read(out.join(format!("{what}.{ending}"))).unwrap();
        let previewed = strict::read(&file("eml")).unwrap();
        assert_eq!(previewed.field("subject"), sent.field("subject"));
        assert_eq!(previewed.field("to"), Some("ops@desk.example"));
        let without_time = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains("Sent"));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(without_time(&previewed.text), without_time(&sent.text));
        assert_eq!(previewed.html.trim_end(), String::from_utf8(file("html")).unwrap().trim_end());
        assert_eq!(previewed.text.trim_end(), String::from_utf8(file("txt")).unwrap().trim_end());
    }
    assert_eq!(desk.mails().len(), 1);
    let (text, _) = preview(&desk, &["harbour", "--text"]);
    assert!(text.contains("Text: The **harbour** of Arden is closed."), "{text}");
}

#[test]
fn a_rule_that_is_true_of_nothing_shows_an_invented_story_and_says_so() {
    let desk = desk("");
    for ran in [false, true] {
        if ran {
            desk.once();
        }
        let (text, warned) = preview(&desk, &["mills", "--text"]);
        assert!(warned.contains("rule `mills` is true of no stored article"), "{warned}");
        assert!(
            text.starts_with("Subject: [mills] Crane") && text.contains("Rule mills: barley"),
            "{text}"
        );
    }
    for (what, code, said) in [("mill", 65, "did you mean `mills`"), ("77", 65, "no alert 77")] {
        let answer = desk.answer(&["mail", "preview", what]);
        assert_eq!(answer.status.code(), Some(code));
        let said_it = String::from_utf8(answer.stderr).unwrap();
        assert!(said_it.contains(said), "{said_it}");
    }
}

#[test]
fn templates_are_checked_at_load_with_line_and_caret() {
    let desk = desk(MAIL);
    let refused = || {
        let answer = desk.answer(&["check"]);
        let place = desk.path("").display().to_string();
        (answer.status.code(), String::from_utf8(answer.stdout).unwrap().replace(&place, "/"))
    };
    let (code, said) = refused();
    assert_eq!(code, Some(78));
    assert!(
        said.contains("cannot read the folder `/looks`") && said.contains("wiredesk.toml:6"),
        "{said}"
    );

    fs::create_dir(desk.path("looks")).unwrap();
    fs::write(desk.path("looks/letter.htm"), "x").unwrap();
    let (code, said) = refused();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("`/looks/letter.htm` is no template")
            && said.contains("there is no template"),
        "{said}"
    );

    fs::remove_file(desk.path("looks/letter.htm")).unwrap();
    fs::write(desk.path("looks/letter.txt"), "Good morning,\n\n{{ sections.hedline }}\n").unwrap();
    fs::write(desk.path("looks/letter.html"), "{% if x %}\n").unwrap();
    insta::assert_snapshot!(refused().1);
}

#[test]
fn a_template_that_fails_loses_no_mail_and_is_a_problem_until_it_is_mended() {
    let desk = desk(&MAIL.replace("smtp://127.0.0.1:1", "smtp://127.0.0.1:9"));
    fs::create_dir(desk.path("looks")).unwrap();
    let own = "{% if sections and sections[0].headline == 'Crane falls in Arden' %}{{ 1 / 0 }}{% endif %}ours: {{ subject }}";
    fs::write(desk.path("looks/letter.txt"), own).unwrap();
    fs::write(desk.path("looks/subject.txt"), "WATCH\n{{ rules[0].name if rules else '' }}")
        .unwrap();
    let (text, warned) = preview(&desk, &["mills", "--text"]);
    assert!(text.starts_with("Subject: WATCH mills\n\nours: WATCH mills"), "{text}");
    assert!(!warned.contains("fails"), "{warned}");

    desk.once();
    let (text, warned) = preview(&desk, &["harbour", "--text"]);
    assert!(
        warned.contains("letter.txt fails") && warned.contains("line 1 of letter.txt"),
        "{warned}"
    );
    assert!(text.starts_with("Subject: WATCH harbour\n\nCrane falls in Arden\n"), "{text}");
    let problems = || desk.status()["problems"].to_string();
    assert!(problems().contains("the template letter.txt failed"), "{}", problems());
    assert_eq!(desk.export("deliveries")[0]["attempts"], 1, "the message was made all the same");
    fs::write(desk.path("looks/letter.txt"), "ours: {{ subject }}").unwrap();
    desk.once();
    assert!(!problems().contains("the template"), "{}", problems());
}

//! A small archive to ask: two papers, one wire story in both, and what else they print.

use wiredesk::clock::Clock;

use crate::support::{
    desk::Desk,
    origin::{Answer, Origin},
};

/// The rules of the desk.
const RULES: &str = "
[alias]
port = 'harbour OR pier'
[[recipient]]
name = 'desk'
email = ['desk@desk.example']
wait = '0 s'
[[rule]]
name = 'harbour'
query = 'Arden AND $port NOT cricket'
notify = ['desk']
[[rule]]
name = 'votes'
query = 'title:votes'
notify = ['desk']
feeds = ['courier']
until = 2099-12-31
[[rule]]
name = 'off'
query = 'Norland'
notify = ['desk']
enabled = false
";

const CRANE: &str = "ARDEN (Norland Wire) - A crane fell into the harbour of Arden on Monday, the harbour \
    master said, and blocked the main channel for most of the day. Nobody was hurt. Two ferries were \
    sent back to sea while divers looked for the jib, which lies eleven metres deep beside the old \
    customs quay. The company that owns the crane, Reyes and Sons, said that it had been inspected in \
    March and that a strong gust had caught it while it was turning. The port hopes to open the \
    channel again on Tuesday morning, when a floating crane arrives from the south.";

const POST: [(&str, &str); 3] = [
    ("Crane falls in Arden harbour", CRANE),
    (
        "Arden votes on a new school",
        "Arden votes in June on whether the old mill becomes a school. The council is split.",
    ),
    (
        "Cricket by the pier",
        "Arden beat Norland at cricket by four wickets, on the ground beside the pier.",
    ),
];

const COURIER: [(&str, &str); 2] = [
    ("Channel blocked after crane accident", CRANE),
    (
        "Norland votes",
        "Norland votes on Sunday. The polls open at eight, and close at six in the evening.",
    ),
];

fn feed(title: &str, items: &[(&str, &str)]) -> String {
    let at = Clock::System.now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let item = |(headline, text): &(&str, &str)| {
        let slug = headline.to_lowercase().replace([' ', ':'], "-");
        format!(
            "<item><guid>{slug}</guid><title>{headline}</title><link>https://{title}.example/{slug}</link>\
             <pubDate>{at}</pubDate><description>{text}</description></item>"
        )
    };
    let items: Vec<_> = items.iter().map(item).collect();
    format!("<rss version='2.0'><channel><title>{title}</title>{}</channel></rss>", items.concat())
}

/// A desk that has polled both papers.
pub(super) async fn archive() -> Desk {
    let origin = Origin::start(|asked| {
        let body = match asked.target.as_str() {
            "/post" => feed("post", &POST),
            _ => feed("courier", &COURIER),
        };
        Answer::new(200, &[], body)
    })
    .await;
    let feed = |name: &str, publisher: &str| {
        let url = origin.url(&format!("/{name}"));
        format!(
            "[[feed]]\nname = '{name}'\nurl = '{url}'\npublisher = '{publisher}'\nfull_text = 'never'\n"
        )
    };
    let feeds = [feed("post", "Arden Post"), feed("courier", "Norland Courier")].concat();
    let desk = Desk::new(&format!("[fetch]\nallow = ['{}']\n{feeds}{RULES}", origin.address()));
    desk.once();
    assert_eq!(desk.export("articles").len(), POST.len() + COURIER.len());
    desk
}

/// What a command that succeeds prints.
pub(super) fn answer(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.answer(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

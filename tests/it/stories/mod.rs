//! `wiredesk stories` and what `explain` says of copies, on papers that print what a test wants.

mod hand;
mod told;

use std::sync::{Arc, Mutex};

use serde_json::Value;
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Origin},
    wire::{self, Entry, headline, text},
};

const PAPERS: [(&str, &str); 4] = [
    ("post", "Arden Post"),
    ("courier", "Norland Courier"),
    ("gazette", "The Gazette"),
    ("pilot", "The Pilot"),
];

/// Papers, and a desk that reads them; the rule `harbour` is true of what speaks of it.
struct Press {
    desk: Desk,
    printed: Arc<Mutex<Vec<(String, Entry)>>>,
    _origin: Origin,
}

impl Press {
    async fn new() -> Self {
        let printed = Arc::<Mutex<Vec<(String, Entry)>>>::default();
        let shown = Arc::clone(&printed);
        let origin = Origin::start(move |asked| {
            let paper = asked.target.trim_start_matches('/');
            let entries = shown.lock().unwrap();
            let entries = entries.iter().filter(|(of, _)| of == paper);
            let entries: Vec<_> = entries.map(|(_, entry)| entry.clone()).collect();
            Answer::new(200, &[], wire::atom(paper, &entries))
        })
        .await;
        let feeds = PAPERS.map(|(name, publisher)| {
            let url = origin.url(&format!("/{name}"));
            format!(
                "[[feed]]\nname = '{name}'\nurl = '{url}'\npublisher = '{publisher}'\ninterval = '1 s'\n\
                 full_text = 'never'\n"
            )
        });
        let desk = Desk::new(&format!(
            "[fetch]\nallow = ['{}']\n{}[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
             wait = '0 s'\n[[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n\
             [[rule]]\nname = 'pier'\nquery = 'pier'\nnotify = ['desk']\n",
            origin.address(),
            feeds.concat(),
        ));
        Self { desk, printed, _origin: origin }
    }

    /// A paper prints a text under the headline of that number.
    fn print(&self, paper: &str, title: u64, text: impl Into<String>) {
        let mut printed = self.printed.lock().unwrap();
        let id = format!("a{}", printed.len());
        let published = Clock::System.now();
        let entry = Entry { id, title: headline(title), text: text.into(), published };
        printed.push((paper.to_owned(), entry));
    }

    /// Waits until as many articles are stored as were printed.
    fn stored(&self) -> Vec<Value> {
        let all = self.printed.lock().unwrap().len();
        until("what was printed is stored", || {
            let articles = self.desk.export("articles");
            (articles.len() == all).then_some(articles)
        })
    }

    /// Prints, and stores it without a daemon.
    fn printed_and_read(&self, paper: &str, title: u64, text: impl Into<String>) {
        self.print(paper, title, text);
        until("the paper is read", || {
            self.desk.once();
            let all = self.printed.lock().unwrap().len();
            (self.desk.export("articles").len() == all).then_some(())
        });
    }

    /// What a command that succeeds prints.
    fn answer(&self, arguments: &[&str]) -> String {
        let output = self.desk.answer(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The JSON that a command prints, a value a line.
    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let answer = self.answer(arguments);
        answer.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A text of that number about the harbour.
fn whole(number: u64) -> String {
    format!("The harbour was closed. {}", text(number))
}

/// Two of its paragraphs.
fn cut(number: u64) -> String {
    let mut cut = whole(number);
    cut.truncate(cut.rfind("\n\n").unwrap());
    cut
}

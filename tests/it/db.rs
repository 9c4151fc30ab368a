//! The real binary and its database: copies, damage, what is too old; and what shells and `man` get.

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
};

use wiredesk::clock::Clock;

use crate::support::{
    desk::Desk,
    origin::{Answer, Origin},
    wire::{self, Entry, headline, text},
};

/// A desk that has read so many articles, and the paper that printed them.
struct Archive {
    desk: Desk,
    printed: Arc<Mutex<Vec<Entry>>>,
    _origin: Origin,
}

impl Archive {
    async fn of(articles: u64) -> Self {
        let printed = Arc::<Mutex<Vec<Entry>>>::default();
        let shown = Arc::clone(&printed);
        let origin = Origin::start(move |_| {
            Answer::new(200, &[], wire::atom("post", &shown.lock().unwrap()))
        })
        .await;
        let desk = Desk::new(&format!(
            "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\ninterval = '1 s'\n\
             full_text = 'never'\n[limits]\nretention = '30d'\n\
             [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
             [[rule]]\nname = 'all'\nquery = 'words:>1'\nnotify = ['desk']\n",
            origin.address(),
            origin.url("/feed")
        ));
        let archive = Self { desk, printed, _origin: origin };
        archive.print(0..articles);
        archive
    }

    /// Prints articles and reads them.
    fn print(&self, numbers: std::ops::Range<u64>) {
        let wanted = usize::try_from(numbers.end).unwrap();
        self.printed.lock().unwrap().extend(numbers.map(|number| Entry {
            id: number.to_string(),
            title: headline(number),
            text: text(number),
            published: Clock::System.now(),
        }));
        crate::support::desk::until("the articles are in", || {
            self.desk.once();
            (self.desk.export("articles").len() == wanted).then_some(())
        });
    }

    fn file(&self) -> PathBuf {
        self.desk.data().join("wiredesk.db")
    }

    /// The exit code and what was said.
    fn said(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let answer = self.desk.answer(arguments);
        let text = String::from_utf8([answer.stdout, answer.stderr].concat()).unwrap();
        (answer.status.code(), text)
    }
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_whole_and_can_take_the_place_of_the_file() {
    let archive = Archive::of(20).await;
    let before = archive.desk.export("articles");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let (code, said) = archive.said(&["db", "backup", name(&copy)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with(name(&copy)) && said.contains("whole and readable"), "{said}");

    archive.print(20..30);
    let first = fs::read(&copy).unwrap();
    let (code, said) = archive.said(&["db", "backup", name(&copy)]);
    assert!(code == Some(64) && said.contains("is there already"), "{said}");
    assert_eq!(fs::read(&copy).unwrap(), first, "an older copy is never lost");
    let (code, said) = archive.said(&["db", "backup", name(folder.path())]);
    assert_eq!(code, Some(0), "{said}");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(
        matches!(names.as_slice(), [copy, dated] if copy == "copy.db"
            && dated.starts_with("wiredesk-2") && dated.ends_with("Z.db")),
        "{names:?}"
    );

    fs::copy(&copy, archive.file()).unwrap();
    for beside in ["wiredesk.db-wal", "wiredesk.db-shm"] {
        let path = archive.desk.data().join(beside);
        assert!(!path.exists() || fs::remove_file(path).is_ok());
    }
    assert_eq!(archive.desk.export("articles"), before);
    let (code, said) = archive.said(&["search", "words:>1", "--limit", "50", "--json"]);
    assert!(code == Some(0) && said.lines().count() == 20, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_found_and_never_copied() {
    let archive = Archive::of(60).await;
    let (code, said) = archive.said(&["db", "check"]);
    assert!(code == Some(0) && said.starts_with("ok: 60 articles in 60 stories, "), "{said}");
    let file = fs::OpenOptions::new().write(true).open(archive.file()).unwrap();
    let pages = file.metadata().unwrap().len() / 4_096;
    for page in pages / 2..pages / 2 + 8 {
        file.write_all_at(&[0x55; 4_096], page * 4_096).unwrap();
    }
    let (code, said) = archive.said(&["db", "check"]);
    assert!(code == Some(65) && said.contains("damaged"), "{code:?} {said}");
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = archive.said(&["db", "backup", name(&folder.path().join("copy.db"))]);
    assert!(matches!(code, Some(65 | 74)), "{code:?} {said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no half copy is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_cannot_be_written_says_why() {
    let archive = Archive::of(1).await;
    let (code, said) = archive.said(&["db", "backup", "/nowhere/copy.db"]);
    assert_eq!(code, Some(74));
    assert!(said.contains("/nowhere/copy.db") && said.contains("No such file"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_is_forgotten_on_demand() {
    let archive = Archive::of(12).await;
    let (code, said) = archive.said(&["db", "prune"]);
    assert!(code == Some(0) && said.contains("articles: 0 forgotten"), "{said}");
    let file = rusqlite::Connection::open(archive.file()).unwrap();
    let old = "UPDATE article SET seen_at = 0, revised_at = 0 WHERE id <= 7";
    assert_eq!(file.execute(old, ()).unwrap(), 7);
    drop(file);
    let (code, said) = archive.said(&["db", "prune"]);
    assert!(code == Some(0) && said.contains("articles: 7 forgotten"), "{said}");
    assert!(said.contains("are free for what comes"), "{said}");
    assert_eq!(archive.desk.export("articles").len(), 5);
}

/// The names of the commands in a page of help.
fn commands(help: &str) -> Vec<String> {
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn every_command_has_a_manual_page_and_completes() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let answer = Command::new(env!("CARGO_BIN_EXE_wiredesk")).args(arguments).output().unwrap();
        assert!(answer.status.success(), "{arguments:?}");
        String::from_utf8(answer.stdout).unwrap()
    };
    run(&["man", name(folder.path())]);
    let named = commands(&run(&["--help"]));
    assert!(named.len() > 18, "{named:?}");
    for command in &named {
        let page = fs::read_to_string(folder.path().join(format!("wiredesk-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains(".SH DESCRIPTION"), "{command}");
    }
    let hidden = wiredesk::worker::COMMAND;
    assert!(!folder.path().join(format!("wiredesk-{hidden}.1")).exists());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        for command in &named {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
    }
}

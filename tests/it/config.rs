//! The configuration from outside: files, folders, the example, and `wiredesk check`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use wiredesk::{
    config::{self, Loaded},
    model::{Generation, RuleName},
};

use crate::rules::literate::settle;

const RULE: &str = "[[rule]]\nname = 'floods'\nquery = 'floods'\nnotify = ['desk']\n[[feed]]\nname = 'herald'\n\
     url = 'https://herald.example/feed.xml'\n";
const RECIPIENT: &str = "[[recipient]]\nname = 'desk'\nemail = ['desk@example.org']\n";

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

fn check(args: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wiredesk"))
        .arg("check")
        .args(args)
        .arg("-c")
        .arg(path)
        .env_remove("CREDENTIALS_DIRECTORY")
        .env_remove("STATE_DIRECTORY")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn the_example_loads_without_a_warning() {
    let Loaded { live, warnings } =
        config::load(&example(), Generation(1)).unwrap_or_else(|report| panic!("{report}"));
    assert!(warnings.is_empty(), "{warnings}");
    let rule = live.rules.get(&RuleName::new("pakistan-pentagon")).unwrap();
    assert_eq!(&*rule.query.source, "Pakistan AND Pentagon");
    assert!(live.feeds.len() >= 10 && live.mail.is_none());

    let output = check(&[], &example());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let counts = format!("{} feeds, 2 rules, 1 recipient\n", live.feeds.len());
    assert_eq!(stdout(&output), format!("ok: {counts}"));
}

/// What the example shows behind a `#` as a default is one.
#[test]
fn the_examples_commented_keys_are_keys() {
    let text = fs::read_to_string(example().join("wiredesk.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // `tls` is not a default: it goes with a server that needs it.
    let is_key =
        |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && word != "tls";
    let is_setting = |line: &&str| {
        line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| is_key(key))
    };
    let lines = text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let shown = lines.filter(is_setting).collect::<Vec<_>>().join("\n");
    fs::write(folder.path().join("w.toml"), shown).unwrap();
    fs::write(folder.path().join("smtp-password"), "open-sesame-81\n").unwrap();
    fs::write(folder.path().join("web-token"), "open-sesame-82\n").unwrap();
    fs::create_dir(folder.path().join("templates")).unwrap();
    fs::write(folder.path().join("templates/subject.txt"), "{{ subject }}").unwrap();
    let defaults = config::load(&example(), Generation(1)).unwrap().live;
    let shown = config::load(folder.path(), Generation(1)).unwrap_or_else(|r| panic!("{r}")).live;
    assert_eq!(shown.limits, defaults.limits);
    assert_eq!(shown.story, defaults.story);
    assert_eq!(shown.first_poll_alert, defaults.first_poll_alert);
    assert_eq!(shown.fetch.max_bytes, defaults.fetch.max_bytes);
    assert_eq!(shown.fetch.total_timeout, defaults.fetch.total_timeout);
    assert_eq!(shown.fetch.allow, defaults.fetch.allow);
    assert!(shown.mail.is_some() && shown.web.as_ref().is_some_and(|web| web.token.is_some()));
    assert!(!format!("{shown:?}").contains("sesame"));
}

#[test]
fn the_files_of_a_folder_are_read_together() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("10-rules.toml"), RULE).unwrap();
    fs::write(folder.path().join("20-people.toml"), RECIPIENT).unwrap();
    fs::write(folder.path().join(".20-people.toml"), "an editor's rubbish").unwrap();
    fs::write(folder.path().join("notes.txt"), "none of our business").unwrap();
    let loaded = config::load(folder.path(), Generation(3)).unwrap_or_else(|r| panic!("{r}"));
    assert_eq!((loaded.live.generation, loaded.live.rules.len()), (Generation(3), 1));

    fs::write(folder.path().join("30-again.toml"), RECIPIENT).unwrap();
    let report = config::load(folder.path(), Generation(4)).unwrap_err().to_string();
    assert!(
        report.contains("30-again.toml:2:8") && report.contains("20-people.toml:1"),
        "{report}"
    );
}

#[test]
fn queries_that_mean_the_same_are_taken_over_by_a_reload() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    let rules = |port: &str, mill: &str| {
        let rule = |name, query| {
            format!("[[rule]]\nname = '{name}'\nquery = '{query}'\nnotify = ['desk']\n")
        };
        let alias = format!("[alias]\nport = '{port}'\n");
        let odd = rule("odd", "* NOT cricket");
        let all =
            rule("port", "Arden AND $port") + &rule("mill", mill) + &rule("sea", "sea") + &odd;
        fs::write(&file, format!("{RULE}{RECIPIENT}{alias}{all}")).unwrap();
    };
    rules("harbour OR pier", "mill");
    let old = config::load(&file, Generation(3)).unwrap().live;
    rules("harbour OR quay", "mill AND wind");
    let new = config::reload(&file, &old).unwrap();
    assert_eq!((new.live.generation, new.warnings.is_empty()), (Generation(4), false));
    let kept = old.rules.iter().zip(new.live.rules.iter()).filter(|(old, new)| {
        assert_eq!(old.name, new.name);
        std::sync::Arc::ptr_eq(&old.query.source, &new.query.source)
    });
    let kept: Vec<_> = kept.map(|(old, _)| old.name.as_str()).collect();
    assert_eq!(kept, ["floods", "sea"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| config::load(path, Generation(1)).unwrap_err().to_string();
    assert!(refused(folder.path()).contains("holds no `*.toml`"));
    assert!(refused(&folder.path().join("none.toml")).contains("none.toml`: No such file"));
    let binary = folder.path().join("binary.toml");
    fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
    assert!(refused(&binary).contains("binary.toml`: stream did not contain valid UTF-8"));
}

#[test]
fn a_missing_password_is_an_error_at_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wiredesk.toml");
    let mail = "[mail]\nfrom = 'w@example.org'\nsmtp = 'smtp://mail.example.org'\nusername = 'w'\n\
                password_file = 'smtp-password'\n";
    fs::write(&file, format!("{RULE}{RECIPIENT}{mail}")).unwrap();
    let report = config::load(&file, Generation(1)).unwrap_err().to_string();
    assert!(report.contains("there is no file or credential `smtp-password`"), "{report}");
    assert!(report.contains("wiredesk.toml:15:17"), "{report}");
    fs::create_dir(folder.path().join("credentials")).unwrap();
    fs::write(folder.path().join("credentials/smtp-password"), "s\n").unwrap();
    assert!(config::load(&file, Generation(1)).is_ok());
}

#[test]
fn check_prints_every_problem_and_exits_78() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    fs::write(&file, format!("{RULE}interval = '1 s'\ncolour = 'red'\n")).unwrap();
    let output = check(&[], &file);
    assert_eq!(output.status.code(), Some(78));
    let text = stdout(&output);
    for line in
        ["w.toml:4:11", "w.toml:8:12", "w.toml:9:1", "^^^^^^", "help: the least is 1 minute"]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("\nrefused: 3 errors\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn check_names_the_rules_that_are_asked_of_every_article() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    let rule =
        |name, query| format!("[[rule]]\nname = '{name}'\nquery = '{query}'\nnotify = ['desk']\n");
    let dear = rule("long", "words:>900") + &rule("dams", "/da.s?/") + &rule("rain", "rain /x+/");
    fs::write(&file, format!("{RULE}{RECIPIENT}{}", dear.replace("rain /", "rain AND /"))).unwrap();
    let output = check(&[], &file);
    let said = "asked of every article, since no word or value has to be there: `long`, `dams`\n\
                ok: 1 feed, 4 rules, 1 recipient, 2 warnings\n";
    assert!(stdout(&output).ends_with(said), "{}", stdout(&output));
}

#[test]
fn check_as_json_has_a_line_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    fs::write(&file, format!("{RULE}# é\nnmae = 'é'\n")).unwrap();
    let output = check(&["--json"], &file);
    assert_eq!(output.status.code(), Some(78));
    let lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[1]["file"], file.to_str().unwrap());
    assert_eq!((&lines[1]["line"], &lines[1]["column"]), (&9.into(), &1.into()));
    assert_eq!(lines[1]["severity"], "error");
    assert_eq!(lines[1]["message"], "unknown key `nmae`");
    assert_eq!(lines[1]["help"], "did you mean `name`?");
    assert!(lines[1].get("code").is_none());
}

#[test]
fn nothing_to_load_is_a_problem_without_a_place() {
    let output = check(&["--json"], Path::new("/nonexistent/wiredesk"));
    assert_eq!(output.status.code(), Some(78));
    let line: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert!(
        line.get("file").is_none() && line["message"].as_str().unwrap().contains("cannot read")
    );
}

#[test]
fn the_documents_of_all_keys_are_those_of_the_program() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    settle(docs.join("reference.toml"), &config::reference::toml());
    settle(docs.join("wiredesk.schema.json"), &config::reference::schema());
    let printed = check(&["--schema"], Path::new("/nowhere"));
    assert!(printed.status.success());
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), config::reference::schema());
}

//! Feeds that are files and folders of this machine.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use tempfile::tempdir;

use super::*;
use crate::support::desk::until;

async fn feed(path: &Path, validators: &Validators) -> Result<Reply, FetchError> {
    let request = Request {
        url: path.display().to_string(),
        validators: validators.clone(),
        ..Request::default()
    };
    let settings = Settings { max_bytes: 100, ..patient() };
    Fetcher::http(settings).unwrap().feed(&request).await
}

async fn ask(path: &Path, validators: &Validators) -> Reply {
    feed(path, validators).await.unwrap()
}

/// Writes a file at another moment than the one before, by the clock of the file system.
fn write_later(file: &Path, before: &Path) {
    let moment = |file: &Path| fs::metadata(file).map(|m| (m.ctime(), m.ctime_nsec())).unwrap();
    until("time passes", || {
        fs::write(file, "x".repeat(90)).unwrap();
        (moment(file) > moment(before)).then_some(())
    });
}

/// The names of what came since, and what to ask with next.
async fn news(folder: &Path, validators: &mut Validators) -> Vec<String> {
    let reply = ask(folder, validators).await;
    assert_eq!(reply.status == 304, reply.files.is_empty());
    *validators = reply.validators;
    reply.files.into_iter().map(|file| file.name).collect()
}

#[tokio::test]
async fn a_file_is_read_again_only_when_it_changed() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("wire.xml");
    fs::write(&file, FEED).unwrap();
    let first = ask(&file, &Validators::default()).await;
    assert_eq!((first.status, first.body.as_slice()), (200, FEED.as_bytes()));
    let again = ask(&file, &first.validators).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.validators, first.validators);
    fs::write(&file, format!("{FEED} ")).unwrap();
    assert_eq!(ask(&file, &first.validators).await.status, 200);

    let url = format!("file://{}", file.display());
    assert_eq!(ask(Path::new(&url), &first.validators).await.status, 200);
    assert_eq!(get(url).await.unwrap_err().problem.kind, ProblemKind::Refused, "not a feed's own");
}

#[tokio::test]
async fn what_comes_into_a_folder_is_read_once_in_the_order_in_which_it_came() {
    let folder = tempdir().unwrap();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    let mut known = Validators::default();
    assert_eq!(news(path, &mut known).await, [""; 0]);
    for name in ["b.xml", ".hidden", "draft~", "empty"] {
        write(name, if name == "empty" { "" } else { FEED });
    }
    fs::create_dir(path.join("sub")).unwrap();
    write("a.xml", FEED);
    let first = news(path, &mut known).await;
    assert!(first == ["b.xml", "a.xml"] || first == ["a.xml", "b.xml"], "{first:?}");
    assert_eq!(news(path, &mut known).await, [""; 0]);

    // Moved into place with the date that it had elsewhere.
    let outside = tempdir().unwrap();
    let old = outside.path().join("0.xml");
    fs::write(&old, FEED).unwrap();
    let long_ago = std::time::UNIX_EPOCH + Duration::from_hours(24);
    fs::File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    fs::rename(&old, path.join("0.xml")).unwrap();
    write("empty", FEED);
    let mut second = news(path, &mut known).await;
    second.sort();
    assert_eq!(second, ["0.xml", "empty"]);

    // Half of it was there when it was read.
    write("c.xml", &FEED[..20]);
    assert_eq!(news(path, &mut known).await, ["c.xml"]);
    fs::OpenOptions::new()
        .append(true)
        .open(path.join("c.xml"))
        .unwrap()
        .write_all(&FEED.as_bytes()[20..])
        .unwrap();
    assert_eq!(news(path, &mut known).await, ["c.xml"]);
    fs::remove_file(path.join("a.xml")).unwrap();
    assert_eq!(news(path, &mut known).await, [""; 0]);
}

#[tokio::test]
async fn sizes_are_bounded_as_on_the_web() {
    let folder = tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("large.xml"), "x".repeat(101)).unwrap();
    let problem = feed(&path.join("large.xml"), &Validators::default()).await.unwrap_err().problem;
    assert_eq!(problem.kind, ProblemKind::TooLarge);
    assert_eq!(problem.detail, "the file is larger than 100 bytes");
    let reply = ask(path, &Validators::default()).await;
    assert_eq!(reply.files[0].body, Err("the file is larger than 100 bytes".to_owned()));

    // What is too much at once follows at the next look.
    let mut known = reply.validators;
    let mut before = path.join("large.xml");
    for number in 0..9 {
        let file = path.join(format!("{number}.xml"));
        write_later(&file, &before);
        before = file;
    }
    assert_eq!(news(path, &mut known).await, ["0.xml", "1.xml", "2.xml", "3.xml"]);
    assert_eq!(news(path, &mut known).await, ["4.xml", "5.xml", "6.xml", "7.xml"]);
    assert_eq!(news(path, &mut known).await, ["8.xml"]);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let error = feed(Path::new("/nowhere/wire.xml"), &Validators::default()).await.unwrap_err();
    assert_eq!(error.problem.kind, ProblemKind::NotFound);
    assert!(error.problem.detail.contains("No such file"), "{error}");
}

#[tokio::test]
async fn a_server_does_not_send_us_to_a_file() {
    let origin = always(302, &[("Location", "file:///etc/hostname")], "").await;
    let (kind, detail) = problem(patient(), origin.url("/")).await;
    assert_eq!(
        (kind, detail.as_str()),
        (ProblemKind::Refused, "only http and https are fetched, not `file`")
    );
}

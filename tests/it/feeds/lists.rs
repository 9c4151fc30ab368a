//! `feeds import` and `feeds export`.

use std::fs;

use super::*;

const LIST: &str = "<?xml version='1.0'?><opml version='2.0'><head><title>Mine</title></head><body>\
     <outline text='South Asia'><outline text='Pakistan'>\
     <outline type='rss' text='Arden Post' xmlUrl='https://post.example/rss?a=1&amp;b=2'/>\
     <outline type='rss' text='Arden Post' xmlUrl='https://post.example/world'/></outline></outline>\
     <outline text='Газеты'><outline type='rss' text='Курьер' xmlUrl='https://courier.example/rss'/></outline>\
     <outline type='rss' text='There' xmlUrl='http://www.there.example/feed/'/>\
     <outline type='rss' text='Twice' xmlUrl='https://post.example/world'/></body></opml>";

/// A configuration as a person keeps it.
const MINE: &str = "\
# My feeds, in my order.
[[feed]]
name = \"there\"      # the old one
url = 'https://there.example/feed'
enabled = false
[[rule]]
name = 'all'
query = 'feed:*'";

/// A desk with a rule that looks at every feed, so that nothing is to be warned of.
fn mine() -> Desk {
    Desk::new(MINE)
}

fn import(desk: &Desk, list: &str, arguments: &[&str]) -> Output {
    let file = desk.path("list.opml");
    fs::write(&file, list).unwrap();
    desk.answer(&[&["feeds", "import", file.to_str().unwrap()], arguments].concat())
}

#[test]
fn a_list_is_written_below_what_a_person_wrote() {
    let desk = mine();
    let before = fs::read_to_string(desk.config()).unwrap();
    let answer = import(&desk, LIST, &[]);
    assert!(answer.status.success(), "{}", said(&answer));
    assert!(said(&answer).starts_with("3 feeds written to "), "{}", said(&answer));
    assert!(said(&answer).ends_with("; 2 there already\n"), "{}", said(&answer));
    let after = fs::read_to_string(desk.config()).unwrap();
    insta::assert_snapshot!(after.strip_prefix(&before).unwrap(), @r#"


    # Arden Post
    [[feed]]
    name = "arden-post"
    url = "https://post.example/rss?a=1&b=2"
    tags = ["south-asia", "pakistan"]

    # Arden Post
    [[feed]]
    name = "arden-post-2"
    url = "https://post.example/world"
    tags = ["south-asia", "pakistan"]

    # Курьер / Газеты
    [[feed]]
    name = "courier-example-rss"
    url = "https://courier.example/rss"
    "#);
    let check = desk.answer(&["check"]);
    assert!(check.status.success(), "{}", out(&check));

    let again = import(&desk, LIST, &[]);
    assert!(said(&again).starts_with("0 feeds written to "), "{}", said(&again));
    assert_eq!(fs::read_to_string(desk.config()).unwrap(), after);
}

#[test]
fn a_dry_run_prints_and_writes_nothing() {
    let desk = mine();
    let before = fs::read_to_string(desk.config()).unwrap();
    let answer = import(&desk, LIST, &["--dry-run"]);
    assert_eq!(out(&answer).matches("[[feed]]").count(), 3);
    assert!(said(&answer).contains("3 feeds would be written to"), "{}", said(&answer));
    assert_eq!(fs::read_to_string(desk.config()).unwrap(), before);
}

#[test]
fn a_list_goes_into_a_file_of_its_own() {
    let desk = mine();
    let before = fs::read_to_string(desk.config()).unwrap();
    let more = desk.path("more.toml");
    for (list, feeds) in [(LIST, 3), (&*LIST.replace("/world", "/sport"), 4)] {
        let answer = import(&desk, list, &["--into", more.to_str().unwrap()]);
        assert!(answer.status.success(), "{}", said(&answer));
        assert_eq!(fs::read_to_string(&more).unwrap().matches("[[feed]]").count(), feeds);
    }
    assert_eq!(fs::read_to_string(desk.config()).unwrap(), before);

    // A folder gets a file beside the others.
    let folder = more.parent().unwrap().to_str().unwrap();
    fs::remove_file(&more).unwrap();
    let list = desk.path("list.opml");
    let answer =
        crate::support::wiredesk(&["feeds", "import", list.to_str().unwrap(), "-c", folder]);
    assert!(answer.status.success(), "{}", said(&answer));
    let written = fs::read_to_string(desk.path("imported.toml")).unwrap();
    assert!(written.starts_with("# Arden Post\n[[feed]]\n"), "{written}");
}

#[test]
fn what_is_no_list_or_no_address_is_said() {
    let desk = mine();
    let before = fs::read_to_string(desk.config()).unwrap();
    for (list, wanted) in [
        (
            "<html><title>Sign in</title></html>",
            "list.opml: an HTML page titled \"Sign in\", not an OPML list of feeds",
        ),
        (FEED, "list.opml: a feed, not a list of feeds"),
        ("", "list.opml: an empty document, not an OPML list of feeds"),
    ] {
        let answer = import(&desk, list, &[]);
        assert_eq!(answer.status.code(), Some(65));
        assert!(said(&answer).contains(wanted), "{}", said(&answer));
    }
    let bad = "<opml><outline text='A' xmlUrl='ftp://a.example/'/><outline xmlUrl='/etc/passwd'/>\
         <outline text='B' xmlUrl='rss'/></opml>";
    let answer = import(&desk, bad, &[]);
    assert_eq!(answer.status.code(), Some(65));
    let said = said(&answer);
    assert!(
        said.contains("left out: A ftp://a.example/: `ftp` addresses are not fetched"),
        "{said}"
    );
    assert!(said.contains("left out: /etc/passwd: it is not on the web"), "{said}");
    assert!(said.contains("left out: B rss: `rss` is not an address"), "{said}");
    assert_eq!(fs::read_to_string(desk.config()).unwrap(), before);

    fs::write(desk.config(), format!("{before}\nfeed = [")).unwrap();
    let answer = import(&desk, LIST, &[]);
    assert_eq!(answer.status.code(), Some(78));
    assert!(super::said(&answer).contains("mend this first: nothing was written"));
}

#[test]
fn what_is_exported_can_be_imported_again() {
    let desk = mine();
    import(&desk, LIST, &[]);
    let secret = "[[feed]]\nname = 'secret'\nurl = 'https://me:key@wire.example/a'\ntags = ['x', 'y']\n\
         [[feed]]\nname = 'local'\nurl = '/srv/wire'\n";
    let config = fs::read_to_string(desk.config()).unwrap();
    fs::write(desk.config(), format!("{config}\n{secret}")).unwrap();
    let exported = desk.answer(&["feeds", "export"]);
    let list = out(&exported);
    assert!(!list.contains("me:key") && !list.contains("/srv/wire"), "{list}");

    let other = Desk::new(MINE);
    let answer = import(&other, &list, &["--dry-run"]);
    insta::assert_snapshot!(out(&answer), @r#"
    [[feed]]
    name = "courier-example-rss"
    url = "https://courier.example/rss"

    [[feed]]
    name = "arden-post"
    url = "https://post.example/rss?a=1&b=2"
    tags = ["south-asia", "pakistan"]

    [[feed]]
    name = "arden-post-2"
    url = "https://post.example/world"
    tags = ["south-asia", "pakistan"]

    [[feed]]
    name = "secret"
    url = "https://wire.example/a"
    tags = ["x", "y"]
    "#);
}

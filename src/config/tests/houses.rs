//! Agencies and publishers of one's own: what they come to, and what is refused or odd about them.

use insta::assert_snapshot;

use super::{DESK, live, refused, warned};
use crate::story::Imprint;

const HOUSES: &str = r#"
[[agency]]
id = "qps"
name = "Quillon Press Service"
tokens = ["QPS"]
ambiguous = ["Quillon"]
domains = ["quillon.example"]
never = ["Quillon Bridge"]
[[publisher]]
name = "Arden Post"
domains = ["arden-post.example"]
editions = ["Arden Post North", "Sunday Post"]
owner = "Arden Papers"
[[publisher]]
name = "Arden Courier"
owner = "Arden Papers"
"#;

#[test]
fn houses_of_ones_own_are_read_like_the_built_in_ones() {
    let houses = live(&format!("{DESK}{HOUSES}")).agencies;
    let agencies = |text: &str| {
        let credits = houses.attribute(&Imprint { text, ..Imprint::default() }).credits;
        credits.into_iter().map(|credit| credit.agency).collect::<Vec<_>>()
    };
    assert_eq!(agencies("ARDEN, Nov 3 (QPS): The harbour shut."), ["qps"]);
    assert_eq!(agencies("The harbour shut. (Quillon)"), ["qps"]);
    assert_eq!(agencies("It hung from the (Quillon Bridge)"), Vec::<String>::new());
    assert_eq!(houses.publisher("", "https://www.quillon.example/a"), "Quillon Press Service");
    for (name, url) in
        [("Sunday Post", ""), ("arden post north", ""), ("", "https://north.arden-post.example/a")]
    {
        assert_eq!(houses.publisher(name, url), "Arden Post", "{name}{url}");
    }
    assert_eq!(houses.origin(&[], "Arden Post"), houses.origin(&[], "Arden Courier"));
    let cites = "It is shut, the Arden Post reported on Friday.";
    let found = houses.attribute(&Imprint { text: cites, ..Imprint::default() });
    assert_eq!(found.cited[0].medium, "arden-post");
}

#[test]
fn an_agency_of_a_built_in_id_replaces_it() {
    let houses = live(&format!("{DESK}[[agency]]\nid = 'ap'\nname = 'Arden Press'\n")).agencies;
    let text = "ARDEN (AP) — The harbour shut.";
    let found = houses.attribute(&Imprint { text, ..Imprint::default() });
    assert_eq!(found.credits[0].evidence.certainty.as_str(), "likely", "as of an unknown agency");
}

#[test]
fn mistakes_in_houses_are_shown_with_their_place_and_a_fix() {
    assert_snapshot!(refused(
        r#"
[[agency]]
id = "Quillon Press"
name = "Quillon Press"
tokens = ["(QPS)", "Q"]
domains = ["https://quillon.example/news"]
[[agency]]
id = "nws"
name = "Northwater Service"
alias = ["NWS"]
[[agency]]
id = "nws"
name = "Northwater"
[[publisher]]
name = "Arden Post"
domains = ["arden"]
editions = ["Sunday Post"]
[[publisher]]
name = "Arden Courier"
editions = ["Sunday Post", ""]
[[publisher]]
name = "Arden Post"
"#
    ), @r#"
    error: `Quillon Press` is not an id
     --> w.toml:3:6
      |
    3 | id = "Quillon Press"
      |      ^^^^^^^^^^^^^^^
      |
      = help: write small letters, digits and hyphens: "quillon-press"

    error: `(QPS)` does not begin with a letter
     --> w.toml:5:11
      |
    5 | tokens = ["(QPS)", "Q"]
      |           ^^^^^^^
      |
      = help: write the abbreviation alone, without brackets: "QPS"

    error: `Q` is too short to sign with
     --> w.toml:5:20
      |
    5 | tokens = ["(QPS)", "Q"]
      |                    ^^^
      |
      = help: write at least two letters

    error: `https://quillon.example/news` is not a site
     --> w.toml:6:12
      |
    6 | domains = ["https://quillon.example/news"]
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write the name of the host alone: "quillon.example"

    error: unknown key `alias`
      --> w.toml:10:1
       |
    10 | alias = ["NWS"]
       | ^^^^^
       |
       = help: there are `id`, `name`, `tokens`, `ambiguous`, `domains`, `never`

    error: agency `nws` is there already, at w.toml:7
      --> w.toml:12:6
       |
    12 | id = "nws"
       |      ^^^^^
       |
       = help: keep one of the two, or give one another name

    error: `arden` is not a site
      --> w.toml:16:12
       |
    16 | domains = ["arden"]
       |            ^^^^^^^
       |
       = help: write the name of the host alone: "herald.example"

    error: edition `Sunday Post` is there already, at w.toml:14
      --> w.toml:20:13
       |
    20 | editions = ["Sunday Post", ""]
       |             ^^^^^^^^^^^^^
       |
       = help: keep one of the two, or give one another name

    error: the name has no letter
      --> w.toml:20:28
       |
    20 | editions = ["Sunday Post", ""]
       |                            ^^
       |
       = help: write it as people do

    error: publisher `Arden Post` is there already, at w.toml:14
      --> w.toml:22:8
       |
    22 | name = "Arden Post"
       |        ^^^^^^^^^^^^
       |
       = help: keep one of the two, or give one another name
    "#);
}

#[test]
fn a_sign_of_a_built_in_agency_is_warned_of() {
    let text =
        format!("{DESK}[[agency]]\nid = 'arden-press'\nname = 'Arden Press'\ntokens = ['AP']\n");
    assert_snapshot!(warned(&text), @r#"
    warning: `AP` is how the built-in agency `ap` signs
      --> w.toml:18:11
       |
    18 | tokens = ['AP']
       |           ^^^^
       |
       = help: texts signed so stay that agency's; id = "ap" replaces it
    "#);
}

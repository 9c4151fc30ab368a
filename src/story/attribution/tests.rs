//! What is a credit, what is a citation, and what is neither.

use proptest::prelude::*;

use super::*;

fn of_text(text: &str) -> Provenance {
    attribute(&Imprint { text, ..Imprint::default() })
}

fn ids(provenance: &Provenance) -> Vec<&str> {
    provenance.credits.iter().map(|credit| credit.agency.as_str()).collect()
}

#[test]
fn texts_are_signed_at_head_and_tail() {
    for (text, agency) in [
        ("ARDEN, Nov 3 (IANS): The harbour shut.", "ians"),
        ("Arden, Nov 3 (PTI) The harbour shut.", "pti"),
        ("ARDEN, Calif. (AP) — The harbour shut.", "ap"),
        ("(Reuters) - The harbour shut.", "reuters"),
        ("ARDEN, November 3. /TASS/. The harbour shut.", "tass"),
        ("新华社雅典4月24日电 港口关闭", "xinhua"),
        ("【6月18日 AFP】港が閉鎖された", "afp"),
        ("IANS\n\nThe harbour shut.", "ians"),
        ("By PTI ARDEN: The harbour shut.", "pti"),
        ("The harbour shut.\n\n(ANI)", "ani"),
        ("The harbour shut.\n\n--IANS ab/cd", "ians"),
        ("The harbour shut. PTI ABC DE", "pti"),
        ("The harbour shut. – AFP", "afp"),
        ("The harbour shut. (Inputs from PTI)", "pti"),
        ("The harbour shut. (With ANI inputs)", "ani"),
        ("The harbour shut. (Reporting by A. Ives; Editing by B. Ode)", "reuters"),
        ("The harbour shut.\n\n© 2026 Associated Press. All rights reserved.", "ap"),
        ("The harbour shut.\n\nThis is published unedited from the PTI feed.", "pti"),
        ("The harbour shut.\n\n(This story was generated from a syndicated feed.)", "agencies"),
        ("ARDEN (Agencies) - The harbour shut.", "agencies"),
    ] {
        assert_eq!(ids(&of_text(text)), [agency], "{text}");
    }
}

#[test]
fn other_meanings_are_no_credit() {
    for text in [
        "PTI, the party of the former captain, won.\n\nIt was joy for PTI leaders.",
        "The AP government (AP) said no. AP Dhillon sang.",
        "The goal came late. (AP Photo/A. Ives)",
        "He told Reuters that the harbour was shut.",
        "Payment by UPI is free. AAP leaders asked why.",
        "The Thomson Reuters Foundation gave a prize.",
        "They drove to Scranton, PA, and on.",
        "This service may include material from AFP and AP.",
    ] {
        assert_eq!(ids(&of_text(text)), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn credit_lines_name_the_author() {
    for (byline, agencies) in [
        ("PTI", &["pti"][..]),
        ("Mara Ilves, AP", &["ap"]),
        ("By MARA ILVES, AP National Writer", &["ap"]),
        ("sak/Reuters", &["reuters"]),
        ("Le Phare et AFP", &["afp"]),
        ("Mit Material der Nachrichtenagenturen AFP und dpa", &["afp", "dpa"]),
        ("Daily wire services", &["agencies"]),
        ("Michael Bloomberg", &[]),
        ("Mara Ilves, Scranton, PA", &[]),
        ("Photo: Reuters", &[]),
    ] {
        let found = attribute(&Imprint { byline, ..Imprint::default() });
        assert_eq!(ids(&found), agencies, "{byline}");
    }
}

#[test]
fn an_agency_publishes_its_own() {
    let found = attribute(&Imprint { publisher: "IANS", ..Imprint::default() });
    assert_eq!(ids(&found), ["ians"]);
    let found = attribute(&Imprint { publisher: "Dawn", byline: "Dawn", ..Imprint::default() });
    assert_eq!(ids(&found), Vec::<&str>::new());
}

#[test]
fn media_are_cited() {
    for (text, cited) in [
        ("The port is shut, the Dawn reported on Wednesday.", &["dawn"][..]),
        ("\"It is shut,\" he told Reuters.", &["reuters"]),
        ("According to the state-run Xinhua news agency it is shut.", &["xinhua"]),
        ("The BBC also reported it.", &["bbc"]),
        ("Dawn reported to the guard room. PTI said it would march.", &[]),
        ("AP reported on Friday that it is shut.", &["ap"]),
        ("\"It is shut,\" he said while speaking to Dawn.", &["dawn"]),
        ("AP reported 200 new cases. UPI said it was down.", &[]),
        ("Reuters has its seat there.", &[]),
    ] {
        let found = of_text(text).cited;
        let found: Vec<_> = found.iter().map(|citation| citation.medium.as_str()).collect();
        assert_eq!(found, cited, "{text}");
    }
}

#[test]
fn the_place_is_without_date_and_agency() {
    for (text, place) in [
        ("ARDEN, Calif. (AP) — The", Some("ARDEN, Calif.")),
        ("New Arden, Nov 3 (IANS): The", Some("New Arden")),
        ("ARDEN/ELSE, March 7 (Reuters) - The", Some("ARDEN/ELSE")),
        ("By PTI ARDEN: The", Some("ARDEN")),
        ("ARDEN, November 3. /TASS/. The", Some("ARDEN")),
        ("(Reuters) - The", None),
        ("The harbour shut: nobody knew.", None),
    ] {
        assert_eq!(of_text(text).dateline.as_deref(), place, "{text}");
    }
}

#[test]
fn origins_are_counted_by_agency_then_publisher() {
    let origin = |text, publisher| {
        let credits = of_text(text).credits;
        Agencies::default().origin(&credits, publisher)
    };
    assert_eq!(origin("ARDEN (AP) — The harbour", "The Arden Post"), "ap");
    assert_eq!(origin("The harbour", "The Arden Post"), "publisher:arden-post");
}

proptest! {
    #[test]
    fn any_text_is_read(byline in ".{0,80}", text in "(.|[\\n(/)©—: ]|AP|Reuters|İ|told|inputs from ){0,120}") {
        for credit in attribute(&Imprint { byline: &byline, text: &text, ..Imprint::default() }).credits {
            prop_assert!(!credit.agency.is_empty());
        }
    }
}

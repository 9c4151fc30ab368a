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
        ("The harbour shut. This is auto-generated from the IANS news service.", "ians"),
        ("The harbour shut.\n\nPublished in Dawn, May 9th, 2026", "dawn"),
        ("This article is republished from The Conversation under a licence.", "conversation"),
        ("The harbour shut.\n\nKaynak: AA", "aa"),
        (
            "The harbour shut.\n\nThis report by The Canadian Press was first published Nov. 3.",
            "cp",
        ),
        ("AFP - The harbour shut.", "afp"),
        ("来源：新华社\n\n港口关闭", "xinhua"),
        ("港口关闭。（新华社）", "xinhua"),
        ("［アテネ　８日　ロイター］ - 港が閉鎖された", "reuters"),
        ("(아르덴=연합뉴스) 기자 = 항구가 폐쇄됐다", "yonhap"),
        ("Arden, 3 nov (EFE).- El puerto cerró.", "efe"),
        ("АРДЕН, 24 апр — РИА Новости. Порт закрыт.", "ria"),
        ("ТАСС, 24 апреля. Порт закрыт.", "tass"),
        ("АРДЕН, 24 апреля. /ТАСС/. Порт закрыт.", "tass"),
        ("Havnen lukket.\n\n/ritzau/", "ritzau"),
        ("The harbour shut. (dpa/lnw)", "dpa"),
        ("The harbour shut. Reuters contributed to this report.", "reuters"),
        ("The harbour shut.\n\nAdditional reporting by AFP", "afp"),
        ("Le port est fermé.\n\nAvec AFP", "afp"),
        ("Der Hafen ist zu.\n\nmil/dpa", "dpa"),
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
        "Aam Aadmi Party (AAP) leaders asked why.",
        "The Anti-Terrorism Squad (ATS) came.",
        "He belongs to the Unified Payments Interface (UPI)",
        "The Bharatiya Nyaya Sanhita (BNS) applies.",
        "Arden Quays (ARQ) fell by a tenth.",
        "The Arden Data Protection Authority (AP) fined a quay.",
        "Byline by CNA",
        "The Ministry of Ports and Quays (MPQ) – which had no say – shut the harbour.",
        "Mara Ilves/AP\n\nThe harbour shut.",
        "Mara Ilves/AFP/Getty Images\n\nThe harbour shut.",
        "© Reuters/Mara Ilves\n\nThe harbour shut.",
        "Copyright Arden Post. Pictures: AFP, AP",
        "A piece published in Dawn that week asked why.",
        "Source: A Fox News poll of 1,006 people.",
        "In this photo released by Xinhua News Agency, a crane falls.",
        "He was held by the ATS",
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
        ("Arden staff and agencies", &["agencies"]),
        ("Agencias", &["agencies"]),
        ("sda/dpa", &["dpa", "keystone-sda"]),
        ("Michael Bloomberg", &[]),
        ("Mara Ilves, Scranton, PA", &[]),
        ("Photo: Reuters", &[]),
    ] {
        let found = attribute(&Imprint { byline, ..Imprint::default() });
        let mut found = ids(&found);
        found.sort_unstable();
        assert_eq!(found, agencies, "{byline}");
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
        ("It is shut, according to an APA survey.", &[]),
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

#[test]
fn a_paper_does_not_credit_itself() {
    let text = "ARDEN (CNN) — The harbour shut.\n\nCopyright © 2026 CNN.";
    let found = attribute(&Imprint { publisher: "CNN Online News", text, ..Imprint::default() });
    assert_eq!(ids(&found), Vec::<&str>::new());
}

#[test]
fn an_address_names_the_agency_where_nobody_signs() {
    for (url, agency) in [
        ("https://arden-post.example/pti-stories/harbour-1.html", Some("pti")),
        ("https://arden-post.example/news-ians/harbour", Some("ians")),
        ("https://arden-post.example/news-ap/harbour", None),
        ("https://arden-post.example/ap-dhillon/news", None),
        ("https://ians-news.example/harbour", None),
    ] {
        let found = attribute(&Imprint { url, ..Imprint::default() });
        assert_eq!(ids(&found), agency.into_iter().collect::<Vec<_>>(), "{url}");
        assert!(found.credits.iter().all(|c| c.evidence.certainty == Certainty::Likely));
    }
}

#[test]
fn the_words_that_cite_are_whole_words_of_one_line() {
    for (text, words) in [
        ("It is shut.\n\nAccording to Reuters, it was.", "According to Reuters"),
        (
            "Nobody on the long quay of Arden knew why it was shut, he told Reuters.",
            "of Arden knew why it was shut, he told Reuters",
        ),
        (
            "Reuters reported on Monday that nobody on the long quay of Arden knew why.",
            "Reuters reported on Monday that nobody on the",
        ),
        ("Reuters reported.\nIt is shut.", "Reuters reported."),
    ] {
        assert_eq!(of_text(text).cited[0].evidence.words, words);
    }
}

#[test]
fn an_agency_does_not_cite_itself_where_it_publishes() {
    let text = "\"It is shut,\" she told AFP.";
    for (publisher, cited) in [("afp.com", 0), ("Arden Post", 1)] {
        let found = attribute(&Imprint { publisher, text, ..Imprint::default() });
        assert_eq!(found.cited.len(), cited, "{publisher}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(byline in ".{0,80}", text in "(.|[\\n(/)©—: ]|AP|Reuters|İ|told|inputs from |quelle: |published in |contributed to this|）|（|ü){0,160}") {
        for credit in attribute(&Imprint { byline: &byline, text: &text, ..Imprint::default() }).credits {
            prop_assert!(!credit.agency.is_empty());
        }
    }
}

//! Lines that withdraw and correct, and lines that only look so; all of them invented.

use proptest::prelude::*;

use super::*;

/// Headlines and first lines that withdraw.
const KILLING: &[(&str, &str)] = &[
    ("KILL: Harbour shut", ""),
    ("KILL-Harbour shut", ""),
    ("KILL KILL KILL", "Please kill item 123 \"Harbour shut\"."),
    ("BULLETIN KILL - Harbour shut", ""),
    ("URGENT KILL: Harbour shut", ""),
    ("MANDATORY KILL/Harbour shut", ""),
    ("STORY KILL: Harbour shut", ""),
    ("WITHDRAWN: Harbour shut", ""),
    ("STORY WITHDRAWN-Harbour shut", ""),
    ("Story withdrawn: Harbour shut", ""),
    ("Article retracted: Harbour shut", ""),
    ("RETRACTION: Harbour shut", ""),
    ("RETRACTED - Harbour shut", ""),
    ("ADVISORY: KILL: Harbour shut", ""),
    ("ADVISORY-WITHDRAWN-Harbour shut", ""),
    ("[KILL] Harbour shut", ""),
    ("UPDATE 1-WITHDRAWN-Harbour shut", ""),
    ("Harbour shut", "KILL: the port is open"),
    ("Harbour shut", "Please disregard the story slugged Arden-Harbour. The port is open."),
    ("Harbour shut", "Editors: please withdraw the item on the harbour of Arden."),
    ("Harbour shut", "Eds: Please kill the story headlined \"Harbour shut\"."),
    ("Harbour shut", "EDITOR'S NOTE: This article has been retracted, since its source lied."),
    ("Harbour shut", "This story has been withdrawn."),
    ("Harbour shut", "Editor’s note: The Arden Post has retracted this article."),
    ("Harbour shut", "(Tidal News Agency withdraws its report on the harbour.)"),
    ("Harbour shut", "ARDEN, May 12\nPlease do not use the dispatch about the harbour."),
    ("ZURÜCKGEZOGEN: Hafen zu", ""),
    ("Hafen zu", "Bitte verwenden Sie die Meldung über den Hafen nicht."),
    ("Hafen zu", "Die Meldung \"Hafen zu\" wird zurückgezogen."),
    ("ANNULATION: Port fermé", ""),
    ("Port fermé", "Cette dépêche est annulée."),
    ("ANULACIÓN: Puerto cerrado", ""),
    ("Puerto cerrado", "Rogamos anulen la noticia sobre el puerto."),
    ("АННУЛИРОВАНО: Порт закрыт", ""),
    ("खबर वापस ली गई: बंदरगाह बंद", ""),
    ("بندرگاہ بند", "براہ کرم یہ خبر واپس لی جا رہی ہے۔"),
];

/// Headlines, first lines and notes that correct.
const CORRECTING: &[(&str, &str)] = &[
    ("CORRECTED-Harbour shut", ""),
    ("CORRECTED - Harbour shut", ""),
    ("CORRECTED (OFFICIAL)-Harbour shut", ""),
    ("UPDATE 2-CORRECTED-Harbour shut", ""),
    ("BRIEF-CORRECTED-Harbour shut", ""),
    ("Correction: Harbour story", ""),
    ("CORRECTION - Harbour shut", ""),
    ("Corrections & Clarifications: Harbour shut", ""),
    ("REFILE-Harbour shut", ""),
    ("REFILE-UPDATE 1-Harbour shut", ""),
    ("(Corrected) Harbour shut", ""),
    ("[Correction] Harbour shut", ""),
    ("Clarification: Harbour story", ""),
    ("Harbour shut (CORRECTED)", ""),
    ("Harbour shut [Correction]", ""),
    ("ARDEN-HARBOUR/ (UPDATE 1, PIX, CORRECTED)", ""),
    ("Erratum: Harbour shut", ""),
    ("Harbour shut", "(Corrects date in paragraph 2)"),
    ("Harbour shut", "(This version corrects the name of the pilot)"),
    ("Harbour shut", "(Refiles to fix spelling in headline)"),
    ("Harbour shut", "(Repeats to correct the day in the first sentence)"),
    ("Harbour shut", "(Updates with quotes, corrects number of ships)"),
    ("Harbour shut", "--Corrects May 11 item to show that the port is open"),
    ("Harbour shut", "Eds: Corrects spelling of Brandt in third paragraph."),
    ("Harbour shut", "(Eds: Correcting number of ships in headline; adding quotes)"),
    ("Harbour shut", "CORRECTION: the port is open"),
    ("Harbour shut", "ARDEN, May 12 (TNA)\n(Corrects day)"),
    (
        "Harbour shut",
        "EDITOR'S NOTE: An earlier version of this story misstated the number of ships.",
    ),
    ("Harbour shut", "Editor’s note: This article has been corrected to say that nobody was hurt."),
    ("Harbour shut", "[Editors' note: The number of ships was wrong in a previous version.]"),
    ("Harbour shut", "Editor's note: The headline on this story has been changed."),
    ("Korrektur: Hafen zu", ""),
    ("BERICHTIGUNG - Hafen zu", ""),
    (
        "Hafen zu",
        "Anmerkung der Redaktion: In einer früheren Version hieß es, zwölf Schiffe warteten.",
    ),
    ("RECTIFICATIF: Port fermé", ""),
    ("Port fermé", "(Corrige le nombre de navires)"),
    ("Port fermé", "NDLR: une précédente version de cet article parlait de douze navires."),
    ("Corrección: Puerto cerrado", ""),
    ("Fe de errores: Puerto cerrado", ""),
    (
        "Puerto cerrado",
        "Nota del editor: una versión anterior de este artículo hablaba de doce barcos.",
    ),
    ("Correção: Porto fechado", ""),
    ("Rettifica: Porto chiuso", ""),
    ("Поправка: порт закрыт", ""),
    ("ИСПРАВЛЕНО: порт закрыт", ""),
    ("भूल सुधार: बंदरगाह बंद", ""),
    ("बंदरगाह बंद", "संपादकीय नोट: इस खबर के पिछले संस्करण में जहाजों की संख्या अलग थी।"),
    ("تصحیح: بندرگاہ بند", ""),
    ("تصحيح: الميناء مغلق", ""),
    ("اصلاحیه: بندر بسته شد", ""),
    ("সংশোধনী: বন্দর বন্ধ", ""),
    ("【訂正】港が閉鎖", ""),
    ("更正：港口关闭", ""),
];

/// What is about kills, withdrawals and corrections, and is none.
const NEITHER: &[(&str, &str)] = &[
    ("Kill the bill, say marchers", ""),
    ("KILLING of a seal shocks Arden", ""),
    ("Floods kill: what to do", ""),
    ("Kill: how a word became a verdict", ""),
    ("KILL BILL RETURNS TO THE SCREEN", ""),
    ("Two killed as crane falls", ""),
    ("Killer whale in the harbour", ""),
    ("KILLED IN ACTION: THE NAMES OF ARDEN", ""),
    ("Road kill - a cook's guide", ""),
    ("Withdrawn troops reach Arden", ""),
    ("WITHDRAWN TROOPS REACH ARDEN", ""),
    ("Withdrawn: forty cars with weak brakes", ""),
    ("Favourite withdrawn from the race", ""),
    ("Mayor withdraws: rival takes Arden", ""),
    ("Withdrawal of troops begins", ""),
    ("Withdrawal symptoms: what doctors see", ""),
    ("Retracted landing gear caused crash", ""),
    ("Journal retracts study of seals", ""),
    ("Retraction: how a paper fell apart", ""),
    ("Paper withdraws story on mayor", ""),
    ("DISREGARD FOR SAFETY COST LIVES", ""),
    ("Recall: maker withdraws sausages", ""),
    ("RÜCKRUF: Hersteller nimmt Wurst aus dem Handel", ""),
    ("Truppen zurückgezogen", ""),
    ("Annulation de la fête du port", ""),
    ("Anulación de la boda: habla el novio", ""),
    ("Match cancelled: storm over Arden", ""),
    ("Please disregard rumours, says mayor", ""),
    ("Please kill the lights, says choir", ""),
    ("Harbour shut", "Please kill the engine, the captain said, and nobody moved."),
    ("Harbour shut", "The port is open.\n\nMore follows.\n\nKILL: this"),
    ("Harbour shut", "The article has been retracted by the journal that printed it in March."),
    ("Harbour shut", "This report, which the ministry had withdrawn in May, is public again."),
    (
        "Harbour shut",
        "Editor's note: An earlier version of this story linked to a study that has been retracted.",
    ),
    ("Post retracts its report on the harbour", "The Arden Post has retracted its report."),
    ("Correction officers strike in Arden", ""),
    ("Corrections department shut", ""),
    ("Corrections: prison chief quits", ""),
    ("Market correction: what now", ""),
    ("A correction in house prices", ""),
    ("Correction in house prices", ""),
    ("Corrected figures show a fall", ""),
    ("Corrective surgery for the whale", ""),
    ("Clarification sought on harbour dues", ""),
    ("Court clarifies: harbour may open", ""),
    ("Refiled suit keeps harbour shut", ""),
    ("Ministry corrects figure for exports", ""),
    ("BBC corrects story on harbour", ""),
    ("Course correction: the ferry turns back", ""),
    ("Mayor issues correction", ""),
    ("UPDATE 1-Harbour shut", ""),
    ("UPDATE 2-Correction of the coast line begins", ""),
    ("Harbour shut (market correction)", ""),
    ("Harbour shut (Reuters)", ""),
    ("ARDEN-HARBOUR/ (UPDATE 1, PIX)", ""),
    ("Arden Harbour, 2nd Ld-Writethru", ""),
    ("Harbour shut", "Eds: Updates with quotes from pilots."),
    ("Harbour shut", "(Updates with more details from Arden)"),
    ("Harbour shut", "(Adds quote, background)"),
    ("Harbour shut", "(The corrected figures were published by the port on Monday.)"),
    ("Harbour shut", "(The report, which the ministry called inaccurate, was published in May.)"),
    ("Harbour shut", "Editor's note: Odile Brandt is a pilot whose book corrects the record."),
    ("Harbour shut", "Editor’s note: As a public service, this article is free."),
    (
        "Harbour shut",
        "EDITOR'S NOTE: This is the first article of a series on the wrong turns of pilots.",
    ),
    (
        "Harbour shut",
        "Editor's note: This article has been updated to note the arrival of the crane.",
    ),
    ("Harbour shut", "Corrections to the chart will be printed in June."),
    ("Harbour shut", "The earlier version of the lock was built of oak."),
    ("Verfassung korrigiert", ""),
    ("Korrekturen am Hafen", ""),
    ("Kurskorrektur: Fähre kehrt um", ""),
    ("La correction du tir", ""),
    ("Corrige tu postura", ""),
    ("संविधान संशोधन: नया विधेयक", ""),
    ("सुधार: बैंक कानून बदले", ""),
    ("تصحیح نامه منتشر شد", ""),
    ("Поправка к закону принята", ""),
    ("Отзыв лицензии банка", ""),
];

fn of((title, text): &(&str, &str)) -> Signals {
    signal(title, text)
}

#[test]
fn desks_withdraw_in_these_words() {
    for line in KILLING {
        assert!(of(line).kill, "{line:?}");
    }
}

#[test]
fn desks_correct_in_these_words() {
    for line in CORRECTING {
        assert_eq!(of(line), Signals { correction: true, ..Signals::default() }, "{line:?}");
    }
}

#[test]
fn a_story_about_a_kill_or_a_correction_is_none() {
    for line in NEITHER {
        assert_eq!(of(line), Signals::default(), "{line:?}");
    }
    assert!(KILLING.len() + CORRECTING.len() >= 60 && NEITHER.len() >= 60);
}

#[test]
fn a_note_at_the_end_is_of_the_houses_own_text() {
    let body = "The harbour is shut.\n\nPilots are on strike.\n\nNobody was hurt.\n\n";
    for note in [
        "Correction: A previous version of this story misidentified the pilot.",
        "Clarification: The mayor spoke on Monday.",
        "*Editor's note: This article originally gave the wrong year for the lock.",
        "Update: The meeting was in Sund, not in Arden. We regret the error.",
        "(Corrects number of ships)",
    ] {
        let found = signal("Harbour shut", &format!("{body}{note}"));
        assert_eq!(found, Signals { noted: true, ..Signals::default() }, "{note}");
    }
    for note in [
        "Updated at 4:01 p.m.",
        "Update: Pilots say that they will not be back today.",
        "Editor's note: Odile Brandt is a pilot.",
        "Corrections to the chart will be printed in June.",
    ] {
        assert_eq!(signal("Harbour shut", &format!("{body}{note}")), Signals::default(), "{note}");
    }
}

#[test]
fn labels_come_off_a_headline() {
    for (title, bare) in [
        ("KILL: Harbour shut", "Harbour shut"),
        ("UPDATE 2-CORRECTED-Harbour shut", "Harbour shut"),
        ("[Correction] Harbour shut", "Harbour shut"),
        ("Harbour shut (UPDATE 1, CORRECTED)", "Harbour shut"),
        ("【訂正】港が閉鎖", "港が閉鎖"),
        ("Harbour shut (Reuters)", "Harbour shut (Reuters)"),
        ("KILL KILL KILL", "KILL KILL KILL"),
    ] {
        assert_eq!(unlabelled(title), bare);
    }
}

#[test]
fn a_status_withdraws_by_its_last_word() {
    for (status, withdrawn) in [
        ("canceled", true),
        ("stat:Cancelled", true),
        ("usable", false),
        ("withheld", false),
        ("", false),
    ] {
        assert_eq!(is_withdrawn_status(status), withdrawn, "{status}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(
        title in "[KkIiLl: \\[\\]()—\"-]{0,40}|\\PC{0,60}", text in "(\\PC{0,40}\n){0,8}|[(Corects )\\[\\]\n—:]{0,90}"
    ) {
        let bare = unlabelled(&title);
        prop_assert!(title.contains(bare));
        prop_assert_eq!(unlabelled(bare), bare);
        let found = signal(&title, &text);
        let noticed = notice(&text).is_some();
        prop_assert!(noticed || !found.noted);
        prop_assert!(Named::of(&title, &text).likeness(&title).is_none_or(|same| same >= 0.8));
    }
}

//! The words by which desks withdraw and correct, in the languages that we read.

use std::sync::LazyLock;

use regex::Regex;

/// Labels of other kinds that may stand before one that matters, as wires write them.
pub(super) const DESK_LABELS: &[&str] = &[
    "UPDATE",
    "BRIEF",
    "WRAPUP",
    "RPT",
    "EXCLUSIVE",
    "ADVISORY",
    "Advisory",
    "POLL",
    "FACTBOX",
    "URGENT",
    "BULLETIN",
    "ALERT",
    "EIL",
    "URGENTE",
    "Eds",
    "EDS",
    "REFILE",
];

/// Labels that withdraw a text; in capitals, since "Kill" and "Withdrawn" begin ordinary headlines.
pub(super) const KILLS: &[&str] = &[
    "KILL",
    "KILL KILL KILL",
    "KILL NOTICE",
    "BULLETIN KILL",
    "URGENT KILL",
    "STORY KILL",
    "STORY KILLED",
    "MANDATORY KILL",
    "NEWS KILL",
    "WITHDRAWN",
    "WITHDRAWAL",
    "RETRACTED",
    "RETRACTION",
    "DISREGARD",
    "ANNULATION",
    "DÉPÊCHE ANNULÉE",
    "ZURÜCKGEZOGEN",
    "MELDUNG ZURÜCKGEZOGEN",
    "ANULACIÓN",
    "NOTICIA ANULADA",
    "ANNULLAMENTO",
    "АННУЛИРОВАНО",
    "АННУЛИРУЕТСЯ",
];

/// The same in any case: they name what is withdrawn, or are written in a script without cases.
pub(super) const KILL_NOTICES: &[&str] = &[
    "story withdrawn",
    "story retracted",
    "story removed",
    "article withdrawn",
    "article retracted",
    "report withdrawn",
    "kill notice",
    "खबर वापस ली गई",
    "समाचार वापस लिया गया",
    "समाचार निरस्त",
    "خبر واپس لے لی گئی",
    "خبر منسوخ",
    "إلغاء خبر",
    "سحب خبر",
    "لغو خبر",
    "সংবাদ প্রত্যাহার",
    "取り消し",
    "撤稿",
    "기사 취소",
];

/// Labels that correct a text, in any case.
pub(super) const CORRECTIONS: &[&str] = &[
    "corrected",
    "corrected repeat",
    "corrected version",
    "correction",
    "corrections and clarifications",
    "corrections & clarifications",
    "corrects",
    "corrective",
    "refile",
    "refiles",
    "refiled",
    "recasts and corrects",
    "clarification",
    "clarified",
    "erratum",
    "errata",
    "korrektur",
    "korrigiert",
    "korrigierte fassung",
    "berichtigung",
    "berichtigt",
    "richtigstellung",
    "klarstellung",
    "correctif",
    "rectificatif",
    "rectification",
    "corrección",
    "rectificación",
    "fe de errores",
    "fe de erratas",
    "aclaración",
    "correção",
    "correzione",
    "rettifica",
    "rectificatie",
    "rättelse",
    "rettelse",
    "oikaisu",
    "sprostowanie",
    "düzeltme",
    "ralat",
    "исправлено",
    "исправление",
    "поправка",
    "уточнение",
    "виправлено",
    "تصحیح",
    "تصحيح",
    "اصلاحیه",
    "भूल सुधार",
    "भूल-सुधार",
    "शुद्धिपत्र",
    "সংশোধনী",
    "訂正",
    "更正",
    "정정",
];

/// What notes of a desk are headed with.
pub(super) const NOTES: &[&str] = &[
    "editor's note",
    "editor’s note",
    "editors' note",
    "editors’ note",
    "editors note",
    "note to editors",
    "attention editors",
    "editors:",
    "eds:",
    "eds.:",
    "desk note",
    "update:",
    "correction:",
    "corrections:",
    "note de la rédaction",
    "ndlr",
    "anmerkung der redaktion",
    "anm. d. red",
    "hinweis der redaktion",
    "transparenzhinweis",
    "nota del editor",
    "nota de la redacción",
    "nota da redação",
    "nota della redazione",
    "от редакции",
    "примечание редакции",
    "संपादकीय नोट",
    "संपादक की टिप्पणी",
    "ادارتی نوٹ",
    "ملاحظة المحرر",
];

/// What a note says that corrects the text it stands in: that it corrects, or that an earlier
/// version erred. A note about a person or another text says neither.
pub(super) static CORRECTS_IT: LazyLock<Regex> = LazyLock::new(|| {
    regex(&[
        r"^(?:this (?:story|version|item|report) )?(?:correct(?:s|ing)|refiles|clarifies|rectifies)\b",
        r"^(?:updates?|repeats?|recasts?|adds?|removes?|refiles?|in)\b[^.]{0,60}?[ ,](?:corrects|to correct|clarifies|to clarify)\b",
        &format!(r"\b(?:this|our) (?:\w+ ){{0,2}}{TEXT}\b.{{0,160}}?\b{ERRED}"),
        &format!(r"\b{EARLIER} (?:\w+ ){{0,2}}{TEXT}\b.{{0,160}}?\b{ERRED}"),
        &format!(r"\b{ERRED}\b.{{0,120}}?\b{EARLIER} {TEXT}\b"),
        r"\bthe headline (?:\S+ ){0,5}?(?:has been|was) (?:changed|corrected)\b",
        r"\b(?:we|the editors) (?:regret|apologi[sz]e for) (?:the|this) error\b",
        r"^(?:korrigiert|berichtigt|präzisiert)\b",
        r"\b(?:früheren|vorherigen|vorigen|ursprünglichen) (?:version|fassung)\b",
        r"^(?:corrige|rectifie|rectifica|aclara)\b",
        r"\b(?:première|précédente) version de (?:cet|ce|cette)\b",
        r"\bversión (?:anterior|previa|original) de est[ea]\b",
        r"\bversão (?:anterior|original) d(?:est)?[ea]\b",
        r"\bversione precedente di quest",
        r"(?:предыдущей|первоначальной|прежней) версии",
        r"(?:पिछले|पहले के|पुराने) संस्करण",
        r"(?:سابقہ|پچھلے|پہلے) (?:ورژن|متن)",
        r"النسخة السابقة",
    ])
});

/// An order to editors, or a sentence about the text it stands in, that takes it back.
pub(super) static WITHDRAWS_IT: LazyLock<Regex> = LazyLock::new(|| {
    regex(&[
        &format!(
            r"^(?:please|kindly) (?:kill|disregard|withdraw|cancel|do not (?:use|publish))\b.{{0,60}}?\b{TEXT}\b"
        ),
        &format!(
            r"^(?:this|our) (?:\w+ ){{0,3}}?{TEXT} (?:has been|is) (?:withdrawn|retracted|killed)\b"
        ),
        r"^bitte (?:streichen|verwenden|veröffentlichen) sie\b.{0,80}?\b(?:meldung|bericht)\b",
        r"^(?:die|diese|unsere) meldung\b.{0,80}?\b(?:wird|ist) zurückgezogen\b",
        r"^(?:merci d'|merci d’|prière d'|prière d’|veuillez )annuler\b.{0,60}?\b(?:dépêche|papier)\b",
        r"^(?:cette|notre) dépêche est annulée",
        r"^(?:rogamos|por favor,?) (?:anul\w+|elimin\w+|no utilicen)\b.{0,60}?\b(?:noticia|información|despacho)\b",
        r"^просим (?:аннулировать|снять) .{0,60}?(?:сообщение|новость)",
        r"^(?:कृपया )?(?:इस|यह) (?:खबर|समाचार).{0,30}(?:वापस|निरस्त)",
        r"^(?:براہ کرم )?(?:یہ|اس) خبر.{0,30}(?:واپس|منسوخ)",
    ])
});

/// What only a note may say: that a house takes back a text of its own.
pub(super) static WITHDRAWS_ITS_OWN: LazyLock<Regex> = LazyLock::new(|| {
    regex(&[
        &format!(
            r"^.{{0,60}}?\b(?:retracts|withdraws|is withdrawing|(?:has|have) (?:retracted|withdrawn)) (?:this|its|our) (?:\w+ ){{0,4}}?{TEXT}\b"
        ),
        &format!(r"^(?:kill|disregard|withdraw) (?:the|this|our|all) (?:\w+ ){{0,3}}?{TEXT}\b"),
    ])
});

const TEXT: &str = "(?:story|stories|article|report|dispatch|item|post|piece|column|version|text|caption|copy|headline|alert)";
const EARLIER: &str = "(?:earlier|previous|original)";
const ERRED: &str = r"(?:incorrect(?:ly)?|misstated|mistaken(?:ly)?|erroneous(?:ly)?|in error|misidentified|misspel(?:led|t)|misquoted|misattributed|mischaracteri[sz]ed|inaccurate(?:ly)?|more accurately|wrongly|(?:was|were) wrong|(?:gave|had|named|used|listed|showed) (?:a|the) wrong|been corrected|was corrected|is corrected|been refiled|(?:to|for) (?:correct|clarify|fix|clarity)|corrects|originally (?:said|stated|gave))\b";

/// Any of the patterns, in any case. A word ends where ASCII says so (write nothing beside other
/// letters): for Unicode's word the engine leaves its automaton at the first letter beyond ASCII, and
/// goes on with megabytes of memory for each thread (measured: 10 MB in a daemon of 500 feeds).
#[expect(clippy::expect_used, reason = "the patterns are part of the program, and tests use them")]
fn regex(patterns: &[&str]) -> Regex {
    let any = patterns.join("|").replace(r"\b", r"(?-u:\b)");
    Regex::new(&format!("(?i){any}")).expect("the patterns are well formed")
}

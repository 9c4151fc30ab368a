//! How a text stands to the house that printed it: its own, taken over, or something of both.

use super::{
    Credits, Imprint, Sign, UNNAMED, Zone, notice,
    roll::{self, are_initials},
    sign::spelled,
    signed,
    table::{Kind, Mention},
};

/// How a text stands to the house that printed it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Authorship {
    /// The house wrote it.
    #[default]
    Own,
    /// It was taken over from the agencies that it is credited to.
    Syndicated,
    /// The house made it, and drew on agencies.
    Mixed,
    /// The agency published it itself.
    AgencySite,
    /// Whoever it speaks of wrote it and paid for it.
    PressRelease,
}

spelled!(Authorship {
    Own = "own",
    Syndicated = "syndicated",
    Mixed = "mixed",
    AgencySite = "agency_site",
    PressRelease = "press_release",
});

/// Words that join two authors, in lower case.
const AND: &[&str] = &["and", "et", "und", "y", "e", "och", "og", "en"];
/// Agencies whose texts only a desk of one's own puts together.
const COMPILED: usize = 3;
/// Lines at the head of a text that can say that it is a release.
const MOST_LINES: usize = 3;

/// How the first line, the byline or the credit line of a release begins, in lower case.
const RELEASE: &[&str] = &[
    "press release",
    "news release",
    "media release",
    "for immediate release",
    "pressemitteilung",
    "communiqué de presse",
    "comunicado de prensa",
    "nota de prensa",
    "comunicato stampa",
];
/// Judges by the credits that were found and the lines that name authors; with the words that
/// say so.
pub(super) fn judge(imprint: &Imprint<'_>, credits: &Credits<'_>) -> (Authorship, Option<Sign>) {
    if let Some(sign) = release(imprint, credits) {
        return (Authorship::PressRelease, Some(sign));
    }
    if credits.publisher.is_some_and(|house| house.kind == Kind::Agency) {
        return (Authorship::AgencySite, Some(Sign::certain(Zone::Site, imprint.publisher)));
    }
    if let Some(sign) = mixed(imprint, credits) {
        return (Authorship::Mixed, Some(sign));
    }
    match credits.list.first() {
        Some(credit) => (Authorship::Syndicated, Some(credit.evidence.clone())),
        None => (Authorship::Own, None),
    }
}

fn release(imprint: &Imprint<'_>, credits: &Credits<'_>) -> Option<Sign> {
    let credited = credits.list.iter().find(|credit| {
        credits.table.house_of(&credit.agency).is_some_and(|house| house.kind == Kind::Release)
    });
    if let Some(credit) = credited {
        return Some(credit.evidence.clone());
    }
    if let Some((Authorship::PressRelease, sign)) = &credits.said {
        return Some(sign.clone());
    }
    let head = imprint.text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_LINES);
    let head = head.map(|line| (Zone::Head, line));
    let lines = [(Zone::Credit, imprint.credit), (Zone::Byline, imprint.byline)];
    lines
        .into_iter()
        .chain(head)
        .find(|(_, line)| begins_with(line, RELEASE))
        .map(|(zone, words)| Sign::certain(zone, words))
}

fn begins_with(line: &str, starts: &[&str]) -> bool {
    let start = line.trim().chars().take(40).collect::<String>().to_lowercase();
    starts.iter().any(|words| start.starts_with(words))
}

/// What says that the house had a part in the text.
fn mixed(imprint: &Imprint<'_>, credits: &Credits<'_>) -> Option<Sign> {
    if let Some((Authorship::Mixed, sign)) = &credits.said {
        return Some(sign.clone());
    }
    if let Some(sign) = credits.signs.iter().find(|sign| sign.zone == Zone::Inputs) {
        return Some(sign.clone());
    }
    // Who signs the whole text is not one author of several.
    let whole = [Zone::Dateline, Zone::SignOff, Zone::Notice, Zone::Copyright];
    let is_whole = credits.signs.iter().any(|sign| whole.contains(&sign.zone));
    for (zone, line) in [(Zone::Credit, imprint.credit), (Zone::Byline, imprint.byline)] {
        match part(line, credits) {
            Some(Part::Said) => return Some(Sign::certain(zone, line)),
            Some(Part::Listed) if !is_whole => return Some(Sign::likely(zone, line)),
            _ => {}
        }
    }
    let first = credits.list.first()?;
    let unnamed = first.agency == UNNAMED && first.evidence.zone == Zone::Credit;
    let compiled = unnamed && !imprint.byline.trim().is_empty();
    (compiled || credits.list.len() >= COMPILED)
        .then(|| Sign::likely(first.evidence.zone, &first.evidence.words))
}

/// How a line gives the house a part beside an agency.
enum Part {
    /// "Mara Ilves with AP", "Le Phare et AFP", "mil/Reuters".
    Said,
    /// "Mara Ilves, AP": the agency is one of the authors, or hers.
    Listed,
}

fn part(line: &str, credits: &Credits<'_>) -> Option<Part> {
    let mentions = signed::authors(line, credits.table);
    let own = |m: &Mention<'_>| credits.publisher.is_some_and(|house| house.id == m.house.id);
    let printed =
        credits.table.mentions(line).iter().any(|m| m.house.kind == Kind::Medium && own(m));
    if printed && !mentions.is_empty() {
        return Some(Part::Said);
    }
    let roll = roll::of(line, credits.table);
    if roll.houses.len() > 1 && !roll.others {
        return None;
    }
    let mut listed = None;
    let mut from = 0;
    for mention in &mentions {
        let before = line[from..mention.start].trim();
        let after = &line[mention.end..];
        from = mention.end;
        let word = before.rsplit([' ', '(']).next().unwrap_or("").to_lowercase();
        let joined = before.len() > word.len() && AND.contains(&word.as_str());
        if notice::is_with(&word) || joined || has_initials(before, after) {
            return Some(Part::Said);
        }
        let alone = after.is_empty() || after.starts_with([',', ';']);
        let person = before.trim_end_matches([',', ';']).trim();
        let is_list = person.len() < before.len() && person.contains(' ') && alone;
        if is_list && !mention.name.contains(' ') && !begins_with(line, &["by "]) {
            listed = Some(Part::Listed);
        }
    }
    listed
}

/// "mil/Reuters", "SDA/mil".
fn has_initials(before: &str, after: &str) -> bool {
    let first = before.strip_suffix('/').and_then(|rest| rest.rsplit([' ', ',', '(']).next());
    let last = after.strip_prefix('/').and_then(|rest| rest.split([' ', ',', ')']).next());
    first.is_some_and(are_initials) || last.is_some_and(are_initials)
}

#[cfg(test)]
mod tests {
    use super::{super::attribute, *};

    fn of(imprint: &Imprint<'_>) -> &'static str {
        attribute(imprint).authorship.as_str()
    }

    #[test]
    fn lines_that_name_authors_say_who_had_a_part() {
        for (line, authorship) in [
            ("AP", "syndicated"),
            ("Associated Press in Arden", "syndicated"),
            ("Mara Ilves - Associated Press", "syndicated"),
            ("By MARA ILVES, AP National Writer", "syndicated"),
            ("Reuters and AFP", "syndicated"),
            ("Mara Ilves, AP", "mixed"),
            ("Mara Ilves with AP", "mixed"),
            ("Von Mara Ilves mit dpa", "mixed"),
            ("Le Phare et AFP", "mixed"),
            ("mil/Reuters", "mixed"),
            ("SDA/mil", "mixed"),
            ("AFP, AP, dpa, Reuters", "mixed"),
            ("Arden Post with agencies", "mixed"),
            ("Mara Ilves", "own"),
            ("Press Release", "press_release"),
        ] {
            assert_eq!(of(&Imprint { byline: line, ..Imprint::default() }), authorship, "{line}");
        }
    }

    #[test]
    fn texts_say_what_they_are() {
        for (text, authorship) in [
            ("ARDEN (AP) — The harbour shut.", "syndicated"),
            ("The harbour shut. (With inputs from PTI)", "mixed"),
            ("The harbour shut. (With ANI inputs)", "mixed"),
            ("The harbour shut.\n\n(PTI)", "syndicated"),
            ("The harbour shut.\n\nThis has been adapted from its original source.", "mixed"),
            (
                "(This story has not been edited by staff and is from a syndicated feed.)",
                "syndicated",
            ),
            ("ARDEN, Nov. 3, 2026 /PRNewswire/ -- Quay Ltd. opens a crane.", "press_release"),
            ("ARDEN--(BUSINESS WIRE)--Quay Ltd. opens a crane.", "press_release"),
            ("FOR IMMEDIATE RELEASE\n\nQuay Ltd. opens a crane.", "press_release"),
            ("He read a press release to the council.", "own"),
        ] {
            assert_eq!(of(&Imprint { text, ..Imprint::default() }), authorship, "{text}");
        }
    }

    #[test]
    fn who_publishes_decides_first() {
        for (publisher, authorship) in
            [("apnews.com", "agency_site"), ("prnewswire.com", "press_release"), ("Dawn", "mixed")]
        {
            let found = of(&Imprint {
                publisher,
                text: "The harbour shut. (With inputs from PTI)",
                ..Imprint::default()
            });
            assert_eq!(found, authorship, "{publisher}");
        }
    }

    #[test]
    fn an_agency_that_signs_the_text_is_not_one_author_of_two() {
        let byline = "Mara Ilves, AP";
        let text = "ARDEN (AP) — The harbour shut.";
        assert_eq!(of(&Imprint { byline, text, ..Imprint::default() }), "syndicated");
        let byline = "Mara Ilves with AP";
        assert_eq!(of(&Imprint { byline, text, ..Imprint::default() }), "mixed");
    }
}

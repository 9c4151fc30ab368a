//! ANPA 1312: text with header lines marked by `^`, still spoken by AP and Kyodo.

use super::{Message, control, meaning, urgency};
use crate::{
    model::{Item, Wire},
    parse::{facts::Format, repairs::Repairs},
    text::html,
};

/// Header lines that are a remark, not a headline.
const REMARKS: &[&str] =
    &["Eds:", "Eds.", "Editors:", "AP Photo", "AP Graphic", "AP Video", "With AP"];

/// The longest headline, in characters: what is longer is the beginning of the text once more.
const MAX_HEADLINE: usize = 200;

/// Reads a message.
pub(super) fn read(bytes: &[u8], repairs: &mut Repairs) -> Message {
    let (stories, truncated) = control::stories(bytes, repairs);
    Message { format: Some(Format::Anpa1312), items: stories.iter().map(item).collect(), truncated }
}

fn item(story: &control::Parts) -> Item {
    let mut heading = story.heading.lines();
    let number = heading.next().unwrap_or_default();
    let number: String = number.chars().take_while(|c| !c.is_whitespace()).collect();
    let second = heading.next().unwrap_or_default();
    let mut marks = second.split_whitespace();
    let (priority, category) = (marks.next().unwrap_or_default(), marks.next().unwrap_or_default());
    let words = second.split_whitespace().last().and_then(|word| word.parse().ok()).unwrap_or(0);
    let top = Top::read(&story.text);
    let category: String = category.chars().take(1).collect();
    let (slugline, take) = slug(top.slug.unwrap_or_default());
    let sent = story.end.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let published = sent_at(sent);
    let number = number.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let wire = Wire {
        provider: provider(sent),
        slugline,
        note: Some(top.notes.join(" ")).filter(|note| !note.is_empty()),
        signals: take.into_iter().collect(),
        subjects: (!category.is_empty())
            .then(|| format!("a1312cat:{category}"))
            .into_iter()
            .collect(),
        ..Wire::default()
    };
    // Numbers begin again each day.
    let day = published.map(|at| at.to_string().chars().take(10).collect::<String>());
    Item {
        raw_id: (!number.is_empty()).then(|| [number, day.unwrap_or_default()].join(":")),
        title: top.headline,
        byline: top.byline,
        text: Some(top.text).filter(|text| !text.is_empty()),
        language: Some("en".to_owned()),
        published,
        priority: priority.chars().next().and_then(|letter| urgency::letter(letter, words)),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}

/// What stands between STX and ETX, taken apart.
#[derive(Default)]
struct Top<'t> {
    slug: Option<&'t str>,
    headline: Option<String>,
    byline: Option<String>,
    notes: Vec<String>,
    text: String,
}

impl<'t> Top<'t> {
    fn read(text: &'t str) -> Self {
        let mut top = Self::default();
        let mut body: Vec<&str> = Vec::new();
        for line in text.lines() {
            let is_header = line.trim_start().starts_with('^') || top.slug.is_none();
            if !is_header || !body.is_empty() && !line.trim_start().starts_with('^') {
                match line.trim_end().strip_suffix('+') {
                    // Kyodo ends its headline so.
                    Some(line) if top.headline.is_none() && body.is_empty() => {
                        top.headline = Some(html::one_line(line));
                    }
                    _ => body.push(line),
                }
                continue;
            }
            for piece in line.split_inclusive('<') {
                let piece = piece.trim();
                let plain = piece.trim_start_matches('^').trim_end_matches(['<', '=', '^']).trim();
                if plain.is_empty() || plain.starts_with('*') {
                    continue;
                }
                let is_ended = piece.ends_with(['<', '=']);
                if top.slug.is_none() {
                    top.slug = Some(plain);
                } else if is_ended {
                    top.header(plain, piece.ends_with('='));
                } else {
                    body.push(piece.trim_start_matches('^'));
                    body.push("");
                }
            }
        }
        top.text = control::paragraphs(body.into_iter());
        top
    }

    fn header(&mut self, line: &str, is_signature: bool) {
        let line = html::one_line(line);
        if meaning::is_byline(&line) && is_signature {
            self.byline = Some(line);
        } else if REMARKS.iter().any(|remark| line.starts_with(remark)) {
            self.notes.push(line);
        } else if !is_signature && self.headline.is_none() && line.chars().count() <= MAX_HEADLINE {
            self.headline = Some(line);
        }
    }
}

/// The slug without cycle, place and count of words, and the take words behind it:
/// `BC-US--Giant Lobster Death, 1st Ld-Writethru,127`.
fn slug(line: &str) -> (Option<String>, Option<String>) {
    let line = match line.rsplit_once(',') {
        Some((before, count)) if count.trim().bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => line,
    };
    let line = line.split_once("--").map_or(line, |(_, after)| after);
    let line = line.strip_prefix("BC-").unwrap_or(line);
    let (slug, take) = line.split_once(',').unwrap_or((line, ""));
    let kept = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    (kept(slug), kept(take))
}

/// `AP-WF-11-13-13 1509GMT<`
fn provider(sent: &str) -> Option<String> {
    let name: String = sent.trim().chars().take_while(|c| c.is_ascii_uppercase()).collect();
    if name.starts_with("KWS") {
        Some("Kyodo".to_owned())
    } else {
        Some(name).filter(|name| !name.is_empty())
    }
}

/// Month, day, year and hour of `AP-WF-11-13-13 1509GMT<`; `KWS-21:37-09-12-18` has the day first,
/// and the clock of Japan.
fn sent_at(line: &str) -> Option<jiff::Timestamp> {
    let line = line.trim().trim_end_matches(['<', '^']);
    if let Some(rest) = line.strip_prefix("KWS-") {
        let (clock, day) = rest.split_once('-')?;
        let mut parts = day.split('-');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        return crate::parse::moment(&format!("20{year}-{month}-{day}T{clock}:00+09:00"));
    }
    let (date, clock) = line.rsplit_once(' ')?;
    let mut parts = date.rsplit('-');
    let (year, day, month) = (parts.next()?, parts.next()?, parts.next()?);
    let clock = clock.trim_end_matches("GMT");
    let (hour, minute) = (clock.get(..2)?, clock.get(2..4)?);
    crate::parse::moment(&format!("20{year}-{month}-{day}T{hour}:{minute}:00Z"))
}

//! What an article said before, and what changed from each version to the next.

use serde_json::{Value, json};

use super::{json as shape, shown::one_line};
use crate::{
    store::Version,
    story::{Change, Fate, Piece},
};

/// The versions for scripts.
pub(crate) fn to_json(versions: &[Version]) -> Vec<Value> {
    changes(versions)
        .map(|(version, change)| {
            shape::present(json!({
                "revision": version.revision,
                "seen_at": shape::time(version.seen_at),
                "headline": change.as_ref().and_then(|c| c.headline.as_ref()).map(|(was, is)| json!({"was": was, "is": is})),
                "figures": change.as_ref().map(figures),
                "passages": change.as_ref().map(|c| c.passages.iter().map(|p| marked(p)).collect::<Vec<_>>()),
                "added": change.as_ref().map(|c| c.added),
                "removed": change.as_ref().map(|c| c.removed),
                "rewritten": change.as_ref().is_some_and(|c| c.rewritten),
            }))
        })
        .collect()
}

/// Each version but the first, with what it changed.
pub(crate) fn changes(versions: &[Version]) -> impl Iterator<Item = (&Version, Option<Change>)> {
    versions.windows(2).map(|pair| {
        let [was, is] = [&pair[0], &pair[1]].map(|v| (v.title.as_str(), v.text.as_str()));
        (&pair[1], Change::between(was, is))
    })
}

/// A change, a line for each part of it.
pub(crate) fn lines(change: &Change) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((was, is)) = &change.headline {
        lines.push(format!("headline: “{}” → “{}”", one_line(was), one_line(is)));
    }
    lines.extend(figures(change).iter().map(|figure| format!("figure: {figure}")));
    lines.extend(change.passages.iter().map(|passage| format!("… {} …", marked(passage))));
    if change.more > 0 {
        lines.push(format!("and {} more passages", change.more));
    }
    let told = if change.rewritten { ": it is told anew" } else { "" };
    lines.push(format!("words: {} came, {} went{told}", change.added, change.removed));
    lines
}

fn figures(change: &Change) -> Vec<String> {
    let figure = |f: &crate::story::Figure| format!("{} → {} {}", f.was, f.is, f.of);
    change.figures.iter().map(|f| figure(f).trim_end().to_owned()).collect()
}

/// A passage with the words that went between `[-` and `-]`, those that came between `{+` and `+}`.
fn marked(passage: &[Piece]) -> String {
    let mut text = String::new();
    for piece in passage {
        let spaced = piece.text.starts_with(char::is_whitespace);
        let words = one_line(&piece.text);
        let words = match piece.left_out {
            0 => words,
            more => format!("{words} … ({more} more words)"),
        };
        let (open, close) = match piece.fate {
            Fate::Kept => ("", ""),
            Fate::Removed => ("[-", "-]"),
            Fate::Added => ("{+", "+}"),
        };
        // Where one run takes the place of another there is a space between them in print only.
        let replaces = !open.is_empty() && text.ends_with("-]");
        let gap = if spaced || replaces { " " } else { "" };
        text += &[gap, open, &words, close].concat();
    }
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn version(revision: u32, title: &str, text: &str) -> Version {
        let seen_at = Timestamp::UNIX_EPOCH;
        Version { revision, title: title.into(), summary: None, text: text.into(), seen_at }
    }

    #[test]
    fn every_change_of_an_article_is_told() {
        let was =
            "The port said that 12 ships wait outside the harbour of Arden for the tide, he said.";
        let is =
            "The port said that 14 ships wait outside the harbour of Arden for a crane, he said.";
        let versions = [
            version(0, "Ships wait", was),
            version(1, "Ships wait", is),
            version(2, "Ships leave", is),
        ];
        let told: Vec<_> = changes(&versions).map(|(_, change)| lines(&change.unwrap())).collect();
        assert_eq!(told[0][0], "figure: 12 → 14 ships");
        assert!(told[0].iter().any(|line| line.contains("[-12-] {+14+} ships wait")), "{told:?}");
        assert!(told[0].iter().any(|line| line.contains("{+a crane+}, he said.")), "{told:?}");
        assert_eq!(told[0].last().unwrap(), "words: 3 came, 3 went");
        assert_eq!(told[1][0], "headline: “Ships wait” → “Ships leave”");
        assert_eq!(to_json(&versions)[0]["figures"], json!(["12 → 14 ships"]));
    }
}

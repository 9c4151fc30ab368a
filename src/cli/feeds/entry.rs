//! The table of a feed as it is written into a configuration.

use std::collections::BTreeSet;

use toml::Value;
use url::Url;

use crate::{cli::shown::one_line, text::fold};

/// Names that are made are no longer than this, so that a number fits behind them.
const LONGEST: usize = 48;

/// A feed to be written down.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) url: String,
    pub(super) tags: Vec<String>,
}

impl Entry {
    /// The table with its title as a comment, and a line break at the end.
    pub(super) fn to_toml(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let mut lines = Vec::new();
        if let Some(title) = self.title.as_ref().filter(|title| **title != self.name) {
            let title: String = one_line(title).chars().filter(|c| !c.is_control()).collect();
            lines.push(format!("# {title}"));
        }
        lines.push("[[feed]]".to_owned());
        lines.push(format!("name = {}", quoted(&self.name)));
        lines.push(format!("url = {}", quoted(&self.url)));
        if !self.tags.is_empty() {
            let tags: Vec<_> = self.tags.iter().map(|tag| quoted(tag)).collect();
            lines.push(format!("tags = [{}]", tags.join(", ")));
        }
        lines.join("\n") + "\n"
    }
}

/// Names that are taken, and new ones beside them.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn of(taken: impl IntoIterator<Item = String>) -> Self {
        Self(taken.into_iter().collect())
    }

    /// A name that is free: after the title, else after the address, and numbered where it must be.
    pub(super) fn take(&mut self, title: Option<&str>, url: &str) -> String {
        let name = title
            .and_then(slug)
            .or_else(|| slug(&host_and_path(url)))
            .unwrap_or_else(|| "feed".to_owned());
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|n| self.0.insert(n.clone()));
        free.unwrap_or(name)
    }
}

fn host_and_path(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return url.to_owned() };
    let host = parsed.host_str().unwrap_or_default();
    format!("{} {}", host.strip_prefix("www.").unwrap_or(host), parsed.path())
}

/// What may stand in a name or tag, made of any text: small English letters, digits and hyphens.
/// Nothing where too little is left to tell one from another.
pub(super) fn slug(text: &str) -> Option<String> {
    let folded = fold::fold(text);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-");
    slug.truncate(LONGEST);
    let letters = folded.chars().filter(|c| c.is_alphanumeric()).count();
    let kept = slug.trim_end_matches('-');
    let is_telling = kept.len() * 2 > letters.min(LONGEST);
    is_telling.then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_titles_and_are_unique() {
        let mut names = Names::of(["arden-post".to_owned()]);
        for (title, url, wanted) in [
            (Some("Arden Post"), "https://post.example/rss", "arden-post-2"),
            (Some(" Ardèn: Pöst! "), "https://post.example/rss", "arden-post-3"),
            (
                Some("Новости Ардена"),
                "https://www.arden.example/rss/news",
                "arden-example-rss-news",
            ),
            (Some("联合早报 AP"), "https://zaobao.example/", "zaobao-example"),
            (None, "https://a.example/", "a-example"),
            (None, "/", "feed"),
        ] {
            assert_eq!(names.take(title, url), wanted);
        }
        assert_eq!(slug(&"word ".repeat(40)).unwrap().len(), LONGEST);
    }

    #[test]
    fn a_table_says_what_it_was_made_of() {
        let entry = Entry {
            name: "arden-post".into(),
            title: Some("Arden \n Post".into()),
            url: "https://post.example/?q=\"a\"".into(),
            tags: vec!["asia".into(), "wires".into()],
        };
        let toml = entry.to_toml();
        assert!(toml.starts_with("# Arden Post\n[[feed]]\n"), "{toml}");
        let read: toml::Table = toml::from_str(&toml).unwrap();
        let feed = &read["feed"][0];
        assert_eq!(feed["url"].as_str(), Some("https://post.example/?q=\"a\""));
        assert_eq!(feed["tags"].as_array().map(Vec::len), Some(2));
    }
}

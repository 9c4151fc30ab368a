//! What must be in an article for a query to be true: for people, and for an index to search by.

use std::fmt;

use super::{
    Query,
    ast::{Element, Kind, Node, Test, Words},
    field::Field,
    glob::Glob,
    program::weight,
};

/// A necessary condition: an article that does not meet it cannot make the query true.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Necessary {
    /// A folded word is in one of the text fields.
    Word(String),
    /// A folded word that begins so is.
    Prefix(String),
    /// A keyword field has this folded value.
    Value(Field, String),
    /// All of these.
    All(Vec<Necessary>),
    /// One of these.
    Any(Vec<Necessary>),
}

impl Query {
    /// What must be there; `None` when any article may do.
    pub fn necessary(&self) -> Option<Necessary> {
        of(self.root())
    }
}

fn of(node: &Node) -> Option<Necessary> {
    match &node.kind {
        Kind::Test(test) => match &**test {
            Test::Value { field, value } => Some(Necessary::Value(*field, value.clone())),
            _ => None,
        },
        Kind::Phrase { words, .. } => of_words(words),
        Kind::Window { words, .. } => all(words.iter().map(of_words)),
        Kind::And(nodes) => all(nodes.iter().map(of)),
        Kind::Near { first, rest, .. } => {
            all([of(first)].into_iter().chain(rest.iter().map(|(_, node)| of(node))))
        }
        Kind::Or(nodes) => any(nodes.iter().map(of)),
        Kind::Apart { first: inner, .. }
        | Kind::AtLeast { of: inner, .. }
        | Kind::Weighted { of: inner, .. }
        | Kind::Scoped(inner) => of(inner),
        Kind::Several { count, of: nodes } => {
            // One of any so many members must be true that the rest are too few.
            let enough = (nodes.len() + 1).saturating_sub(*count as usize);
            let known: Vec<_> = nodes.iter().filter_map(of).take(enough).collect();
            (known.len() == enough).then(|| any(known.into_iter().map(Some))).flatten()
        }
        Kind::Score { least, of: nodes } if *least > 0 => {
            any(nodes.iter().filter(|node| weight(node) > 0).map(of))
        }
        Kind::All | Kind::Not(_) | Kind::Score { .. } => None,
    }
}

fn of_words(words: &Words) -> Option<Necessary> {
    match words {
        Words::One(element) => of_element(element),
        Words::Row(row) => all(row.iter().map(of_words)),
        Words::Ways(ways) => any(ways.iter().map(of_words)),
    }
}

fn of_element(element: &Element) -> Option<Necessary> {
    match element {
        Element::Form(form) | Element::Exact { form, .. } => {
            Some(Necessary::Word(form.to_string()))
        }
        Element::Glob(glob) => of_glob(glob),
        Element::Fuzzy { .. } | Element::Any => None,
    }
}

fn of_glob(glob: &Glob) -> Option<Necessary> {
    let start = glob.literal_start();
    let least = if start.is_ascii() { 3 } else { 2 };
    (start.chars().count() >= least).then_some(Necessary::Prefix(start))
}

/// Every condition that is known.
fn all(parts: impl Iterator<Item = Option<Necessary>>) -> Option<Necessary> {
    joined(parts.flatten().collect(), Necessary::All)
}

/// One of them, if each is known.
fn any(parts: impl Iterator<Item = Option<Necessary>>) -> Option<Necessary> {
    joined(parts.collect::<Option<_>>()?, Necessary::Any)
}

fn joined(mut parts: Vec<Necessary>, join: fn(Vec<Necessary>) -> Necessary) -> Option<Necessary> {
    let mut seen: Vec<Necessary> = Vec::with_capacity(parts.len());
    parts.retain(|part| {
        let is_new = !seen.contains(part);
        if is_new {
            seen.push(part.clone());
        }
        is_new
    });
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(join(parts)),
    }
}

impl fmt::Display for Necessary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], operator: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    f.write_str(operator)?;
                }
                match part {
                    Self::All(_) | Self::Any(_) => write!(f, "({part})")?,
                    _ => part.fmt(f)?,
                }
            }
            Ok(())
        };
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Prefix(start) => write!(f, "{start}*"),
            Self::Value(field, value) => write!(f, "{field}:{value}"),
            Self::All(parts) => list(f, parts, " AND "),
            Self::Any(parts) => list(f, parts, " OR "),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::query::{Aliases, parse};

    #[test]
    fn what_must_be_there() {
        for (query, expected) in [
            ("Norland AND (harbour OR pier) NOT cricket", "norland AND (harbour OR pier)"),
            ("\"the harbour * master\"~2", "the AND harbour AND master"),
            ("cease-fire", "(cease AND fire) OR ceasefire"),
            ("terror* NEAR/3 wom?n AND *stan", "terror* AND wom*"),
            ("Norland NOT NEAR/3 cricket", "norland"),
            ("2 OF (a, b, c)", "a OR b"),
            ("SCORE/30(bomb^10, drill^-30, title:blast^20)", "bomb OR blast"),
            ("source:IANS AND ATLEAST/2(vote OR poll)", "source:ians AND (vote OR poll)"),
            ("=IANS OR U.S.", "ians OR u.s."),
            ("title:(harbour AND harbour)", "harbour"),
            ("O'Brien", "o'brien OR obrien"),
            ("words:>300 AND /vot(e|ing)/ AND vote~1", "nothing"),
            ("Norland OR words:>300", "nothing"),
            ("* NOT cricket", "nothing"),
            ("SCORE/0(a, b)", "nothing"),
        ] {
            let necessary = parse(query, &Aliases::new()).0.unwrap().necessary();
            let told = necessary.map_or("nothing".to_owned(), |necessary| necessary.to_string());
            assert_eq!(told, expected, "{query}");
        }
    }
}

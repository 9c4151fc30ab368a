//! An article as the rules see it: which atoms it has, and where.

use std::ops::Range;

use super::{
    facts::Facts,
    field::{Field, Fields},
    vocabulary::{Atom, Vocabulary},
};
use crate::text::{
    fold::fold,
    token::{Token, Tokens},
};

/// Most words of the first paragraph that `lead:` looks at.
const LEAD_WORDS: u32 = 60;

/// A word of the article; places run through all text fields.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) field: Field,
    pub(super) fields: Fields,
    /// Counted through all text fields.
    pub(super) sentence: u32,
    /// Counted through all text fields.
    pub(super) paragraph: u32,
    /// Bytes of the field; of an author, of the name.
    pub(super) range: Range<usize>,
}

/// Where an atom stands.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Occurrence {
    atom: Atom,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// One article read against one vocabulary.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) places: Vec<Place>,
    /// In which fields each atom is.
    present: Vec<Fields>,
    /// By atom, then by place.
    occurrences: Vec<Occurrence>,
    /// Atoms that are in the article, sorted.
    atoms: Vec<Atom>,
    /// By atom, where its occurrences end.
    ends: Vec<u32>,
    /// How many places there are up to the end of each author.
    author_ends: Vec<usize>,
}

impl<'a> Document<'a> {
    /// Reads the article once.
    pub(crate) fn read(facts: &'a Facts<'a>, vocabulary: &Vocabulary) -> Self {
        let mut document = Self {
            facts,
            places: Vec::new(),
            present: vec![Fields::default(); vocabulary.len()],
            occurrences: Vec::new(),
            atoms: Vec::new(),
            ends: Vec::new(),
            author_ends: Vec::new(),
        };
        document.text(Field::Title, facts.title, vocabulary);
        document.text(Field::Summary, facts.summary, vocabulary);
        document.text(Field::Body, facts.body, vocabulary);
        for author in facts.authors {
            document.text(Field::Author, author, vocabulary);
            document.author_ends.push(document.places.len());
        }
        document.values(vocabulary);
        document.occurrences.sort_unstable();
        document.occurrences.dedup();
        document.atoms.sort_unstable();
        let mut end = 0;
        for atom in &document.atoms {
            let rest = &document.occurrences[end..];
            end += rest.iter().take_while(|occurrence| occurrence.atom == *atom).count();
            document.ends.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        document
    }

    /// Whether the atom is in one of the fields.
    pub(crate) fn has(&self, atom: Atom, fields: Fields) -> bool {
        self.present[atom as usize].meets(fields)
    }

    /// Every atom of the article once.
    pub(crate) fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// Where the atom stands, in order.
    pub(super) fn of(&self, atom: Atom) -> &[Occurrence] {
        let Ok(at) = self.atoms.binary_search(&atom) else { return &[] };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.occurrences[start as usize..self.ends[at] as usize]
    }

    /// How many words title, summary and body have.
    pub(super) fn words(&self) -> usize {
        self.places.partition_point(|place| place.field != Field::Author)
    }

    /// The author whose name holds the place.
    pub(super) fn author(&self, place: u32) -> &str {
        let author = self.author_ends.partition_point(|end| *end <= place as usize);
        self.facts.authors.get(author).map_or("", String::as_str)
    }

    fn text(&mut self, field: Field, text: &str, vocabulary: &Vocabulary) {
        let tokens = Tokens::of(text);
        let base = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let (sentence, paragraph) =
            self.places.last().map_or((0, 0), |last| (last.sentence + 1, last.paragraph + 1));
        let whole =
            if field == Field::Body { Fields::BODY | Fields::LEAD } else { Fields::of(field) };
        vocabulary.literal_atoms(text, |atom| self.add(atom, whole));
        let first_paragraph = tokens.iter().next().map_or(0, |token| token.paragraph);
        for token in &tokens {
            let fields = fields_of(field, token, first_paragraph);
            if token.first == token.last {
                self.places.push(Place {
                    field,
                    fields,
                    sentence: sentence + token.sentence,
                    paragraph: paragraph + token.paragraph,
                    range: token.range.clone(),
                });
            }
            vocabulary.atoms(text, &tokens, token, |atom| {
                self.add(atom, fields);
                let (first, last) = (base + token.first, base + token.last);
                self.occurrences.push(Occurrence { atom, first, last });
            });
        }
    }

    fn values(&mut self, vocabulary: &Vocabulary) {
        for field in vocabulary.fields_with_values() {
            for value in self.facts.values(field) {
                for asked in spellings(field, value) {
                    if let Some(atom) = vocabulary.known_value(field, &asked) {
                        self.add(atom, Fields::VALUE);
                    }
                }
            }
        }
    }

    fn add(&mut self, atom: Atom, fields: Fields) {
        let present = &mut self.present[atom as usize];
        if *present == Fields::default() {
            self.atoms.push(atom);
        }
        *present = *present | fields;
    }
}

fn fields_of(field: Field, token: &Token, first_paragraph: u32) -> Fields {
    let own = Fields::of(field);
    let lead =
        field == Field::Body && token.paragraph == first_paragraph && token.first < LEAD_WORDS;
    if lead { own | Fields::LEAD } else { own }
}

/// What a query may write for the value of a keyword.
pub(super) fn spellings(field: Field, value: &str) -> Vec<String> {
    match field {
        // A host answers to each of its parents.
        Field::Site => {
            let host = value.to_lowercase();
            let parents = host.match_indices('.').map(|(at, _)| host[at + 1..].to_owned());
            let parents: Vec<String> = parents.collect();
            [host].into_iter().chain(parents).collect()
        }
        // A language answers to each of its prefixes.
        Field::Language => {
            let tag = fold(value);
            let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
            ends.map(|end| tag[..end].to_owned()).collect()
        }
        Field::Url => vec![value.to_lowercase()],
        _ => vec![super::term::tidy(&fold(value))],
    }
}

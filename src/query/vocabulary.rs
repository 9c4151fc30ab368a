//! What tokens and values the rules ask for, each under one small number.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{ast::Element, field::Field, glob::Glob, pieces::Pieces};
use crate::text::{
    fold::surface,
    token::{FormKind, Token, Tokens},
};

/// A thing that is in an article or not: a form, a shape, a value.
pub(crate) type Atom = u32;

/// How many bytes of a shape's start choose its bucket.
const BUCKET: usize = 3;

/// A word, how many letters may differ, and the atom that then is there.
type Fuzzy = (Box<str>, u8, Atom);

/// All atoms of a set of rules.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    count: Atom,
    forms: HashMap<Box<str>, Sense, RandomState>,
    /// Exact spellings of a form, each with its atom.
    exact: Vec<Vec<(Box<str>, Atom)>>,
    elements: HashMap<Element, Atom, RandomState>,
    shapes: HashMap<[u8; BUCKET], Vec<(Glob, Atom)>, RandomState>,
    /// Shapes whose literal start is too short for a bucket, each with a piece of its own.
    loose: Vec<(Glob, Atom)>,
    loose_pieces: Pieces,
    fuzzy: HashMap<char, Vec<Fuzzy>, RandomState>,
    values: HashMap<Field, HashMap<Box<str>, Atom, RandomState>, RandomState>,
    literals: HashMap<Box<[u8]>, Atom, RandomState>,
    /// By piece of the literals.
    literal_atoms: Vec<Atom>,
    literal_pieces: Pieces,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sense {
    plain: Option<Atom>,
    exact: Option<u32>,
}

impl Vocabulary {
    /// How many atoms there are; they are numbered from 0.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// The atom of an element; [`Element::Any`] has none.
    pub(crate) fn element(&mut self, element: &Element) -> Option<Atom> {
        if *element == Element::Any {
            return None;
        }
        if let Element::Form(form) = element {
            return Some(self.form(form));
        }
        if let Some(atom) = self.elements.get(element) {
            return Some(*atom);
        }
        let atom = self.fresh();
        self.elements.insert(element.clone(), atom);
        match element {
            Element::Exact { form, surface } => self.exact(form, surface, atom),
            Element::Glob(glob) => self.shape(glob, atom),
            Element::Fuzzy { form, edits } => {
                if let Some(first) = form.chars().next() {
                    let bucket = self.fuzzy.entry(first).or_default();
                    bucket.push((form.clone(), *edits, atom));
                }
            }
            Element::Form(_) | Element::Any => {}
        }
        Some(atom)
    }

    /// The atom of a keyword's folded value.
    pub(crate) fn value(&mut self, field: Field, value: &str) -> Atom {
        if let Some(atom) = self.known_value(field, value) {
            return atom;
        }
        let atom = self.fresh();
        self.values.entry(field).or_default().insert(value.into(), atom);
        atom
    }

    /// The atom of a literal in raw text.
    pub(crate) fn literal(&mut self, literal: &[u8]) -> Atom {
        if let Some(atom) = self.literals.get(literal) {
            return *atom;
        }
        let atom = self.fresh();
        self.literals.insert(literal.into(), atom);
        self.literal_pieces.add(literal);
        self.literal_atoms.push(atom);
        atom
    }

    /// Gives every atom of a literal that is in a raw text to `found`; some perhaps more than
    /// once.
    pub(crate) fn literal_atoms(&self, text: &str, mut found: impl FnMut(Atom)) {
        if !self.literals.is_empty() {
            self.literal_pieces.each_in(text, |at| found(self.literal_atoms[at]));
        }
    }

    /// Makes finding fast; comes after the last atom.
    pub(crate) fn seal(&mut self) {
        self.loose_pieces.seal();
        self.literal_pieces.seal();
    }

    /// The fields that have atoms for values.
    pub(crate) fn fields_with_values(&self) -> impl Iterator<Item = Field> {
        self.values.keys().copied()
    }

    /// Forms that are asked for, each with its atom or with those of its exact spellings, in no
    /// order.
    pub(crate) fn known_forms(&self) -> impl Iterator<Item = (&str, Atom)> {
        self.forms.iter().flat_map(|(form, sense)| {
            let exact = sense.exact.map_or(&[][..], |exact| &self.exact[exact as usize]);
            let atoms = exact.iter().map(|(_, atom)| *atom).chain(sense.plain);
            atoms.map(|atom| (form.as_ref(), atom))
        })
    }

    /// The atom of a keyword's value, if it is asked for.
    pub(crate) fn known_value(&self, field: Field, value: &str) -> Option<Atom> {
        self.values.get(&field)?.get(value).copied()
    }

    /// Gives every atom of a token to `found`; some perhaps more than once.
    pub(crate) fn atoms(
        &self,
        text: &str,
        tokens: &Tokens,
        token: &Token,
        mut found: impl FnMut(Atom),
    ) {
        for (kind, form) in tokens.forms(token) {
            if let Some(sense) = self.forms.get(form) {
                sense.plain.into_iter().for_each(&mut found);
                if let Some(exact) = sense.exact {
                    self.exact_atoms(exact, &text[token.range.clone()], &mut found);
                }
            }
            if kind != FormKind::Dotted && !self.shapes.is_empty() {
                self.shape_atoms(form, &mut found);
            }
            if kind != FormKind::Dotted && !self.loose.is_empty() {
                self.loose_pieces.each_in(form, |at| {
                    let (glob, atom) = &self.loose[at];
                    if glob.matches(form) && signs_agree(glob, form) {
                        found(*atom);
                    }
                });
            }
            if !self.fuzzy.is_empty() {
                self.fuzzy_atoms(form, &mut found);
            }
        }
    }

    fn exact_atoms(&self, exact: u32, printed: &str, found: &mut impl FnMut(Atom)) {
        for (wanted, atom) in &self.exact[exact as usize] {
            if is_printed(printed, wanted) {
                found(*atom);
            }
        }
    }

    fn shape_atoms(&self, form: &str, found: &mut impl FnMut(Atom)) {
        let Some(key) = form.as_bytes().first_chunk::<BUCKET>() else { return };
        for (glob, atom) in self.shapes.get(key).into_iter().flatten() {
            if glob.matches(form) {
                found(*atom);
            }
        }
    }

    fn fuzzy_atoms(&self, form: &str, found: &mut impl FnMut(Atom)) {
        let Some(first) = form.chars().next() else { return };
        for (wanted, edits, atom) in self.fuzzy.get(&first).into_iter().flatten() {
            // A character more or less is an edit, and takes at most four bytes.
            let near = wanted.len().abs_diff(form.len()) <= 4 * usize::from(*edits);
            if near && strsim::osa_distance(wanted, form) <= usize::from(*edits) {
                found(*atom);
            }
        }
    }

    fn form(&mut self, form: &str) -> Atom {
        if let Some(atom) = self.forms.get(form).and_then(|sense| sense.plain) {
            return atom;
        }
        let atom = self.fresh();
        self.forms.entry(form.into()).or_default().plain = Some(atom);
        atom
    }

    fn exact(&mut self, form: &str, surface: &str, atom: Atom) {
        let sense = self.forms.entry(form.into()).or_default();
        let at = *sense.exact.get_or_insert_with(|| {
            self.exact.push(Vec::new());
            u32::try_from(self.exact.len() - 1).unwrap_or(u32::MAX)
        });
        self.exact[at as usize].push((surface.into(), atom));
    }

    fn shape(&mut self, glob: &Glob, atom: Atom) {
        let start = glob.literal_start();
        if let Some(key) = start.as_bytes().first_chunk::<BUCKET>() {
            self.shapes.entry(*key).or_default().push((glob.clone(), atom));
        } else {
            self.loose_pieces.add(glob.longest_literal().as_bytes());
            self.loose.push((glob.clone(), atom));
        }
    }

    fn fresh(&mut self) -> Atom {
        self.count += 1;
        self.count - 1
    }
}

/// A sign before a word is matched by itself only, never by a wildcard.
fn signs_agree(glob: &Glob, form: &str) -> bool {
    let sign = |c: &char| matches!(c, '#' | '@' | '$');
    let first = form.chars().next();
    !first.as_ref().is_some_and(sign) || glob.literal_start().chars().next() == first
}

/// Whether the word in the text is spelled as wanted; a possessive may follow.
fn is_printed(text: &str, wanted: &str) -> bool {
    let printed = surface(text);
    printed.strip_prefix(wanted).is_some_and(|rest| matches!(rest, "" | "'" | "'s" | "'S"))
}

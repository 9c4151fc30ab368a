//! What two texts say alike, whatever their wording.

use std::{cell::OnceCell, rc::Rc};

use super::{
    Candidate, Rarity, Thresholds,
    compare::Overlap,
    sketch::Sketch,
    terms::{Share, Term, Terms},
};
use crate::model::StoryId;

/// What an article says, ready to be compared with many others.
pub(super) struct Told<'a> {
    sketch: &'a Sketch,
    /// The story of each candidate.
    stories: Vec<StoryId>,
    rarity: Rarity<'a>,
    words: OnceCell<Terms>,
    figures: OnceCell<Terms>,
}

impl<'a> Told<'a> {
    /// By an article among the candidates that it is compared with.
    pub(super) fn new(sketch: &'a Sketch, near: &[&Candidate], rarity: Rarity<'a>) -> Self {
        let stories = near.iter().map(|other| other.story).collect();
        Self { sketch, stories, rarity, words: OnceCell::new(), figures: OnceCell::new() }
    }
}

/// What an article and a candidate say alike, worked out when it is asked for.
pub(super) struct Substance<'a> {
    told: Rc<Told<'a>>,
    other: &'a Candidate,
    words: OnceCell<Share>,
    figures: OnceCell<Share>,
}

impl<'a> Substance<'a> {
    pub(super) fn of(told: &Rc<Told<'a>>, other: &'a Candidate) -> Self {
        Self { told: Rc::clone(told), other, words: OnceCell::new(), figures: OnceCell::new() }
    }

    /// Telling words of the shorter that the longer has, quotations left out.
    pub(super) fn words(&self) -> Share {
        *self.words.get_or_init(|| {
            let (told, other) = (&self.told, &self.other.sketch);
            let words = told.words.get_or_init(|| Terms::new(told.sketch.telling()));
            let scale = told.sketch.telling_scale().max(other.telling_scale());
            self.share(words, other.telling(), scale)
        })
    }

    /// Figures of the shorter that the longer has.
    pub(super) fn figures(&self) -> Share {
        *self.figures.get_or_init(|| {
            let told = &self.told;
            let figures = told.figures.get_or_init(|| Terms::new(told.sketch.figures()));
            self.share(figures, self.other.sketch.figures(), 0)
        })
    }

    fn share(&self, terms: &Terms, other: impl Iterator<Item = Term>, scale: u8) -> Share {
        let is_shorter = Overlap::is_shorter(self.told.sketch, &self.other.sketch);
        let copies = self.told.stories.iter().filter(|story| **story == self.other.story).count();
        let copies = u32::try_from(copies).unwrap_or(u32::MAX);
        terms.share(other, is_shorter, scale, copies, self.told.rarity)
    }

    /// Whether the texts share their frame, quotations or a page, and tell of different things.
    pub(super) fn is_other(&self, t: &Thresholds) -> bool {
        self.words().whole >= t.other_words_least && self.words().of_whole() < t.other_words
    }
}

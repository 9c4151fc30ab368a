//! Why two articles were judged as they were, in full: for people, never for the verdict.

use super::{
    Candidate, Thresholds,
    compare::{Overlap, guards, needed},
    rewrite::Tally,
    sketch::Sketch,
    substance::Substance,
    terms::Share,
};
use crate::model::{ArticleId, StoryId};

/// What two articles are to each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// Nothing to speak of, or only furniture or a template.
    Unrelated,
    /// Much is shared, as by reports of one event.
    Related,
    /// Copies of one text.
    Copy,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Unrelated, Self::Related, Self::Copy];

    /// The stable spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unrelated => "unrelated",
            Self::Related => "related",
            Self::Copy => "copy",
        }
    }
}

/// What decided: for a copy, or against it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ground {
    /// A copy: the same text once more, numbers and headline equal.
    SameAgain,
    /// A copy: the wording itself was taken over.
    Reprinted,
    /// A copy: reworded, but what it tells was kept.
    Rewritten,
    /// A copy: a summary under the same headline on the same day.
    Headline,
    /// Most of the shorter text is what many stories have.
    Furniture,
    /// One publisher's page around different texts.
    Page,
    /// The same frame with other numbers.
    Template,
    /// Too little of the wording is shared.
    TooLittle,
    /// So little is shared that it may be an official name.
    Thin,
    /// What is shared is quoted: others heard it, too.
    Quotes,
    /// The frame is shared, the telling words are others.
    OtherWords,
    /// One publisher's report of the same thing another day.
    Series,
    /// It is like one of the story, but not like the longest.
    Drift,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 13] = [
        Self::SameAgain,
        Self::Reprinted,
        Self::Rewritten,
        Self::Headline,
        Self::Furniture,
        Self::Page,
        Self::Template,
        Self::TooLittle,
        Self::Thin,
        Self::Quotes,
        Self::OtherWords,
        Self::Series,
        Self::Drift,
    ];

    /// What can speak against a copy, in the order of asking.
    pub const GUARDS: &[Self] = Self::ALL.split_at(4).1;

    /// The stable spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameAgain => "same_again",
            Self::Reprinted => "reprinted",
            Self::Rewritten => "rewritten",
            Self::Headline => "headline",
            Self::Furniture => "furniture",
            Self::Page => "page",
            Self::Template => "template",
            Self::TooLittle => "too_little",
            Self::Thin => "thin",
            Self::Quotes => "quotes",
            Self::OtherWords => "other_words",
            Self::Series => "series",
            Self::Drift => "drift",
        }
    }
}

/// A verdict with what decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) ground: Ground,
}

/// Why an article and another were judged as they were; shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The article compared with.
    pub other: ArticleId,
    /// Its story then.
    pub story: StoryId,
    /// What they are to each other.
    pub verdict: Verdict,
    /// What decided.
    pub ground: Ground,
    /// Containment in the shorter text, quotations and all.
    pub containment: f64,
    /// The same with quotations and what several stories share discounted.
    pub discounted: f64,
    /// The discounted containment that makes a copy.
    pub needed: f64,
    /// Containment outside quotations.
    pub unquoted: f64,
    /// Containment in the lead.
    pub lead: f64,
    /// The share of the headline in common.
    pub title: f64,
    /// Telling words kept.
    pub words: Share,
    /// Figures kept.
    pub figures: Share,
    /// Everything that speaks against a copy by wording.
    pub against: Vec<Ground>,
    /// The evidence for a rewritten copy, where it is asked.
    pub tally: Option<Tally>,
}

impl Account {
    /// Puts together what is known of two sketches.
    pub(super) fn of(
        sketch: &Sketch,
        other: &Candidate,
        overlap: &Overlap,
        judgement: Judgement,
        substance: &Substance<'_>,
        thresholds: &Thresholds,
    ) -> Self {
        let mut against = guards(sketch, &other.sketch, overlap, substance, thresholds);
        if judgement.ground == Ground::Drift {
            against.push(Ground::Drift);
        }
        Self {
            other: other.article,
            story: other.story,
            verdict: judgement.verdict,
            ground: judgement.ground,
            containment: overlap.containment(),
            discounted: overlap.similarity(),
            needed: needed(sketch, &other.sketch, overlap, thresholds),
            unquoted: overlap.plain_containment(),
            lead: overlap.lead_containment(),
            title: overlap.title(),
            words: substance.words(),
            figures: substance.figures(),
            against,
            tally: Tally::of(sketch, &other.sketch, overlap, substance, &thresholds.rewrite),
        }
    }

    /// How far the decision was from being the other one, 0 when by a hair: for what was joined the
    /// margin of the stronger evidence, for another the distance of what came nearest. A copy that
    /// was not joined has none: it is more like another story.
    pub fn margin(&self, joined: bool) -> f64 {
        let wording = self.discounted / self.needed;
        let substance = self.tally.as_ref().map(Tally::reach);
        let roads = [Some(wording), substance].into_iter().flatten();
        match (self.verdict, self.ground) {
            (Verdict::Copy, ground) if ground != Ground::Drift && !joined => 0.0,
            (Verdict::Copy, Ground::SameAgain) => 1.0,
            (Verdict::Copy, Ground::Reprinted | Ground::Rewritten) => {
                roads.fold(1.0, f64::max) - 1.0
            }
            _ => roads.map(|reach| (reach - 1.0).abs()).fold(1.0, f64::min),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(verdict: Verdict, ground: Ground, discounted: f64) -> Account {
        Account {
            other: ArticleId(1),
            story: StoryId(1),
            verdict,
            ground,
            containment: discounted,
            discounted,
            needed: 0.5,
            unquoted: discounted,
            lead: 0.0,
            title: 0.0,
            words: Share::default(),
            figures: Share::default(),
            against: Vec::new(),
            tally: None,
        }
    }

    #[test]
    fn the_margin_is_small_near_what_is_needed_on_either_side() {
        let margin = |verdict, ground, found| {
            account(verdict, ground, found).margin(verdict == Verdict::Copy)
        };
        let copy = |found| margin(Verdict::Copy, Ground::Reprinted, found);
        let other = |found| margin(Verdict::Related, Ground::TooLittle, found);
        assert!(copy(0.51) < copy(0.6) && copy(0.6) < copy(0.9));
        assert!(other(0.49) < other(0.4) && other(0.4) < other(0.1));
        assert!(copy(0.51) < 0.05 && other(0.49) < 0.05);
        assert!(margin(Verdict::Copy, Ground::SameAgain, 0.5) > copy(0.9));
    }

    #[test]
    fn a_copy_is_as_certain_as_the_better_of_its_reasons() {
        let mut copy = account(Verdict::Copy, Ground::Reprinted, 0.51);
        copy.tally = Some(Tally {
            factors: [(super::super::Factor::Plain, 9.0, 1.0); 5],
            needed: 6.0,
            least: (super::super::Factor::Figures, 9.0, 3.0),
        });
        assert!(copy.margin(true) > 1.0, "{}", copy.margin(true));
    }

    #[test]
    fn spellings_are_distinct() {
        let spelled: std::collections::BTreeSet<_> =
            Ground::ALL.iter().map(|ground| ground.as_str()).collect();
        assert_eq!(spelled.len(), Ground::ALL.len());
    }
}

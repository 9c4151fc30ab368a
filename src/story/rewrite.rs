//! Recognises the copy that a desk rewrote: little of the wording is left, what it tells is.

use super::{
    compare::Overlap,
    sketch::{Bare, Sketch},
    substance::Substance,
};

/// Words of a text whose length speaks neither for nor against.
const USUAL_LENGTH: f64 = 200.0;

/// Weights of evidence for a rewritten copy, in natural logarithms of the odds.
///
/// Fitted by logistic regression on the pairs of the development sets that are not copies by
/// wording, then searched around for the most copies at which no look-alike was merged.
#[derive(Clone, Debug, PartialEq)]
pub struct RewriteWeights {
    /// Of the square root of the containment outside quotations: the first sentences kept say
    /// most.
    pub plain: f64,
    /// Of the share of telling words kept.
    pub words: f64,
    /// Of the logarithm of the figures kept: invented by nobody and copied by all.
    pub figures: f64,
    /// Against, of the logarithm of the length over the usual: long texts share much by chance.
    pub length: f64,
    /// For, where both are credited to one agency.
    pub same_credit: f64,
    /// Against, where they are credited to different ones: two agencies at one press conference.
    pub other_credit: f64,
    /// What is needed.
    pub needed: f64,
    /// Figures that must be kept; where there are fewer, nothing tells a copy from another report.
    pub least_figures: f64,
    /// The containment outside quotations that there must be: reports of one match share its score.
    pub least_plain: f64,
    /// Words of the shorter text from which on this is asked; the rest is `brief`.
    pub least_words: u32,
    /// What is asked of shorter texts.
    pub brief: BriefWeights,
}

/// The weights for summaries and short cuts, of which a few sentences are all there is.
#[derive(Clone, Debug, PartialEq)]
pub struct BriefWeights {
    /// Of the containment outside quotations.
    pub plain: f64,
    /// Of the logarithm of the telling words kept.
    pub words: f64,
    /// Of the logarithm of the figures kept.
    pub figures: f64,
    /// Of the share of the headline in common.
    pub title: f64,
    /// What is needed.
    pub needed: f64,
    /// Telling words that must be kept: a sentence and a half of a frame is no text.
    pub least_words: f64,
}

impl RewriteWeights {
    /// The same weights with another sum that is needed; shorter texts need as much more or less.
    #[must_use]
    pub fn with_needed(self, needed: f64) -> Self {
        let brief = self.brief.needed * needed / self.needed;
        Self { needed, brief: BriefWeights { needed: brief, ..self.brief }, ..self }
    }
}

impl Default for RewriteWeights {
    fn default() -> Self {
        Self {
            plain: 1.3,
            words: 4.1,
            figures: 2.2,
            length: 2.8,
            same_credit: 1.5,
            other_credit: 1.4,
            needed: 6.0,
            least_figures: 4.0,
            least_plain: 0.03,
            least_words: 80,
            brief: BriefWeights {
                plain: 5.1,
                words: 0.5,
                figures: 1.34,
                title: 1.45,
                needed: 4.6,
                least_words: 5.5,
            },
        }
    }
}

/// A kind of evidence for a copy that was rewritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Factor {
    /// Wording kept outside quotations.
    Plain,
    /// Telling words kept.
    Words,
    /// Figures kept.
    Figures,
    /// The length of the shorter text.
    Length,
    /// Words of the headline in common.
    Title,
    /// The agencies that both are credited to.
    Credit,
}

impl Factor {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Plain, Self::Words, Self::Figures, Self::Length, Self::Title, Self::Credit];

    /// The stable spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Words => "words",
            Self::Figures => "figures",
            Self::Length => "length",
            Self::Title => "title",
            Self::Credit => "credit",
        }
    }
}

/// The evidence for a rewritten copy, added up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// Each kind of evidence with its weight and its value; the sum of the products counts.
    pub factors: [(Factor, f64, f64); 5],
    /// The sum that is needed.
    pub needed: f64,
    /// What must be kept whatever the sum: how much of it was, and how much is the least.
    pub least: (Factor, f64, f64),
}

impl Tally {
    /// Adds up what speaks for and against; `None` where it is not asked at all, of one
    /// publisher's texts or where next to no wording is shared.
    pub(super) fn of(
        a: &Sketch,
        b: &Sketch,
        overlap: &Overlap,
        substance: &Substance<'_>,
        weights: &RewriteWeights,
    ) -> Option<Self> {
        if !Self::is_asked(a, b, overlap, weights) {
            return None;
        }
        let plain = overlap.plain_containment();
        let length = a.words().min(b.words());
        let (words, figures) = (substance.words(), substance.figures().shared);
        let credit = credit(a.credits(), b.credits(), weights);
        Some(if length < weights.least_words {
            let brief = &weights.brief;
            Self {
                factors: [
                    (Factor::Plain, brief.plain, plain),
                    (Factor::Words, brief.words, words.shared.ln_1p()),
                    (Factor::Figures, brief.figures, figures.ln_1p()),
                    (Factor::Title, brief.title, overlap.title()),
                    credit,
                ],
                needed: brief.needed,
                least: (Factor::Words, words.shared, brief.least_words),
            }
        } else {
            Self {
                factors: [
                    (Factor::Plain, weights.plain, plain.sqrt()),
                    (Factor::Words, weights.words, words.of_whole()),
                    (Factor::Figures, weights.figures, figures.ln_1p()),
                    (Factor::Length, -weights.length, (f64::from(length) / USUAL_LENGTH).ln()),
                    credit,
                ],
                needed: weights.needed,
                least: (Factor::Figures, figures, weights.least_figures),
            }
        })
    }

    fn is_asked(a: &Sketch, b: &Sketch, overlap: &Overlap, weights: &RewriteWeights) -> bool {
        !a.same_publisher(b) && overlap.plain_containment() >= weights.least_plain
    }

    /// What the evidence comes to.
    pub fn sum(&self) -> f64 {
        self.factors.iter().map(|(_, weight, value)| weight * value).sum()
    }

    /// How much of what is needed there is, 1 when it is just enough; never negative.
    pub fn reach(&self) -> f64 {
        let (_, kept, least) = self.least;
        (kept / least).min(self.sum() / self.needed).max(0.0)
    }

    /// Whether it is enough.
    pub fn is_enough(&self) -> bool {
        let (_, kept, least) = self.least;
        kept >= least && self.sum() >= self.needed
    }
}

/// Whether two texts of different publishers are copies although their wording differs.
pub(super) fn is_rewritten(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    weights: &RewriteWeights,
) -> bool {
    let is_brief = a.words().min(b.words()) < weights.least_words;
    // Figures are few, and where they are not enough the many words need not be looked at.
    let may_be = || is_brief || substance.figures().shared >= weights.least_figures;
    Tally::is_asked(a, b, overlap, weights)
        && may_be()
        && Tally::of(a, b, overlap, substance, weights).is_some_and(|tally| tally.is_enough())
}

/// What the stated credits say for or against.
fn credit(a: &[Bare], b: &[Bare], weights: &RewriteWeights) -> (Factor, f64, f64) {
    if a.is_empty() || b.is_empty() {
        (Factor::Credit, weights.same_credit, 0.0)
    } else if a.iter().any(|agency| b.contains(agency)) {
        (Factor::Credit, weights.same_credit, 1.0)
    } else {
        (Factor::Credit, -weights.other_credit, 1.0)
    }
}

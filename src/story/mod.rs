//! Which articles are copies of one text, and whose text it is.

mod account;
pub mod attribution;
mod body;
pub mod change;
mod common;
mod compare;
mod index;
mod packed;
mod related;
pub mod rewrite;
mod run;
pub mod signal;
pub mod sketch;
mod substance;
pub mod terms;
pub mod window;

use std::{cmp::Reverse, collections::BTreeSet, rc::Rc};

use crate::model::{ArticleId, StoryId};

pub use account::{Account, Ground, Verdict};
pub use attribution::{
    Agencies, Agency, Authorship, Certainty, Citation, CopyOf, Credit, Imprint, Inferred,
    Provenance, Publisher, Sign, Zone, attribute, inferred, signed, slug,
};
pub use body::body_hash;
pub use change::{Change, Fate, Figure, Piece, is_retitled};
pub use rewrite::{Factor, Tally};
pub use run::{SharedRun, shared_passages, shared_run};
pub use signal::{Named, Signals, is_withdrawn_status, notice, signal, unlabelled};
pub use sketch::{Sketch, Subject};
pub use terms::{Counts, Rarity, Share};
pub use window::{Candidate, Window};

use account::Judgement;
use common::{Common, Meeting};
use compare::{Overlap, judge, relation};
use related::{RelatedWeights, is_another_instance, tells_the_same};
use rewrite::RewriteWeights;
use substance::{Substance, Told};

/// Other stories whose account is given, at most; each takes some 500 bytes when it is stored.
const MOST_ACCOUNTS: usize = 4;
/// Other stories that are looked at for it, the most alike first.
const MOST_LOOKED_AT: usize = 8;
/// Margin from which on nobody would think of a copy.
const NEAR: f64 = 0.5;

/// Every threshold of the verdict, each with where it comes from.
///
/// Containments and shares are from 0 to 1; counts of shingles are of the text, not of its sample.
/// "Measured" means on the labelled development sets that `tests/it/cluster.rs` names.
///
/// What each guard is worth there, as F1 and, in brackets, precision when it alone is left out;
/// blank where nothing changes. The last column has each second article cut to a summary.
///
/// | left out | newscluster | allsides | reuters-templates | synthetic | newsroom | languages | mixed newscluster |
/// |---|---|---|---|---|---|---|---|
/// | nothing | .986 (.972) | .921 (.853) | .998 (.997) | .994 (1) | .949 (1) | .833 (1) | .932 (.895) |
/// | `shared_by_some`, `shared_by_many` | .946 (.897) | | .996 (.994) | | | | .919 (.872) |
/// | rewritten copies | 1 (1) | .935 (.879) | | .994 (1) | .463 (1) | .415 (1) | .971 (.971) |
/// | `copy_thin` | .972 (.946) | | | .996 (1) | | | |
/// | `own_title`, `own_lead` | | .879 (.784) | | | | | |
/// | `quoted_weight` | | .892 (.806) | | .996 (1) | | | |
/// | `other_words` | | .906 (.829) | | .995 (1) | | | |
/// | `lead_penalty` | | .906 (.829) | | | | | |
/// | templates | | | .997 (.995) | | | | |
/// | series | | | .992 (.984) | | | | |
/// | one headline | | | | .992 (1) | | | .914 (.914) |
/// | `headline_wording` | | | | | | | .861 (.773) |
///
/// `title_allowance` finds four more of the 206 copies in `newsroom` when all is cut to summaries.
/// `plain_containment`, `own_share`, `same_again`, `drift` and `shared_shingles` change nothing, or
/// cost a little recall of summaries: they are for what the sets do not have, interviews, pages of
/// nothing but furniture, long chains of copies, one sentence that is an official name.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// How long a text can still gain copies; of real copies, few come later than four days.
    pub window: std::time::Duration,
    /// How many of the newest articles are remembered for that at most; each takes some 1,200 bytes of
    /// memory.
    pub articles: usize,
    /// Containment that makes a copy; measured, flat from .5 to .6.
    pub copy: f64,
    /// The same where there are fewer than `thin_shingles`: a single sentence weighs much there.
    pub copy_thin: f64,
    /// See `copy_thin`.
    pub thin_shingles: f64,
    /// Containment, quotations and all, that makes reports related: the same statement, told
    /// independently, reaches it.
    pub related: f64,
    /// Weights of evidence for an event told in other words.
    pub told_alike: RelatedWeights,
    /// Related stories named at most, so that an event told by hundreds stays readable.
    pub most_related: usize,
    /// Shared shingles below which nothing is said: two sentences of an official name.
    pub shared_shingles: f64,
    /// What a quoted shingle weighs: everybody at the press conference heard the same.
    pub quoted_weight: f64,
    /// Containment outside quotation marks that a copy has as well …
    pub plain_containment: f64,
    /// … where at least so many shingles stand outside.
    pub plain_shingles: f64,
    /// Stories from which on a shingle is rarely a text's own, and what it weighs then.
    pub shared_by_some: (u8, f64),
    /// Stories from which on a shingle is furniture, and weighs nothing.
    pub shared_by_many: u8,
    /// The share of a text that must be its own for the rest to be judged.
    pub own_share: f64,
    /// Resemblance above which even common text is the same text again, numbers and headline equal.
    pub same_again: f64,
    /// Copies of one publisher share so much of their headlines …
    pub own_title: f64,
    /// … or of their leads; else they share the page.
    pub own_lead: f64,
    /// From this share of common headline words, of at least `title_words`, a thin text needs …
    pub title_agrees: f64,
    /// See `title_agrees`.
    pub title_words: usize,
    /// … so much less: a headline in common nearly makes up for the thinness.
    pub title_allowance: f64,
    /// Below this containment of the lead, and with other headlines, more is needed: pages of a
    /// chain of papers share their tails.
    pub lead_differs: f64,
    /// Headlines with less in common are others.
    pub title_differs: f64,
    /// How much more; measured, up to .25 no copy is lost.
    pub lead_penalty: f64,
    /// Templates: less of the leads' numbers in common than this is another instance …
    pub template_numbers: f64,
    /// … or than this when they are at least `template_hours` apart.
    pub template_numbers_later: f64,
    /// See `template_numbers_later`.
    pub template_hours: i64,
    /// Words below which a text can be a template at once.
    pub template_words: u32,
    /// Summaries of different publishers under one headline are copies within so many hours; the
    /// headline of a column comes again the next day.
    pub headline_hours: i64,
    /// Where one of the headlines may have been cut, the containment that is needed as well: of
    /// natural headlines, too, the longer often tells more.
    pub headline_wording: f64,
    /// Where only one of them is a summary, the share of its telling words that the other has.
    pub headline_words: f64,
    /// The longest member of a story must agree to this share of `copy` …
    pub drift: f64,
    /// … or have this share of its telling words …
    pub drift_words: f64,
    /// … unless the best match is at least so close.
    pub drift_free: f64,
    /// Containment of a verbatim copy: dateline, credit and house style may differ.
    pub verbatim: f64,
    /// How long a verbatim copy is at least, as a share of the other.
    pub verbatim_length: f64,
    /// Containment of a cut: what is left is left as it was.
    pub cut: f64,
    /// With at least so many rare words in the shorter text …
    pub other_words_least: f64,
    /// … and less than this share of them in the longer, it is another text in the same frame.
    pub other_words: f64,
    /// One publisher's short reports, so many hours apart or more, …
    pub series_hours: i64,
    /// … are a series where there are at least so many rare figures …
    pub series_least_figures: f64,
    /// … and less than this share of them is the same, …
    pub series_figures: f64,
    /// … unless so much is contained.
    pub series_free: f64,
    /// Weights of evidence for a copy that was rewritten.
    pub rewrite: RewriteWeights,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            window: std::time::Duration::from_hours(4 * 24),
            articles: 500_000,
            copy: 0.5,
            copy_thin: 0.62,
            thin_shingles: 60.0,
            related: 0.3,
            told_alike: RelatedWeights::default(),
            most_related: 8,
            shared_shingles: 8.0,
            quoted_weight: 0.35,
            plain_containment: 0.35,
            plain_shingles: 30.0,
            shared_by_some: (3, 0.4),
            shared_by_many: 5,
            own_share: 0.25,
            same_again: 0.9,
            own_title: 0.35,
            own_lead: 0.5,
            title_agrees: 0.8,
            title_words: 4,
            title_allowance: 0.1,
            lead_differs: 0.15,
            title_differs: 0.25,
            lead_penalty: 0.25,
            template_numbers: 0.34,
            template_numbers_later: 0.67,
            template_hours: 48,
            template_words: 170,
            headline_hours: 24,
            headline_wording: 0.12,
            headline_words: 0.4,
            drift: 0.6,
            drift_words: 0.3,
            drift_free: 0.8,
            verbatim: 0.9,
            verbatim_length: 0.9,
            cut: 0.85,
            other_words_least: 15.0,
            other_words: 0.45,
            series_hours: 12,
            series_least_figures: 0.5,
            series_figures: 0.8,
            series_free: 0.97,
            rewrite: RewriteWeights::default(),
        }
    }
}

/// How an article stands to the lead of its story.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relation {
    /// The first, or the agency's own.
    Lead,
    /// The whole text, unchanged.
    Verbatim,
    /// The text, shortened.
    Cut,
    /// The text, reworded or added to.
    Rewritten,
    /// Another version by the same publisher.
    Revision,
}

/// Why two articles were judged as they were.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The article compared with.
    pub other: ArticleId,
    /// Containment in the shorter text, 0 to 1.
    pub similarity: f64,
    /// What it is to the other.
    pub relation: Relation,
}

/// Where an article belongs.
#[derive(Clone, Debug, PartialEq)]
pub enum Assignment {
    /// Nothing like it is known.
    Opens {
        /// Stories that tell the same event in other words, best first.
        related: Vec<(StoryId, Evidence)>,
    },
    /// It is a copy.
    Joins {
        /// Of this story.
        story: StoryId,
        /// Because of this.
        evidence: Evidence,
        /// Stories that tell the same event in other words, best first.
        related: Vec<(StoryId, Evidence)>,
    },
}

/// Judges candidates, best first; does not depend on their order.
pub fn assign(
    sketch: &Sketch,
    candidates: &[Candidate],
    rarity: Rarity<'_>,
    thresholds: &Thresholds,
) -> Assignment {
    Trial::of(sketch, candidates, rarity, thresholds).assignment()
}

/// What an article is to another, given that they are copies.
pub fn relate(sketch: &Sketch, other: &Candidate, thresholds: &Thresholds) -> Evidence {
    let common = Common::new(sketch);
    let met = common.meet(sketch, &other.sketch);
    let overlap = Overlap::of(sketch, &other.sketch, &common, &met, thresholds);
    Evidence {
        other: other.article,
        similarity: overlap.containment(),
        relation: relation(sketch, &other.sketch, &overlap, thresholds),
    }
}

/// An article before the candidates that it may be a copy of.
pub struct Trial<'a> {
    sketch: &'a Sketch,
    thresholds: &'a Thresholds,
    /// Best first.
    compared: Vec<Compared<'a>>,
    /// Which of them is the reason to join a story.
    joined: Option<usize>,
}

impl<'a> Trial<'a> {
    /// Compares with every candidate that is near enough in time.
    pub fn of(
        sketch: &'a Sketch,
        candidates: &'a [Candidate],
        rarity: Rarity<'a>,
        thresholds: &'a Thresholds,
    ) -> Self {
        let near: Vec<&Candidate> =
            candidates.iter().filter(|other| within(sketch, &other.sketch, thresholds)).collect();
        let (common, met) = Common::among(sketch, &near, thresholds);
        let told = Rc::new(Told::new(sketch, &near, rarity));
        let compare = |(other, met): (&'a Candidate, &Meeting)| {
            let overlap = Overlap::of(sketch, &other.sketch, &common, met, thresholds);
            let substance = Substance::of(&told, other);
            let judgement = judge(sketch, &other.sketch, &overlap, &substance, thresholds);
            Compared { other, overlap, substance, judgement }
        };
        let mut compared: Vec<Compared<'_>> = near.into_iter().zip(&met).map(compare).collect();
        compared.sort_by(Compared::best_first);
        let joins = |best: &Compared<'_>| joins(best, &compared, thresholds);
        let joined = compared.iter().position(joins);
        Self { sketch, thresholds, compared, joined }
    }

    /// What the article is.
    pub fn assignment(&self) -> Assignment {
        let joined = self.joined.map(|at| &self.compared[at]);
        let story = joined.map(|best| best.other.story);
        let related = related(self.sketch, &self.compared, story, self.thresholds);
        match joined {
            Some(best) => Assignment::Joins {
                story: best.other.story,
                evidence: best.evidence(self.sketch, self.thresholds),
                related,
            },
            None => Assignment::Opens { related },
        }
    }

    /// Why, in full: the article it joins by, then the nearest of other stories, the least certain
    /// first.
    pub fn accounts(&self) -> Vec<Account> {
        let mut stories = BTreeSet::new();
        let joined = self.joined.map(|at| &self.compared[at]);
        stories.extend(joined.map(|best| best.other.story));
        let others = self.compared.iter().filter(|one| stories.insert(one.other.story));
        let mut others: Vec<Account> =
            others.take(MOST_LOOKED_AT).map(|one| self.account(one)).collect();
        others.retain(|one| one.verdict != Verdict::Unrelated || one.margin(false) < NEAR);
        others.sort_by(|a, b| a.margin(false).total_cmp(&b.margin(false)));
        others.truncate(MOST_ACCOUNTS);
        joined.map(|best| self.account(best)).into_iter().chain(others).collect()
    }

    fn account(&self, one: &Compared<'_>) -> Account {
        let Compared { other, overlap, substance, judgement } = one;
        let joins = joins(one, &self.compared, self.thresholds);
        let drifts = judgement.verdict == Verdict::Copy && !joins;
        let ground = if drifts { Ground::Drift } else { judgement.ground };
        let judgement = Judgement { ground, ..*judgement };
        Account::of(self.sketch, other, overlap, judgement, substance, self.thresholds)
    }
}

/// A candidate and what was found.
struct Compared<'a> {
    other: &'a Candidate,
    overlap: Overlap,
    substance: Substance<'a>,
    judgement: Judgement,
}

impl Compared<'_> {
    /// Copies before related texts; the closest, of these the fullest, of these the earliest of the
    /// newest story: two stories have the same text when people took them apart.
    fn best_first(&self, other: &Self) -> std::cmp::Ordering {
        let [a, b] = [self, other].map(|one| &one.overlap);
        let age = |one: &Self| (one.other.sketch.at(), one.other.article);
        (other.judgement.verdict.cmp(&self.judgement.verdict))
            .then_with(|| b.similarity().total_cmp(&a.similarity()))
            .then_with(|| b.resemblance().total_cmp(&a.resemblance()))
            .then_with(|| other.other.story.cmp(&self.other.story))
            .then_with(|| age(self).cmp(&age(other)))
    }

    fn evidence(&self, sketch: &Sketch, thresholds: &Thresholds) -> Evidence {
        Evidence {
            other: self.other.article,
            similarity: self.overlap.containment(),
            relation: relation(sketch, &self.other.sketch, &self.overlap, thresholds),
        }
    }
}

fn within(a: &Sketch, b: &Sketch, thresholds: &Thresholds) -> bool {
    a.at().duration_since(b.at()).unsigned_abs() <= thresholds.window
}

/// Whether a copy is the reason to join its story.
fn joins(best: &Compared<'_>, compared: &[Compared<'_>], thresholds: &Thresholds) -> bool {
    best.judgement.verdict == Verdict::Copy && !drifts(best, compared, thresholds)
}

/// Whether the best match is a copy but the longest member of its story is another text: by small
/// steps a story would become another.
fn drifts(best: &Compared<'_>, compared: &[Compared<'_>], thresholds: &Thresholds) -> bool {
    let longest = compared
        .iter()
        .filter(|one| one.other.story == best.other.story)
        .max_by_key(|one| (one.other.sketch.words(), Reverse(one.other.article)));
    best.overlap.similarity() < thresholds.drift_free
        && longest.is_some_and(|longest| {
            // Two summaries under one headline need not have a word in common.
            let is_brief = longest.other.sketch.words() < thresholds.rewrite.least_words;
            !(is_brief && best.judgement.ground == Ground::Headline)
                && longest.overlap.similarity() < thresholds.drift * thresholds.copy
                && longest.substance.words().of_whole() < thresholds.drift_words
                && longest.judgement.ground != Ground::Headline
        })
}

/// The best candidate of each related story but the article's own. A copy tells what its story
/// tells, so that events told in other words are looked for only where an article opens one.
fn related(
    sketch: &Sketch,
    compared: &[Compared<'_>],
    own: Option<StoryId>,
    thresholds: &Thresholds,
) -> Vec<(StoryId, Evidence)> {
    let weights = &thresholds.told_alike;
    let mut seen: BTreeSet<StoryId> = own.into_iter().collect();
    let mut asked = 0;
    let is_related = |one: &&Compared<'_>| {
        let other = &one.other.sketch;
        match one.judgement.verdict {
            Verdict::Copy => true,
            Verdict::Related => !is_another_instance(sketch, other, &one.substance, weights),
            Verdict::Unrelated if own.is_none() && asked < weights.most_asked => {
                asked += 1;
                tells_the_same(sketch, other, &one.overlap, &one.substance, weights)
            }
            Verdict::Unrelated => false,
        }
    };
    compared
        .iter()
        .filter(is_related)
        .filter(|one| seen.insert(one.other.story))
        .map(|one| (one.other.story, one.evidence(sketch, thresholds)))
        .take(thresholds.most_related)
        .collect()
}

#[cfg(test)]
mod tests;

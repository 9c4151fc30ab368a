//! How much of the shorter of two texts stands in the longer.

use super::{
    Relation, Thresholds,
    account::{Ground, Judgement, Verdict},
    common::{Common, Meeting, Spread},
    rewrite::is_rewritten,
    sketch::{Bare, Mark, Sketch},
    substance::Substance,
};

/// What two sketches share at the coarser of their scales, seen from the shorter text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overlap {
    scale: u8,
    /// Weight of the shorter text as if nothing were furniture.
    total: f64,
    /// Weight of the shorter text, and how much of it the longer has.
    whole: f64,
    shared: f64,
    /// The same with quotations at full weight, and what some stories share, too: furniture is
    /// never quoted.
    heard: f64,
    heard_shared: f64,
    /// The same without what is quoted.
    plain: f64,
    plain_shared: f64,
    /// The same for the lead, in shingles.
    lead: u32,
    lead_shared: u32,
    /// Shingles, unweighted.
    shorter: u32,
    longer: u32,
    both: u32,
    /// Shared shingles that have any weight.
    telling: u32,
    /// The share of the headline in common.
    title: f64,
    /// How alike the headlines are.
    headlines: Headlines,
}

impl Overlap {
    /// Compares the article that `common` knows with another.
    pub(super) fn of(
        article: &Sketch,
        other: &Sketch,
        common: &Common,
        met: &Meeting,
        thresholds: &Thresholds,
    ) -> Self {
        let is_shorter = Self::is_shorter(article, other);
        let scale = article.scale().max(other.scale());
        let mut overlap = Self {
            scale,
            longer: if is_shorter { met.shingles() } else { common.shingles(scale) },
            title: shared_share(article.title(), other.title()),
            headlines: Headlines::of(article, other, common),
            ..Self::default()
        };
        for (kind, many) in Kinds::of(common, met, is_shorter, scale).iter() {
            overlap.count(kind, many, thresholds);
        }
        overlap
    }

    /// Whether the first is the shorter of two texts, by words read, so that the answer does not
    /// depend on the order of the two unless they are equal.
    pub(super) fn is_shorter(a: &Sketch, b: &Sketch) -> bool {
        (a.words(), a.marks().len()) <= (b.words(), b.marks().len())
    }

    /// Counts `many` shingles of a kind.
    fn count(&mut self, kind: Kind, many: u32, thresholds: &Thresholds) {
        let Kind { mark, shared, spread } = kind;
        let quoted = mark.is_quoted();
        let (times, weight) = (f64::from(many), spread.weight(thresholds));
        let voice = if quoted { thresholds.quoted_weight } else { 1.0 };
        let weighted = times * weight * voice;
        let heard = if quoted || weight > 0.0 { times } else { 0.0 };
        let plain = if quoted { 0.0 } else { times * weight };
        let lead = if mark.is_lead() { many } else { 0 };
        self.shorter += many;
        self.total += times * voice;
        self.whole += weighted;
        self.heard += heard;
        self.lead += lead;
        self.plain += plain;
        if shared {
            self.both += many;
            self.shared += weighted;
            self.heard_shared += heard;
            self.lead_shared += lead;
            self.plain_shared += plain;
            self.telling += if weighted > 0.0 { many } else { 0 };
        }
    }

    /// Containment in the shorter text, quotations discounted: what the verdict rests on.
    pub(super) fn similarity(&self) -> f64 {
        share(self.shared, self.whole)
    }

    /// Containment in the shorter text, quotations and all: what is told to people.
    pub(super) fn containment(&self) -> f64 {
        share(self.heard_shared, self.heard)
    }

    /// Containment in the shorter text, quotations left out.
    pub(super) fn plain_containment(&self) -> f64 {
        share(self.plain_shared, self.plain)
    }

    /// The share of the shorter headline's words that the other has.
    pub(super) fn title(&self) -> f64 {
        self.title
    }

    /// Jaccard, unweighted.
    pub(super) fn resemblance(&self) -> f64 {
        share(f64::from(self.both), f64::from(self.shorter + self.longer - self.both))
    }

    /// Containment in the lead of the shorter text.
    pub(super) fn lead_containment(&self) -> f64 {
        share(f64::from(self.lead_shared), f64::from(self.lead))
    }

    /// How many shingles of the texts `sampled` stands for.
    fn unsampled(&self, sampled: f64) -> f64 {
        sampled * f64::from(1_u32 << self.scale)
    }

    /// Whether too much of the shorter text is furniture to speak of the rest.
    fn is_mostly_furniture(&self, thresholds: &Thresholds) -> bool {
        self.whole < thresholds.own_share * self.total
    }

    /// Whether so little is shared that it may be an official name.
    fn is_thin(&self, thresholds: &Thresholds) -> bool {
        self.unsampled(f64::from(self.telling)) < thresholds.shared_shingles
    }

    /// Whether what is shared is shared outside quotation marks, too.
    fn is_only_quotes(&self, thresholds: &Thresholds) -> bool {
        self.unsampled(self.plain) >= thresholds.plain_shingles
            && self.plain_containment() < thresholds.plain_containment
    }
}

/// How alike two headlines are that have enough words to tell one story from another.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Headlines {
    /// They are others, or more than one other story has such a headline.
    #[default]
    Others,
    /// All words of the one are in the other: it may have been cut, or the other tells more.
    Cut,
    /// The same words.
    Same,
}

impl Headlines {
    fn of(article: &Sketch, other: &Sketch, common: &Common) -> Self {
        let are_long = article.headline().is_some() && other.headline().is_some();
        if !are_long || !common.headline_is_own {
            Self::Others
        } else if article.title() == other.title() {
            Self::Same
        } else if shared_share(article.title(), other.title()) >= 1.0 {
            Self::Cut
        } else {
            Self::Others
        }
    }
}

/// What is to be known of a shingle of the shorter text.
#[derive(Clone, Copy)]
struct Kind {
    /// Where it stands; the hash is gone.
    mark: Mark,
    /// Whether the longer text has it.
    shared: bool,
    spread: Spread,
}

/// How many shingles of each kind the shorter text has: there are few kinds, and to count is
/// quicker than to weigh each shingle.
struct Kinds([[[u32; 4]; 2]; Spread::ALL.len()]);

impl Kinds {
    /// Counts the shingles of the article that `common` knows when it is the shorter, else those
    /// of the other.
    fn of(common: &Common, met: &Meeting, is_shorter: bool, scale: u8) -> Self {
        let all = if is_shorter { *common.kinds(scale) } else { met.kinds() };
        let mut kinds = Self(all.map(|flags| [flags, [0; 4]]));
        for shared in &met.shared {
            let (mark, spread) = common.marks()[usize::from(shared.at)];
            let (was, flags) = if is_shorter {
                (spread, mark.flags())
            } else {
                (Spread::Own, shared.flags.into())
            };
            kinds.0[was as usize][0][flags] -= 1;
            kinds.0[spread as usize][1][flags] += 1;
        }
        kinds
    }

    fn iter(&self) -> impl Iterator<Item = (Kind, u32)> {
        Spread::ALL.into_iter().zip(&self.0).flat_map(|(spread, kinds)| {
            [false, true].into_iter().zip(kinds).flat_map(move |(shared, kinds)| {
                (0..)
                    .map(Mark)
                    .zip(kinds)
                    .filter(|(_, many)| **many > 0)
                    .map(move |(mark, many)| (Kind { mark, shared, spread }, *many))
            })
        })
    }
}

/// Judges two sketches by what they share.
pub(super) fn judge(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    thresholds: &Thresholds,
) -> Judgement {
    let found = |verdict, ground| Judgement { verdict, ground };
    if is_same_again(a, b, overlap, thresholds) {
        return found(Verdict::Copy, Ground::SameAgain);
    }
    if is_under_one_headline(a, b, overlap, substance, thresholds) {
        return found(Verdict::Copy, Ground::Headline);
    }
    if overlap.is_mostly_furniture(thresholds) {
        return found(Verdict::Unrelated, Ground::Furniture);
    }
    if is_page_furniture(a, b, overlap, thresholds) {
        return found(Verdict::Unrelated, Ground::Page);
    }
    if is_template(a, b, overlap, thresholds) {
        return found(Verdict::Unrelated, Ground::Template);
    }
    let Some(against) = against_reprint(a, b, overlap, substance, thresholds) else {
        return found(Verdict::Copy, Ground::Reprinted);
    };
    if is_rewritten(a, b, overlap, substance, &thresholds.rewrite) {
        return found(Verdict::Copy, Ground::Rewritten);
    }
    if overlap.containment() >= thresholds.related && !overlap.is_thin(thresholds) {
        found(Verdict::Related, against)
    } else {
        found(Verdict::Unrelated, against)
    }
}

/// What speaks against it that the wording itself was taken over, wholly or in good part.
fn against_reprint(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    thresholds: &Thresholds,
) -> Option<Ground> {
    if overlap.similarity() < needed(a, b, overlap, thresholds) {
        Some(Ground::TooLittle)
    } else if overlap.is_thin(thresholds) {
        Some(Ground::Thin)
    } else if overlap.is_only_quotes(thresholds) {
        Some(Ground::Quotes)
    } else if substance.is_other(thresholds) {
        Some(Ground::OtherWords)
    } else if is_series(a, b, overlap, substance, thresholds) {
        Some(Ground::Series)
    } else {
        None
    }
}

/// Everything that speaks against a copy by wording, also what did not come to be asked.
pub(super) fn guards(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    thresholds: &Thresholds,
) -> Vec<Ground> {
    let asked = [
        (Ground::Furniture, overlap.is_mostly_furniture(thresholds)),
        (Ground::Page, is_page_furniture(a, b, overlap, thresholds)),
        (Ground::Template, is_template(a, b, overlap, thresholds)),
        (Ground::TooLittle, overlap.similarity() < needed(a, b, overlap, thresholds)),
        (Ground::Thin, overlap.is_thin(thresholds)),
        (Ground::Quotes, overlap.is_only_quotes(thresholds)),
        (Ground::OtherWords, substance.is_other(thresholds)),
        (Ground::Series, is_series(a, b, overlap, substance, thresholds)),
    ];
    asked.into_iter().filter(|(_, speaks)| *speaks).map(|(ground, _)| ground).collect()
}

/// What `a` is to `b`, given that they are copies.
pub(super) fn relation(a: &Sketch, b: &Sketch, overlap: &Overlap, t: &Thresholds) -> Relation {
    if a.same_publisher(b) {
        return Relation::Revision;
    }
    let contained = share(f64::from(overlap.both), f64::from(overlap.shorter));
    let (fewer, more) = (a.words().min(b.words()), a.words().max(b.words()));
    let as_long = f64::from(fewer) >= t.verbatim_length * f64::from(more);
    if contained >= t.verbatim && as_long {
        Relation::Verbatim
    } else if contained >= t.cut && Overlap::is_shorter(a, b) {
        Relation::Cut
    } else {
        Relation::Rewritten
    }
}

/// The same text once more, even if all of it is common: what a template with other numbers is not.
fn is_same_again(a: &Sketch, b: &Sketch, overlap: &Overlap, thresholds: &Thresholds) -> bool {
    overlap.both >= 4
        && overlap.resemblance() >= thresholds.same_again
        && a.numbers() == b.numbers()
        && a.title() == b.title()
        && a.title().len() >= 3
}

/// Two papers print a summary under one headline, cut off or not, on one day: what was left out is
/// the same text, even if the summaries show different parts of it.
fn is_under_one_headline(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    thresholds: &Thresholds,
) -> bool {
    let (brief, long) = (a.words().min(b.words()), a.words().max(b.words()));
    let least = thresholds.rewrite.least_words;
    let wording = match overlap.headlines {
        Headlines::Others => return false,
        Headlines::Cut => thresholds.headline_wording,
        Headlines::Same => 0.0,
    };
    !a.same_publisher(b)
        && a.at().duration_since(b.at()).abs().as_hours() < thresholds.headline_hours
        && brief < least
        && overlap.containment() >= wording
        && (long < least || substance.words().of_whole() >= thresholds.headline_words)
}

/// Pages of one outlet share furniture; copies there share the headline or the lead as well.
fn is_page_furniture(a: &Sketch, b: &Sketch, overlap: &Overlap, thresholds: &Thresholds) -> bool {
    a.same_publisher(b)
        && overlap.title() < thresholds.own_title
        && overlap.lead_containment() < thresholds.own_lead
}

/// Auctions, results and daily rates: the frame is the same, the numbers are not.
fn is_template(a: &Sketch, b: &Sketch, overlap: &Overlap, thresholds: &Thresholds) -> bool {
    if a.numbers().len().min(b.numbers().len()) < 2 {
        return false;
    }
    let numbers = shared_share(a.numbers(), b.numbers());
    let days_apart = a.at().duration_since(b.at()).abs().as_hours() >= thresholds.template_hours;
    let short = a.words().min(b.words()) < thresholds.template_words;
    let similarity = overlap.similarity();
    (numbers < thresholds.template_numbers && similarity < 0.9 && (short || days_apart))
        || (numbers < thresholds.template_numbers_later && similarity < 0.97 && days_apart)
}

/// One house's report of the same thing another day: the frame and most words are the same, the
/// figures are not.
fn is_series(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    thresholds: &Thresholds,
) -> bool {
    let apart = a.at().duration_since(b.at()).abs().as_hours() >= thresholds.series_hours;
    a.same_publisher(b)
        && apart
        && a.words().min(b.words()) < thresholds.template_words
        && substance.figures().whole >= thresholds.series_least_figures
        && substance.figures().of_whole() < thresholds.series_figures
        && overlap.similarity() < thresholds.series_free
}

/// The containment that makes a copy: more where the evidence is thin, or where only tails agree.
pub(super) fn needed(a: &Sketch, b: &Sketch, overlap: &Overlap, thresholds: &Thresholds) -> f64 {
    let mut needed = thresholds.copy;
    let titles = overlap.title();
    if overlap.unsampled(overlap.whole) < thresholds.thin_shingles {
        needed = needed.max(thresholds.copy_thin);
        let told = a.title().len().min(b.title().len()) >= thresholds.title_words;
        if told && titles >= thresholds.title_agrees {
            needed -= thresholds.title_allowance;
        }
    }
    if overlap.lead_containment() < thresholds.lead_differs && titles < thresholds.title_differs {
        needed += thresholds.lead_penalty;
    }
    needed
}

/// How much of the smaller of two sets the other has; 0 when it is empty.
fn shared_share(a: &[Bare], b: &[Bare]) -> f64 {
    let both = a.iter().filter(|one| b.contains(one)).count();
    let fewer = a.len().min(b.len());
    share(count(both), count(fewer))
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn count(many: usize) -> f64 {
    f64::from(u32::try_from(many).unwrap_or(u32::MAX))
}

//! Recognises the same event in other words: the people, the places and the figures are the same.

use super::{compare::Overlap, sketch::Sketch, substance::Substance};

/// Weights of evidence that two houses tell of one event, in natural logarithms of the odds.
///
/// Fitted by logistic regression on the pairs of the development sets that are labelled as one
/// event, as another instance of a template or as unrelated, without those that share their
/// wording; rounded, and `needed` raised until no labelled pair was wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedWeights {
    /// Of the logarithm of the telling words in common, weighed by rarity.
    pub words: f64,
    /// Of the logarithm of the figures in common, weighed by rarity.
    pub figures: f64,
    /// Of the share of the headline in common: names stand there.
    pub title: f64,
    /// Against, of the share of telling words in common where the figures are not: a frame, filled
    /// with other figures.
    pub frame: f64,
    /// Against, of each day between them, three at most.
    pub day: f64,
    /// What is needed.
    pub needed: f64,
    /// Candidates that are asked at most, those with the most wording in common first.
    pub most_asked: usize,
    /// So many hours apart or more, …
    pub instance_hours: i64,
    /// … with at least so many figures, …
    pub instance_least_figures: f64,
    /// … and less than this share of them the same, wording in common is that of a frame.
    pub instance_figures: f64,
}

impl Default for RelatedWeights {
    fn default() -> Self {
        Self {
            words: 1.0,
            figures: 2.0,
            title: 9.0,
            frame: 4.0,
            day: 1.5,
            needed: 5.0,
            most_asked: 16,
            instance_hours: 18,
            instance_least_figures: 1.5,
            instance_figures: 0.6,
        }
    }
}

/// Whether two texts of different houses, whose wording is their own, tell of one event. What one
/// house prints anew of its own is a follow-up or the next of a series, and says so by its wording.
pub(super) fn tells_the_same(
    a: &Sketch,
    b: &Sketch,
    overlap: &Overlap,
    substance: &Substance<'_>,
    weights: &RelatedWeights,
) -> bool {
    let (words, figures) = (substance.words(), substance.figures());
    let frame = words.of_whole() * (1.0 - figures.of_whole());
    let evidence = weights.words * words.shared.ln_1p()
        + weights.figures * figures.shared.ln_1p()
        + weights.title * overlap.title()
        - weights.frame * frame
        - weights.day * days_apart(a, b);
    !a.same_publisher(b) && evidence >= weights.needed
}

/// Whether the wording that two texts share is that of a report which comes again and again.
pub(super) fn is_another_instance(
    a: &Sketch,
    b: &Sketch,
    substance: &Substance<'_>,
    weights: &RelatedWeights,
) -> bool {
    let figures = || substance.figures();
    a.at().duration_since(b.at()).abs().as_hours() >= weights.instance_hours
        && figures().whole >= weights.instance_least_figures
        && figures().of_whole() < weights.instance_figures
}

fn days_apart(a: &Sketch, b: &Sketch) -> f64 {
    (a.at().duration_since(b.at()).abs().as_secs_f64() / 86_400.0).min(3.0)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use crate::{
        model::{ArticleId, StoryId},
        story::{Assignment, Rarity, Sketch, Subject, Thresholds, Window, assign},
    };

    const FIRE: &str = "Nine people died and 42 were hurt when a fire swept the Meridian bottling \
        plant at Tarnow early on Monday, the fire service said. Some 310 workers of the night shift \
        got out by a goods ramp after commander Irena Solbakk ordered its gates to be cut open. The \
        plant makes 80,000 bottles an hour.";
    const FIRE_TOLD_ANEW: &str = "They ran down a ramp meant for pallets. Of the night shift at \
        Tarnow, 310 came home from Meridian on Monday; nine did not, and 42 lie in the wards of the \
        district hospital. \"I heard the gates being cut,\" a driver said, \"and then I saw Solbakk.\" \
        What burned first is not known.";
    const RATE: &str = "The Tarnow grain exchange closed on Monday with wheat at 214.50 crowns a \
        ton, barley at 188.25 and maize at 201.75, its secretary Jonas Vidmar said. Turnover was \
        12,400 tons in 316 lots, most of it for delivery in March to the mills of the lower valley.";
    const NEXT_RATE: &str = "The Tarnow grain exchange closed on Tuesday with wheat at 219.00 crowns \
        a ton, barley at 187.50 and maize at 204.25, its secretary Jonas Vidmar said. Turnover was \
        9,700 tons in 288 lots, most of it for delivery in March to the mills of the lower valley.";
    const OTHER_FIRE: &str = "Three cars burned in a street of Tarnow on Monday night, the fire \
        service said. Nobody was hurt. Police look for a man in a yellow coat, and commander Irena \
        Solbakk asked owners not to park before the gates of the station.";

    fn sketch(title: &str, text: &str, publisher: &str, hours: i64) -> Sketch {
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        Sketch::of(&Subject { title, text, publisher, at, credits: &[] })
    }

    /// Whether the second is another story of the event of the first.
    fn related(first: &Sketch, second: &Sketch) -> bool {
        let mut window = Window::default();
        window.insert(ArticleId(1), StoryId(1), first.clone());
        let counts = [window.counts()];
        let candidates = window.members(StoryId(1));
        let thresholds = Thresholds::default();
        match assign(second, &candidates, Rarity(&counts), &thresholds) {
            Assignment::Opens { related } => !related.is_empty(),
            Assignment::Joins { .. } => panic!("they are no copies"),
        }
    }

    #[test]
    fn one_event_in_other_words_is_related() {
        let first = sketch("Nine die in fire at Meridian plant in Tarnow", FIRE, "Arden Post", 0);
        let told = |publisher, hours| {
            sketch(
                "The ramp that saved the night shift of Tarnow",
                FIRE_TOLD_ANEW,
                publisher,
                hours,
            )
        };
        assert!(related(&first, &told("Tarnow Courier", 3)));
        assert!(!related(&first, &told("Arden Post", 3)), "a house's own next piece");
        let other = sketch("Cars burn in Tarnow", OTHER_FIRE, "Tarnow Courier", 3);
        assert!(!related(&first, &other), "the same place and commander");
    }

    #[test]
    fn the_next_of_a_series_is_not_related() {
        let first = sketch("Wheat closes at 214.50 in Tarnow", RATE, "Arden Post", 0);
        for publisher in ["Arden Post", "Tarnow Courier"] {
            let next = sketch("Wheat closes at 219.00 in Tarnow", NEXT_RATE, publisher, 24);
            assert!(!related(&first, &next), "{publisher}");
        }
    }
}

//! The sketches of the last days, indexed so that likely copies are found at once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::{
    segment::{Place, Segment, Shelved},
    sketch::Sketch,
    terms::Counts,
};
use crate::model::{ArticleId, StoryId};

/// Hits that a candidate needs, in shingles of the text; a lone shared shingle is chance.
const FEWEST_HITS: u32 = 3;
/// Seconds in a day of UTC.
const DAY: i64 = 86_400;

/// An article that shares enough with another to be compared.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which article.
    pub article: ArticleId,
    /// Its story.
    pub story: StoryId,
    /// Its sketch.
    pub sketch: Sketch,
}

/// An inverted index over recent sketches, a segment for each day so that a day is forgotten whole.
///
/// For 100,000 articles of some 400 words it takes about 150 MB, a quarter of it for telling words
/// and figures (measured). What it answers depends only on what it was told, never on the order of a
/// hash table.
#[derive(Debug, Default)]
pub struct Window {
    days: BTreeMap<i32, Segment>,
    articles: HashMap<ArticleId, Place, RandomState>,
    /// The article of each story that came last; each names the one before it.
    stories: HashMap<StoryId, Place, RandomState>,
    counts: Counts,
}

impl Window {
    /// Adds a sketch, or replaces the one the article had.
    pub fn insert(&mut self, article: ArticleId, story: StoryId, sketch: Sketch) {
        self.remove(article);
        let day = day_of(sketch.at());
        self.counts.add(&sketch);
        let segment = self.days.entry(day).or_default();
        let place = Place { day, slot: segment.next_slot() };
        let before = self.stories.insert(story, place);
        segment.push(Shelved { candidate: Candidate { article, story, sketch }, before });
        self.articles.insert(article, place);
    }

    /// Forgets an article.
    pub fn remove(&mut self, article: ArticleId) {
        let Some(place) = self.articles.remove(&article) else { return };
        let Some(segment) = self.days.get_mut(&place.day) else { return };
        let taken = segment.take(place.slot);
        if segment.is_empty() {
            self.days.remove(&place.day);
        }
        if let Some(taken) = taken {
            self.counts.remove(&taken.candidate.sketch);
            self.leave_story(taken.candidate.story, place, taken.before);
        }
    }

    /// Forgets every sketch from before `horizon`, by whole days of UTC.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        let days = self.days.range(..day_of(horizon));
        let articles = days.flat_map(|(_, segment)| segment.iter());
        let forgotten: Vec<_> = articles.map(|candidate| candidate.article).collect();
        for article in forgotten {
            self.remove(article);
        }
    }

    /// The articles most worth comparing, each at most once, `except` left out: `most` of them by
    /// what they share, and the longest article of each of their stories, so that a text cannot
    /// drift away from its story copy by copy. None is from before `horizon`.
    pub fn candidates(
        &self,
        sketch: &Sketch,
        except: Option<ArticleId>,
        horizon: Timestamp,
        most: usize,
    ) -> Vec<Candidate> {
        let mut found: Vec<(u32, &Candidate)> = self
            .hits(sketch, horizon)
            .into_iter()
            .filter(|(_, found)| Some(found.article) != except && found.sketch.at() >= horizon)
            .collect();
        found.sort_unstable_by_key(|(hits, found)| (Reverse(*hits), found.article));
        found.truncate(most);
        let mut chosen: Vec<&Candidate> = found.into_iter().map(|(_, found)| found).collect();
        let stories: BTreeSet<StoryId> = chosen.iter().map(|found| found.story).collect();
        for longest in stories.into_iter().filter_map(|story| self.longest(story)) {
            let fits = Some(longest.article) != except && longest.sketch.at() >= horizon;
            if fits && chosen.iter().all(|found| found.article != longest.article) {
                chosen.push(longest);
            }
        }
        chosen.into_iter().cloned().collect()
    }

    /// Every live article of a story, the last that came first.
    pub fn members(&self, story: StoryId) -> Vec<Candidate> {
        self.members_of(story).cloned().collect()
    }

    /// In how many live articles each term occurs.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether an article's sketch is live.
    pub fn contains(&self, article: ArticleId) -> bool {
        self.articles.contains_key(&article)
    }

    /// How many sketches are live.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Articles that share shingles with the sketch, and how many, in shingles of the text.
    fn hits(&self, sketch: &Sketch, horizon: Timestamp) -> Vec<(u32, &Candidate)> {
        let needed = FEWEST_HITS.min(u32::try_from(sketch.marks().len()).unwrap_or(FEWEST_HITS));
        let mut found = Vec::new();
        let mut slots: Vec<u32> = Vec::new();
        for segment in self.days.range(day_of(horizon)..).map(|(_, segment)| segment) {
            slots.clear();
            for mark in Segment::asked(sketch) {
                segment.look_up(mark.hash(), |slot| slots.push(slot));
            }
            slots.sort_unstable();
            for run in slots.chunk_by(|a, b| a == b) {
                let Some(Shelved { candidate, .. }) = segment.get(run[0]) else { continue };
                let each = Segment::density(&candidate.sketch) << candidate.sketch.scale();
                let hits = u32::try_from(run.len()).unwrap_or(u32::MAX).saturating_mul(each);
                if hits >= needed {
                    found.push((hits, candidate));
                }
            }
        }
        found
    }

    fn longest(&self, story: StoryId) -> Option<&Candidate> {
        self.members_of(story).max_by_key(|member| (member.sketch.words(), Reverse(member.article)))
    }

    fn members_of(&self, story: StoryId) -> impl Iterator<Item = &Candidate> {
        let shelved = |place: Option<Place>| self.shelved(place?);
        let last = shelved(self.stories.get(&story).copied());
        iter::successors(last, move |one| shelved(one.before)).map(|one| &one.candidate)
    }

    fn shelved(&self, place: Place) -> Option<&Shelved> {
        self.days.get(&place.day)?.get(place.slot)
    }

    /// Takes a place out of the chain of its story, where `before` stood before it.
    fn leave_story(&mut self, story: StoryId, place: Place, before: Option<Place>) {
        let Some(last) = self.stories.get_mut(&story) else { return };
        if *last != place {
            let mut next = *last;
            while let Some(one) =
                self.days.get_mut(&next.day).and_then(|day| day.get_mut(next.slot))
            {
                match one.before {
                    Some(found) if found == place => one.before = before,
                    Some(further) => next = further,
                    None => return,
                }
            }
        } else if let Some(before) = before {
            *last = before;
        } else {
            self.stories.remove(&story);
        }
    }
}

fn day_of(at: Timestamp) -> i32 {
    i32::try_from(at.as_second().div_euclid(DAY)).unwrap_or_default()
}

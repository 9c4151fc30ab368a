//! The sketches of the last days, indexed so that likely copies are found at once.

use std::sync::Arc;

use jiff::Timestamp;

use super::Sketch;
use crate::model::{ArticleId, StoryId};

/// An article that shares enough with another to be compared.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which article.
    pub article: ArticleId,
    /// Its story.
    pub story: StoryId,
    /// Its sketch.
    pub sketch: Arc<Sketch>,
}

/// An inverted index over recent sketches.
#[derive(Debug, Default)]
pub struct Window {}

impl Window {
    /// Adds a sketch, or replaces the one the article had.
    pub fn insert(&mut self, article: ArticleId, story: StoryId, sketch: Sketch) {
        let _ = (article, story, sketch, self);
    }

    /// Forgets an article.
    pub fn remove(&mut self, article: ArticleId) {
        let _ = (article, self);
    }

    /// Forgets every sketch from before `horizon`.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        let _ = (horizon, self);
    }

    /// The articles most worth comparing, at most `most`, each at most once, `except` left out.
    pub fn candidates(
        &self,
        sketch: &Sketch,
        except: Option<ArticleId>,
        horizon: Timestamp,
        most: usize,
    ) -> Vec<Candidate> {
        let _ = (sketch, except, horizon, most, self);
        Vec::new()
    }

    /// Every live article of a story.
    pub fn members(&self, story: StoryId) -> Vec<Candidate> {
        let _ = (story, self);
        Vec::new()
    }

    /// How many sketches are live.
    pub fn len(&self) -> usize {
        0
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        true
    }
}

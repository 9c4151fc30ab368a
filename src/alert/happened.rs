//! What just happened to a story.

use crate::model::ArticleId;

/// Who takes a text back.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Kill {
    /// Nobody.
    #[default]
    Not,
    /// The text says that it is withdrawn.
    Said,
    /// Its agency recalls it: everybody must hear of that who was told.
    Recalled,
}

/// What just happened to a story.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Happened {
    /// The article placed.
    pub article: ArticleId,
    /// Its revision, 0 for a new article.
    pub revision: u32,
    /// Whether it says for the first time that the text is killed or withdrawn.
    pub kill: Kill,
    /// It corrects the text, and is no reprint of a correction.
    pub correction: bool,
    /// It is the lead, and its headline is not the one it had.
    pub headline: bool,
}

impl Happened {
    /// An article was placed, and there is nothing to say of it.
    pub fn of(article: ArticleId) -> Self {
        let (correction, headline) = (false, false);
        Self { article, revision: 0, kill: Kill::Not, correction, headline }
    }
}

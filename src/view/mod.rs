//! What the daemon knows, as people and programs are told of it: the same words and shapes for the
//! commands and the status pages, so that the two cannot disagree.

pub(crate) mod evidence;
pub(crate) mod found;
pub(crate) mod json;
pub(crate) mod known;
pub(crate) mod page;
pub(crate) mod shown;
pub(crate) mod standing;
pub(crate) mod tree;
pub(crate) mod tried;
pub(crate) mod versions;

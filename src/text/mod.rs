//! From characters to words: everything that must be the same for sketching, matching and display.

pub mod character;
pub mod fold;
pub(crate) mod sentence;
pub mod token;
pub mod clean;
pub mod words;
pub mod address;
pub mod html;

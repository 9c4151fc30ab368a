//! From characters to words: everything that must be the same for sketching, matching and display.

pub mod address;
pub mod character;
pub mod clean;
pub mod fold;
pub mod html;
pub mod normal;
pub(crate) mod sentence;
pub mod token;
pub mod words;

//! The index finds what asking every rule would find.

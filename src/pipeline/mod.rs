//! The trip of one article; read this first.

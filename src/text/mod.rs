//! From characters to words: everything that must be the same for sketching, matching and display.

//! Tests of `fetch` from outside.

//! Tests of `cluster` from outside.

//! Tests of `config` from outside.

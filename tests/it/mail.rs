//! Tests of `mail` from outside.

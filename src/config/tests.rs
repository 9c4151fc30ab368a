//! Tests of the configuration as strings.

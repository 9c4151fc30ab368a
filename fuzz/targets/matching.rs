//! A query is true of an article or its denial is.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::matching(text);
});

//! Whatever stands in the middle of a feed costs none of its neighbours.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::damage(text);
});

//! Any bytes are a message of an agency, a feed, or are refused.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    checks::feed(bytes);
});

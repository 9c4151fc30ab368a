//! Any text is a query or has an error with a place in it.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::query(text);
});

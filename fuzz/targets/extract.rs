//! Any page has a text or is refused.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "each target uses one of them")]
mod checks;

libfuzzer_sys::fuzz_target!(|html: &str| {
    checks::page(html);
});

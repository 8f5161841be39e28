//! `#[retry]` and `#[derive(Retryable)]` on whatever item.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if fuzz::attribute::check(data) { Corpus::Keep } else { Corpus::Reject }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::attribute::mutate(data, size, max_size, seed)
});

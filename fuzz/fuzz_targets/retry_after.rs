//! Values of `Retry-After`, against a model.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if fuzz::retry_after::check(data) { Corpus::Keep } else { Corpus::Reject }
});

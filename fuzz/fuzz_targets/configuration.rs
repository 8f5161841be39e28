//! Settings from the environment and from a file, against a model.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if fuzz::configuration::check(data) { Corpus::Keep } else { Corpus::Reject }
});

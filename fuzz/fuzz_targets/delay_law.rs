//! Delays of any policy, against the law of delays in big numbers.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if fuzz::delay_law::check(data) { Corpus::Keep } else { Corpus::Reject }
});

//! Operations of breakers and budgets on a clock of ours, against models.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if fuzz::breaker_budget::check(data) { Corpus::Keep } else { Corpus::Reject }
});

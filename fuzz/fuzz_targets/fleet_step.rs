//! Any step and any claim in any state of a fleet, and any text of a record.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if fuzz::fleet_step::check(data) { Corpus::Keep } else { Corpus::Reject }
});

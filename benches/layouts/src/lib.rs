//! One operation for each layout of the result, called by a bare function, by a loop by hand and by `#[retry]`.
//!
//! The benchmark compiles this file twice: as a library, and as a module of its binary.

#[macro_use]
mod layout;
mod by_hand;
pub(crate) mod error;
pub(crate) mod service;

use std::error::Error;
use std::io;

use error::{Described, Down, TwoWords};

/// The forms of a function: the body is the operation alone, or uses `?`; sync or async.
pub const FORMS: [&str; 4] = ["sync", "sync ?", "async", "async ?"];

/// The versions of a function. The two loops by hand differ in how they log the end: the function that does it borrows the
/// error, or takes it and returns it. Which of them is cheaper depends on the layout.
pub const VERSIONS: [&str; 4] = ["bare", "by hand, borrows", "by hand, moves", "ours"];

/// For each form the call of each version.
pub type Calls = [[fn(); VERSIONS.len()]; FORMS.len()];

/// Returns the layouts, each with its name.
#[must_use]
pub fn all() -> Vec<(&'static str, Calls)> {
    vec![
        ("unit", unit::CALLS),
        ("word", word::CALLS),
        ("error of two words", two_words::CALLS),
        ("io::Error", io_error::CALLS),
        ("String", string::CALLS),
        ("box and string", described::CALLS),
        ("boxed error", boxed::CALLS),
        ("64 bytes", large::CALLS),
        ("Option", option::CALLS),
        ("anyhow", any_error::CALLS),
    ]
}

result_layout!(unit: Result<(), Down>, Ok(()), Err(Down::new()), |()| ());
result_layout!(word: Result<u64, Down>, Ok(7), Err(Down::new()), |value| value + 1);
result_layout!(two_words: Result<u64, TwoWords>, Ok(7), Err(TwoWords::Status(503)), |value| value + 1);
result_layout!(io_error: io::Result<usize>, Ok(7), Err(io::ErrorKind::TimedOut.into()), |value| value + 1);
result_layout!(string: Result<String, Down>, Ok(String::new()), Err(Down::new()), |value| value);
result_layout!(described: Result<u64, Described>, Ok(7), Err(Described::new()), |value| value + 1);
result_layout!(boxed: Result<u64, Box<dyn Error + Send + Sync>>, Ok(7), Err(Box::new(Down::new())), |value| value + 1);
result_layout!(large: Result<[u64; 8], Down>, Ok([7; 8]), Err(Down::new()), |mut value| {
    value[0] += 1;
    value
});
option_layout!(option: Option<u64>, Some(7), None, |value| value + 1);
result_layout!(any_error: anyhow::Result<u64>, Ok(7), Err(Down::new().into()), |value| value + 1);

#![deny(warnings)]

//! A struct that is retryable, of a crate under another name.

mod network {
    pub(crate) extern crate reattempt;
}

use network::reattempt::Retryable;

#[derive(Retryable)]
#[retryable]
#[retryable(crate = crate::network::reattempt)]
struct Failed;

fn main() {
    assert!(Failed.is_retryable());
}

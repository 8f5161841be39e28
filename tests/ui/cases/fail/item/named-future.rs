use std::future::{Ready, ready};

use reattempt::retry;

#[retry]
fn fetch() -> Ready<Result<u32, String>> {
    ready(Ok(1))
}

fn main() {
    drop(fetch());
}

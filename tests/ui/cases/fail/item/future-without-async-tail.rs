use std::future::{Future, ready};

use reattempt::retry;

#[retry]
fn fetch() -> impl Future<Output = Result<u32, String>> {
    ready(Ok(1))
}

fn main() {
    drop(fetch());
}

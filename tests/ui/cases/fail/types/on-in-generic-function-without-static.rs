use std::error::Error;

use reattempt::retry;

#[retry(on = A)]
fn fetch<A: Error, E: Error>(error: fn() -> E) -> Result<u32, E> {
    Err(error())
}

fn main() {
    let _ = fetch::<std::io::Error, std::fmt::Error>(|| std::fmt::Error);
}

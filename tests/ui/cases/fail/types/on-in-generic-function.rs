use std::io;

use reattempt::retry;

#[retry(on = io::Error)]
fn fetch<E>(error: fn() -> E) -> Result<u32, E> {
    Err(error())
}

fn main() {
    let _ = fetch(String::new);
}

use std::io;

use reattempt::retry;

#[retry(unless = io::Error)]
async fn fetch<E>(error: fn() -> E) -> Result<u32, E> {
    Err(error())
}

fn main() {
    drop(fetch(String::new));
}

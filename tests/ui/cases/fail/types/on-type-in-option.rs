use std::io;

use reattempt::retry;

#[retry(on = io::Error)]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}

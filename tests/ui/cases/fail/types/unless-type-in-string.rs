use std::io;

use reattempt::retry;

#[retry(unless = io::Error)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use std::io;

use reattempt::retry;

#[retry(on = io::Error)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

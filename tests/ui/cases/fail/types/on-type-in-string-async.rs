use std::io;

use reattempt::retry;

#[retry(on = io::Error)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

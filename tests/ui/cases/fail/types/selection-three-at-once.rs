// Three errors, each under its own value.
use std::io;

use reattempt::retry;

#[retry(on = io::Error, when = |error| error.len(), retry_after = |_| 5_u64)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use std::io;

use reattempt::retry;

#[retry(on = io::Error | std::num::ParseIntError | u32)]
fn fetch() -> Result<u32, io::Error> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use std::io;

use reattempt::retry;

#[retry(on = String)]
fn fetch() -> Result<u32, io::Error> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

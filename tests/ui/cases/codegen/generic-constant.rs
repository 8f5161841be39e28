// A value that names a parameter is judged when the function is built, so not by `cargo check`.
use reattempt::retry;

#[retry(max = ATTEMPTS)]
fn fetch<const ATTEMPTS: u32>() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch::<0>();
}

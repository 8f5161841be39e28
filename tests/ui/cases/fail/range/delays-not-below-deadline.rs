use reattempt::retry;

#[retry(delays = ["10s", "1s"], deadline = "10s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

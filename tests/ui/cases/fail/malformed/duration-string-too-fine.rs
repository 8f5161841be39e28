use reattempt::retry;

#[retry(base = "0.5ns")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const FACTOR: &str = "2";

#[retry(factor = FACTOR)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

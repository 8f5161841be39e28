use reattempt::retry;

const BASE: &str = "1s";

#[retry(base = BASE)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const BASE: u32 = 1000;

#[retry(base_ms = BASE)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const BASE: u64 = 1000;

#[retry(base = BASE)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

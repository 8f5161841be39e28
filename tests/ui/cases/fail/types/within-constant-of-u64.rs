use reattempt::retry;

const WITHIN: u64 = 1000;

#[retry(within = WITHIN)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const JITTER: u32 = 1;

#[retry(jitter = JITTER)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const JITTER: f64 = 1.5;

#[retry(jitter = JITTER)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

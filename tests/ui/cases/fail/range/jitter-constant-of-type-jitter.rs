use reattempt::retry;

const JITTER: reattempt::Jitter = reattempt::Jitter::Spread(1.5);

#[retry(jitter = JITTER)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

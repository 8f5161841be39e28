use reattempt::retry;

const JITTER: f32 = 0.3;

#[retry(jitter = JITTER)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

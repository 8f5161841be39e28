use reattempt::retry;

const SPREAD: f32 = 0.3;

#[retry(jitter = spread(SPREAD))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

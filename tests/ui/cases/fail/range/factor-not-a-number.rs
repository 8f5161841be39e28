use reattempt::retry;

const FACTOR: f64 = f64::NAN;

#[retry(factor = FACTOR)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

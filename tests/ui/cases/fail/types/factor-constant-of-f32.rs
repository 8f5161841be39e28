use reattempt::retry;

const FACTOR: f32 = 2.0;

#[retry(factor = FACTOR)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const WIDTH: f64 = 0.3;

#[retry(jitter = up_to(WIDTH))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

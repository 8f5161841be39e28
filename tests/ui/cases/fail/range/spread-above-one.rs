use reattempt::retry;

#[retry(jitter = spread(2.0))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

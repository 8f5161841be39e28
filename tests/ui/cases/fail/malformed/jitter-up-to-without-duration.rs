use reattempt::retry;

#[retry(jitter = up_to)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

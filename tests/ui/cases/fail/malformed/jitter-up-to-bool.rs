use reattempt::retry;

#[retry(jitter = up_to(true))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

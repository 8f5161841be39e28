use reattempt::retry;

#[retry(jitter = gaussian)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(factor = 3, backoff = linear)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

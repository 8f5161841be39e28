use reattempt::retry;

#[retry(fallback = Ok(5))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

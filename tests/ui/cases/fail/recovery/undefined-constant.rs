use reattempt::retry;

#[retry(max = ATTEMPTS)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const ATTEMPTS: u32 = 0;

#[retry(max = ATTEMPTS)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

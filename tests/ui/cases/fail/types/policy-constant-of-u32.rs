use reattempt::retry;

const POLICY: u32 = 5;

#[retry(policy = POLICY)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const POLICY: reattempt::Policy = reattempt::Policy::new().max(0);

#[retry(policy = POLICY)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const POLICY: reattempt::Policy = reattempt::Policy::new().max(5);

#[retry(policy = POLICY, within_ms = 1000)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

fn policy() -> reattempt::Policy {
    reattempt::Policy::new()
}

#[retry(policy = policy)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

fn policy() -> u32 {
    5
}

#[retry(policy = policy())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const DEADLINE: u64 = 1000;

#[retry(deadline = DEADLINE)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

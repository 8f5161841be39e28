use reattempt::retry;

const MAX_DELAY: u64 = 1000;

#[retry(max_delay = MAX_DELAY)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const LONG: u64 = 3;

#[retry(restart_after = LONG)]
fn constant(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(restart_after = limit)]
async fn argument(limit: u32) -> Result<u32, String> {
    Ok(limit)
}

fn main() {}

use reattempt::retry;

const MANY: usize = 3;

#[retry(log_after = MANY)]
fn constant(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(log_after = -1)]
fn negative(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(log_after = key)]
fn argument(key: u32) -> Result<u32, String> {
    Ok(key)
}

fn main() {}

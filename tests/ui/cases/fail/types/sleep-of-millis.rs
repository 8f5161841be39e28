use reattempt::retry;

fn sleep(_: u64) {}

#[retry(sleep = sleep)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

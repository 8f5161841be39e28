use reattempt::retry;

#[retry(fallback = |_| 5)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

use reattempt::retry;

#[retry(fallback = || Ok(1))]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

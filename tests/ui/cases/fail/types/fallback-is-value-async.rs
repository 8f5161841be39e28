use reattempt::retry;

#[retry(fallback = Ok(5))]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

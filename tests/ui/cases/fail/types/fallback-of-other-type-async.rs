use reattempt::retry;

#[retry(fallback = |_| Ok(String::new()))]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

use reattempt::retry;

#[retry(fallback = async |_| Ok(String::new()))]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

use reattempt::retry;

async fn cached(_: String) -> Result<String, String> {
    Ok(String::new())
}

#[retry(fallback = cached)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

use reattempt::retry;

async fn cached(_: String) -> Result<u32, String> {
    Ok(1)
}

#[retry(fallback = cached)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

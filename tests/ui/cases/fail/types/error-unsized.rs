use reattempt::retry;

#[retry(error = dyn std::error::Error)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

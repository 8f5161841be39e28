use reattempt::retry;

#[retry(base_ms = 5000, max_delay_ms = 1000)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

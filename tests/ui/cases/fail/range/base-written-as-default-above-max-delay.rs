use reattempt::retry;

#[retry(base = "1s", max_delay = "500ms")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

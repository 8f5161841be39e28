use reattempt::retry;

#[retry(deadline_ms = 5000, deadline = "5s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(base = "5s", deadline = "5s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

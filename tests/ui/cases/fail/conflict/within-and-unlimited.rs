use reattempt::retry;

#[retry(unlimited, within = "1h")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

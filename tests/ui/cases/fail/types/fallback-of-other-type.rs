use reattempt::retry;

#[retry(fallback = |_| Ok(String::new()))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

fn is_transient(_: &str) -> bool {
    true
}

#[retry(when = is_transient)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(when = |error| error.len())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(when = |error: &u32| *error > 1)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(if = |error| error.is_empty())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

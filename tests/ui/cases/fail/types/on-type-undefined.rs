use reattempt::retry;

#[retry(on = Missing)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

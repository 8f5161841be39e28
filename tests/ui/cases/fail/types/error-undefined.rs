use reattempt::retry;

#[retry(error = Missing)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(max = 5u8)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

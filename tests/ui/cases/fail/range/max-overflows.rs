use reattempt::retry;

#[retry(max = 4294967296)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

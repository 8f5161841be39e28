use reattempt::retry;

#[retry(max = 4294967297)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

fn attempts() -> u32 {
    5
}

#[retry(max = attempts())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

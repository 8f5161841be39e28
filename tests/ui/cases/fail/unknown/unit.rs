use reattempt::retry;

#[retry(base = "10sec")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

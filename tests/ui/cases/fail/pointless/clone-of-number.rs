use reattempt::retry;

#[retry(clone(n))]
fn fetch(n: u32) -> Result<u32, String> {
    Ok(n)
}

fn main() {
    let _ = fetch(1);
}

use reattempt::retry;

#[retry(max = 5 => 6)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

const ATTEMPTS: i32 = 5;

#[retry(max = ATTEMPTS)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

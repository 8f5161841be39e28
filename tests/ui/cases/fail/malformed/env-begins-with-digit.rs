use reattempt::retry;

#[retry(env = "2ND")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

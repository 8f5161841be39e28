use reattempt::retry;

#[retry(max_dealy = "30s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(preset = "s3-upload")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

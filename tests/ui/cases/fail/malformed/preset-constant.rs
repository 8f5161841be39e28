use reattempt::retry;

#[retry(preset = reattempt::preset::S3_UPLOAD)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

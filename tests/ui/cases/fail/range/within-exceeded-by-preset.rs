use reattempt::retry;

#[retry(preset = s3_upload, within = "18s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

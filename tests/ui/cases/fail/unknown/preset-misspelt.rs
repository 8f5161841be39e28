use reattempt::retry;

#[retry(preset = api_cal)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(preset = api_call, base = "11s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

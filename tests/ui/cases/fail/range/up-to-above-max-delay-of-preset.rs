use reattempt::retry;

#[retry(preset = api_call, jitter = up_to("10s"))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

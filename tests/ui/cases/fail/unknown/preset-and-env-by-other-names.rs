use reattempt::retry;

#[retry(presets = api_call, env_prefix = "APP")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

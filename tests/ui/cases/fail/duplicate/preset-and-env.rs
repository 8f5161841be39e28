use reattempt::retry;

#[retry(preset = api_call, preset = lambda, env = "A", env = "B")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

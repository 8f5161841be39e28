use reattempt::retry;

#[retry(preset = api_call, policy = reattempt::preset::LAMBDA)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

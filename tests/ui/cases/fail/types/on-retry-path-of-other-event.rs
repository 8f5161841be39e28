use reattempt::{GiveUpEvent, retry};

fn hook(_: &GiveUpEvent<'_, String>) {}

#[retry(on_retry = hook)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

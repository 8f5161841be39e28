use reattempt::{GiveUpEvent, retry};

fn hook(_: &GiveUpEvent<'_, u32>) {}

#[retry(on_give_up = hook)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

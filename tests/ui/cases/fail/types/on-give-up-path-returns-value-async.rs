use reattempt::{GiveUpEvent, retry};

fn hook(event: &GiveUpEvent<'_, String>) -> u32 {
    event.attempt()
}

#[retry(on_give_up = hook)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}

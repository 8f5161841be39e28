use reattempt::retry;

#[retry(on_give_up = |event| event.attempt())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

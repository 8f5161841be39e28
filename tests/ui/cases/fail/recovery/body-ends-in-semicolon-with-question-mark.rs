use reattempt::retry;

fn send() -> Result<u32, String> {
    Ok(1)
}

#[retry]
fn fetch() -> Result<u32, String> {
    send()?;
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

fn send(url: String) -> Result<u32, String> {
    Ok(url.len() as u32)
}

#[retry]
fn fetch(url: String) -> Result<u32, String> {
    let sent = send(url)?;
    Ok(sent)
}

fn main() {
    let _ = fetch(String::new());
}

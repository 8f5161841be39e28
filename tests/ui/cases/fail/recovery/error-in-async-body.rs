use reattempt::retry;

#[retry]
async fn fetch(text: &str) -> Result<u32, String> {
    let value: u32 = text.parse()?;
    Ok(value)
}

fn main() {
    drop(fetch(""));
}

use reattempt::retry;

#[retry]
fn fetch(url: String) -> Result<String, String> {
    if url.is_empty() {
        return Err(url);
    }
    Ok(url)
}

fn main() {
    let _ = fetch(String::new());
}

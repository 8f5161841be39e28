use reattempt::retry;

#[retry]
fn fetch(url: String) -> Result<String, String> {
    Ok(url)
}

fn main() {
    let _ = fetch(String::new());
}

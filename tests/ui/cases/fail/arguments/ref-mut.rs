use reattempt::retry;

#[retry]
fn fetch(ref mut url: String) -> Result<String, String> {
    url.push('/');
    Ok(url.clone())
}

fn main() {
    let _ = fetch(String::new());
}

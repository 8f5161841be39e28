use reattempt::retry;

#[retry(clone(url))]
fn fetch(url: &str) -> Result<String, String> {
    Ok(url.to_owned())
}

fn main() {
    let _ = fetch("");
}

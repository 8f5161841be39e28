use reattempt::retry;

#[retry]
async fn fetch(url: String) -> Result<String, String> {
    Ok(url)
}

fn main() {
    drop(fetch(String::new()));
}

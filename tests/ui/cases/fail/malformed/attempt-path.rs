use reattempt::retry;

#[retry(attempt = self.n)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

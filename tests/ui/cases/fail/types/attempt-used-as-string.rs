use reattempt::retry;

#[retry(attempt = n)]
fn fetch() -> Result<u32, String> {
    Err(n)
}

fn main() {
    let _ = fetch();
}

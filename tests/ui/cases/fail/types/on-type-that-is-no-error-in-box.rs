use reattempt::retry;

#[retry(on = String)]
fn fetch() -> Result<u32, Box<dyn std::error::Error>> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

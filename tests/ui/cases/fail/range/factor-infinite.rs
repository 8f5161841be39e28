use reattempt::retry;

#[retry(factor = f64::INFINITY)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

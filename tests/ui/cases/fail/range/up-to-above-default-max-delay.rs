use reattempt::retry;

#[retry(jitter = up_to("2m"))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

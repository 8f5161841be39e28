use reattempt::retry;

const UNAVAILABLE: u16 = 503;

#[retry(on = UNAVAILABLE)]
fn fetch() -> Result<u32, u16> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

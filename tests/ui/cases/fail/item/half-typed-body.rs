use reattempt::retry;

#[retry]
fn fetch() -> Result<u32, String> {
    let value = ;
    Ok(value)
}

fn main() {
    let _ = fetch();
}

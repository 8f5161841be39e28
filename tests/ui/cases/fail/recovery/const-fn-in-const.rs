use reattempt::retry;

#[retry]
const fn fetch() -> Result<u32, ()> {
    Ok(1)
}

const FETCHED: bool = fetch().is_ok();

fn main() {
    let _ = FETCHED;
}

use reattempt::retry;

#[retry]
const fn fetch() -> Result<u32, ()> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}

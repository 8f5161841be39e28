use reattempt::retry;

#[retry(fallback = |_| Ok(5))]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

fn cached(_: String) -> Option<u32> {
    None
}

#[retry(fallback = cached)]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}

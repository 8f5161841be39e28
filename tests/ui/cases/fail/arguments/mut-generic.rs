use reattempt::retry;

#[retry]
fn fetch<I: Iterator<Item = u32>>(mut items: I) -> Result<u32, String> {
    items.next().ok_or_else(String::new)
}

fn main() {
    let _ = fetch(0..3);
}

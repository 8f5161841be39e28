use reattempt::retry;

#[retry(error = String)]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}

use reattempt::retry;

#[retry(budget, breaker = )]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}

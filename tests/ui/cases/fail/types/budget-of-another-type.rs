use reattempt::retry;

#[retry(budget = 0.2)]
fn fetch() -> Option<u32> {
    None
}

#[retry(budget = names.first())]
fn query(names: &[&str]) -> Option<u32> {
    None
}

fn main() {
    let _ = (fetch(), query(&[]));
}

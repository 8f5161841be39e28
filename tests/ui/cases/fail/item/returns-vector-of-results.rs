use reattempt::retry;

#[retry]
fn fetch() -> Vec<Result<u32, String>> {
    Vec::new()
}

fn main() {
    fetch();
}

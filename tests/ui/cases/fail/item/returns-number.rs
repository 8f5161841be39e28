use reattempt::retry;

#[retry]
fn fetch() -> u32 {
    1
}

fn main() {
    fetch();
}

use reattempt::retry;

#[retry]
fn fetch() -> impl Iterator<Item = u32> {
    0..3
}

fn main() {
    drop(fetch());
}

use reattempt::retry;

#[retry]
macro_rules! fetch {
    () => {};
}

fn main() {
    fetch!();
}

use reattempt::retry;

macro_rules! fetch {
    () => {};
}

#[retry]
fetch!();

fn main() {}

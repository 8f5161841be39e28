use reattempt::retry;

#[retry]
fn fetch(n: u32) -> u32 {
    if n > 1 {
        return 1;
    }
    n
}

fn main() {
    fetch(1);
}

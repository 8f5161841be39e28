use reattempt::retry;

#[retry]
const ATTEMPTS: u32 = 3;

fn main() {
    let _ = ATTEMPTS;
}

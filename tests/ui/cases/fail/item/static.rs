use reattempt::retry;

#[retry]
static ATTEMPTS: u32 = 3;

fn main() {
    let _ = ATTEMPTS;
}

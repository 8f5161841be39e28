use reattempt::retry;

#[retry]
unsafe extern "C" {
    fn fetch() -> u32;
}

fn main() {}

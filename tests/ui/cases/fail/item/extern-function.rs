use reattempt::retry;

unsafe extern "C" {
    #[retry]
    fn fetch() -> u32;
}

fn main() {}

use reattempt::retry;

macro_rules! fetch {
    ($attempts:expr) => {
        #[retry(max = $attempts)]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }
    };
}

fetch!(0);

fn main() {
    let _ = fetch();
}

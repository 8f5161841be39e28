#![deny(warnings)]

use std::time::Duration;

use reattempt::retry;

macro_rules! fetch {
    ($name:ident, $max:expr, $base:expr, $jitter:expr, $factor:expr, $base_ms:expr) => {
        #[retry(max = $max, base = $base, jitter = $jitter, factor = $factor, max_delay = "30s")]
        fn $name() -> Result<u32, String> {
            Ok($max)
        }

        mod $name {
            #[reattempt::retry(max = $max, base_ms = $base_ms)]
            pub(crate) async fn asynchronous() -> Result<u32, String> {
                Ok($max)
            }
        }
    };
}

macro_rules! literally {
    ($name:ident, $max:literal, $ret:ty, $body:block) => {
        #[retry(max = $max)]
        fn $name() -> $ret $body
    };
}

const ATTEMPTS: u32 = 4;

fetch!(literal, 3, "1s", 0.5, 2, 1000);
fetch!(constant, crate::ATTEMPTS, Duration::from_millis(500), 0.1 + 0.2, 1.5, 500 + 500);
fetch!(sum, 2 + 3, Duration::from_secs(1), -0.0, 2.0f64, 1_000);
literally!(by_literal, 7, Result<u32, String>, { Ok(1) });
literally!(by_option, 7, Option<u32>, { Some(1) });

fn main() {
    assert_eq!(sum(), Ok(5));
    assert_eq!(by_literal(), Ok(1));
    assert_eq!(by_option(), Some(1));
    assert_eq!((literal(), constant()), (Ok(3), Ok(4)));
    drop((literal::asynchronous(), constant::asynchronous(), sum::asynchronous()));
}

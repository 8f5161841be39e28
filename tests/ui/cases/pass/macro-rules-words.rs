#![deny(warnings)]

use std::time::Duration;

use reattempt::{Policy, retry};

const POLICY: Policy = Policy::new().max(4);

macro_rules! by_expression {
    ($name:ident, $jitter:expr, $backoff:expr) => {
        #[retry(jitter = $jitter, backoff = $backoff)]
        fn $name() -> Result<u32, String> {
            Ok(1)
        }
    };
}

macro_rules! by_identifier {
    ($name:ident, $jitter:ident, $backoff:ident, $max:tt) => {
        #[retry(jitter = $jitter, backoff = $backoff, max = $max)]
        fn $name() -> Result<u32, String> {
            Ok(1)
        }
    };
}

macro_rules! by_policy {
    ($name:ident, $policy:expr, $within:expr, $text:literal) => {
        #[retry(policy = $policy, within = $within, name = $text)]
        fn $name() -> Result<u32, String> {
            Ok(1)
        }
    };
}

macro_rules! by_argument {
    ($name:ident, $argument:ident: $ty:ty, $width:expr) => {
        #[retry(clone($argument), jitter = up_to($width))]
        fn $name(mut $argument: $ty) -> Result<$ty, String> {
            $argument.push('/');
            Ok($argument)
        }
    };
}

by_expression!(word, full, linear);
by_expression!(call, spread(0.1), fibonacci);
by_expression!(whole, 1, constant);
by_expression!(fraction, 0.5, exponential);
by_identifier!(identifier, equal, linear, 5);
by_policy!(policy, POLICY, "5m", "fetch");
by_policy!(policy_by_path, crate::POLICY, Duration::from_secs(300), "fetch");
by_argument!(argument, text: String, "1s");

fn main() {
    assert_eq!([word(), call(), whole(), fraction(), identifier(), policy(), policy_by_path()], [const { Ok(1) }; 7]);
    assert_eq!(argument(String::new()).as_deref(), Ok("/"));
}

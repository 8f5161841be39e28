//! Tests arguments that contradict one another.

use super::check;

#[test]
fn a_method_cannot_contradict_its_block() {
    check(
        r#"
        #[retry(backoff = linear)]
        impl Client {
            #[retry(factor = 3)]
                    ^^^^^^ `factor` has no effect with `backoff = linear`; remove one of the two
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(within = "1m", unlimited)]
                ^^^^^^ `within` cannot hold for unlimited attempts; write `max = 5` or use `deadline`
        impl Client {
            #[retry(base = "1s")]
            fn get(&self) -> Result<u32, String> { Ok(1) }
            #[retry(backoff = linear, factor = 3)]
                                      ^^^^^^ `factor` has no effect with `backoff = linear`; remove one of the two
            fn put(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(within = "1m")]
                ^^^^^^ `within` is proven at compile time, and `env` changes the policy at run time; remove one or use `deadline`
        impl Client {
            #[retry(env = "DEPLOYMENT")]
            fn fetch(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(within = "1h")]
                ^^^^^^ `within` cannot hold for unlimited attempts; write `max = 5` or use `deadline`
        impl Client {
            #[retry(unlimited)]
            fn get(&self) -> Result<u32, String> { Ok(1) }
            fn put(&self) -> Result<u32, String> { Ok(2) }
        }
        "#,
    );
}

#[test]
fn arguments_cannot_contradict_one_another() {
    check(
        r#"
        #[retry(jitter = decorrelated, backoff = linear)]
                                       ^^^^^^^ `backoff` has no effect with `jitter = decorrelated`; remove one of the two

        #[retry(jitter = decorrelated, backoff = exponential, factor = 3)]
                                                              ^^^^^^ `factor` has no effect with `jitter = decorrelated`; remove one of the two
                                       ^^^^^^^ `backoff` has no effect with `jitter = decorrelated`; remove one of the two

        #[retry(jitter = decorrelated, factor = 3)]
                                       ^^^^^^ `factor` has no effect with `jitter = decorrelated`; remove one of the two

        #[retry(env = "DEPLOYMENT", within = "1m")]
                                    ^^^^^^ `within` is proven at compile time, and `env` changes the policy at run time; remove one or use `deadline`

        #[retry(backoff = constant, factor = 3)]
                                    ^^^^^^ `factor` has no effect with `backoff = constant`; remove one of the two

        #[retry(factor = 3, backoff = linear)]
                ^^^^^^ `factor` has no effect with `backoff = linear`; remove one of the two

        #[retry(preset = api_call, policy = reattempt::preset::MAINTENANCE)]
                                   ^^^^^^ `policy` contradicts `preset`; keep one of the two

        #[retry(unlimited, within = "1h")]
                           ^^^^^^ `within` cannot hold for unlimited attempts; write `max = 5` or use `deadline`
        "#,
    );
}

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

#[test]
fn a_rule_for_a_breaker_needs_one() {
    check(
        r"
        #[retry(breaker_failure = |outcome| outcome.is_err())]
                ^^^^^^^^^^^^^^^ `breaker_failure` needs `breaker`, for which it decides what is a failure; write `breaker = BREAKER` too
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(budget = BUDGET, breaker_failure = is_failure)]
                                 ^^^^^^^^^^^^^^^ `breaker_failure` needs `breaker`, for which it decides what is a failure; write `breaker = BREAKER` too
        async fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(breaker_failure = is_failure)]
                ^^^^^^^^^^^^^^^ `breaker_failure` needs `breaker`, for which it decides what is a failure; write `breaker = BREAKER` too
        impl Client {
            #[retry(max = 2)]
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(max = 3)]
        impl Client {
            #[retry(breaker_failure = is_failure)]
                    ^^^^^^^^^^^^^^^ `breaker_failure` needs `breaker`, for which it decides what is a failure; write `breaker = BREAKER` too
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(breaker = BREAKER)]
        impl Client {
            #[retry(breaker_failure = is_failure)]
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(breaker = BREAKER, breaker_failure = a, breaker_failure = b)]
                                                        ^^^^^^^^^^^^^^^ `breaker_failure` is given twice; keep one of the two
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(breaker = BREAKER, is_failure = |outcome| outcome.is_err())]
                                   ^^^^^^^^^^ `is_failure` is no argument of `#[retry]`; write `breaker_failure = |outcome| outcome.is_err()`
        fn fetch() -> Result<u32, Failed> { Ok(1) }
        ",
    );
}

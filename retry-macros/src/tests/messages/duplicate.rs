//! Tests arguments and attributes that are given twice.

use super::check;

#[test]
fn an_attribute_is_given_once() {
    check(
        r"
        #[retry]
        #[retry]
          ^^^^^ `#[retry]` is given twice; keep one of the two
        async fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(max = 3)]
        #[retry(max = 5)]
          ^^^^^ `#[retry]` is given twice; keep one of the two

        #[retry]
        #[retry]
          ^^^^^ `#[retry]` is given twice; keep one of the two
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(max = 3)]
        #[retry(max = 5)]
          ^^^^^ `#[retry]` is given twice; keep one of the two
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
            fn put(&self) -> Result<u32, String> { Ok(2) }
        }

        #[retry]
        impl Client {
            #[retry(skip)]
            #[retry(max = 3)]
              ^^^^^ `#[retry]` is given twice; keep one of the two
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(max = 3)]
        impl Client {
            #[retry(max = 5)]
            #[retry(jitter = none)]
              ^^^^^ `#[retry]` is given twice; keep one of the two
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }
        ",
    );
}

#[test]
fn an_argument_is_given_once() {
    check(
        r#"
        #[retry(ask = std::io::Error, ask = reattempt::CircuitOpen)]
                                      ^^^ `ask` is given twice; keep one of the two
        fn f() -> Result<(), Box<dyn std::error::Error>> { Ok(()) }

        #[retry(base = "1s", base_ms = 1000)]
                             ^^^^^^^ `base_ms` contradicts `base`; keep one of the two

        #[retry(clone(token), clone(url))]
                              ^^^^^ `clone` is given twice; keep one of the two
        fn fetch(token: String, url: String) -> Result<String, String> { Ok(token + &url) }

        #[retry(clone(token, token))]
                             ^^^^^ `token` is listed twice; keep one of the two
        fn fetch(token: String) -> Result<String, String> { Ok(token) }

        #[retry(deadline_ms = 5000, deadline = "5s")]
                                    ^^^^^^^^ `deadline` contradicts `deadline_ms`; keep one of the two

        #[retry(max = "3", max = 5)]
                      ^^^ `"3"` is no number of attempts; write `max = 5`, or `unlimited` alone

        #[retry(jitter = full, jitter = 0.3)]
                               ^^^^^^ `jitter` is given twice; keep one of the two

        #[retry(max = 3, unlimited)]
                         ^^^^^^^^^ `unlimited` contradicts `max`; keep one of the two

        #[retry(preset = api_call, preset = maintenance, env = "A", env = "B")]
                                   ^^^^^^ `preset` is given twice; keep one of the two
                                                                    ^^^ `env` is given twice; keep one of the two

        #[retry(max = 3, max = 5)]
                         ^^^ `max` is given twice; keep one of the two

        #[retry(on = std::io::Error, on = std::fmt::Error)]
                                     ^^ `on` is given twice; keep one of the two
        fn on() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(unless = std::io::Error, unless = std::fmt::Error)]
                                         ^^^^^^ `unless` is given twice; keep one of the two
        fn unless() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(when = |_| true, when = |_| false)]
                                 ^^^^ `when` is given twice; keep one of the two
        fn when() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(retry_ok = |_| true, retry_ok = |_| false)]
                                     ^^^^^^^^ `retry_ok` is given twice; keep one of the two
        fn retry_ok() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(retry_after = |_| None, retry_after = |_| None)]
                                        ^^^^^^^^^^^ `retry_after` is given twice; keep one of the two
        fn retry_after() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(error = String, error = u32)]
                                ^^^^^ `error` is given twice; keep one of the two
        fn error() -> Result<u32, reattempt::RetryError<String>> { Ok(1) }

        #[retry(attempt = n, attempt = m)]
                             ^^^^^^^ `attempt` is given twice; keep one of the two
        fn attempt() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(fallback = |_| Ok(1), fallback = |_| Ok(2))]
                                      ^^^^^^^^ `fallback` is given twice; keep one of the two
        fn fallback() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(on_retry = drop, on_retry = drop)]
                                 ^^^^^^^^ `on_retry` is given twice; keep one of the two
        fn on_retry() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(on_give_up = drop, on_give_up = drop)]
                                   ^^^^^^^^^^ `on_give_up` is given twice; keep one of the two
        fn on_give_up() -> Result<u32, std::io::Error> { Ok(1) }

        #[retry(max = 3, max = 5, max = 7)]
                         ^^^ `max` is given twice; keep one of the two
                                  ^^^ `max` is given twice; keep one of the two

        #[retry(unlimited, unlimited)]
                           ^^^^^^^^^ `unlimited` is given twice; keep one of the two
        "#,
    );
}

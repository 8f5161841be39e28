//! Tests arguments that have no effect.

use super::check;

#[test]
fn only_an_async_function_has_an_attempt_timeout() {
    check(
        r#"
        #[retry(attempt_timeout_ms = 5000)]
                ^^^^^^^^^^^^^^^^^^ `attempt_timeout_ms` cannot cancel `fetch`, which is not async; write `async fn`, or set a timeout on the client that it calls (`deadline` limits only when attempts start)

        #[retry(attempt_timeout = "5s")]
                ^^^^^^^^^^^^^^^ `attempt_timeout` cannot cancel `put`, not being async; write `async fn`, or `attempt_timeout` on the async methods alone (`deadline` limits only when attempts start)
        impl Client {
            async fn get(&self) -> Result<u32, Failed> { Ok(1) }
            fn put(&self) -> Result<u32, Failed> { Ok(2) }
        }

        #[retry(attempt_timeout = "1s")]
        impl Client {
            #[retry(attempt_timeout = "2s")]
                    ^^^^^^^^^^^^^^^ `attempt_timeout` cannot cancel `fetch`, which is not async; write `async fn`, or set a timeout on the client that it calls (`deadline` limits only when attempts start)
            fn fetch(&self) -> Result<u32, String> { Ok(1) }
            async fn put(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(attempt_timeout = "5s")]
                ^^^^^^^^^^^^^^^ `attempt_timeout` cannot cancel `get`, `put`, `list`, not being async; write `async fn`, or `attempt_timeout` on the async methods alone (`deadline` limits only when attempts start)
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
            fn put(&self) -> Result<u32, String> { Ok(2) }
            fn list(&self) -> Result<u32, String> { Ok(3) }
        }

        #[retry(attempt_timeout = "5s")]
                ^^^^^^^^^^^^^^^ `attempt_timeout` cannot cancel `fetch`, which is not async; write `async fn`, or set a timeout on the client that it calls (`deadline` limits only when attempts start)
        "#,
    );
}

#[test]
fn only_an_owned_argument_is_cloned() {
    check(
        r"
        #[retry(clone(credentials))]
                      ^^^^^^^^^^^ `credentials` is no argument of `fetch`; there are `url`
        fn fetch(url: String) -> Result<String, String> { Ok(url) }

        #[retry(clone(list))]
                      ^^^^ `list` is a reference, which every attempt borrows anew; remove it
        fn fetch(list: &mut Vec<u32>) -> Result<(), String> {
            list.push(1);
            Ok(())
        }

        #[retry(clone(url))]
                      ^^^ `url` is a reference, which every attempt borrows anew; remove it
        fn fetch(url: &str) -> Result<String, String> { Ok(url.to_owned()) }

        #[retry(clone(tokne))]
                      ^^^^^ `tokne` is no argument of `fetch`; write `clone(token)`
        fn fetch(url: &str, token: String) -> Result<String, String> { Ok(token + url) }

        #[retry(clone(self))]
                      ^^^^ every attempt borrows `self` anew, there is nothing to clone; remove it
        fn get(&self) -> Result<u32, String> { Ok(1) }

        #[retry(clone(self))]
                      ^^^^ `open` has no `self` to clone; remove it
        fn open(url: &str) -> Result<String, String> { Ok(url.to_owned()) }

        #[retry(clone(self))]
                      ^^^^ `fetch` has no `self` to clone; remove it
        fn fetch(url: String) -> Result<String, String> { Ok(url) }

        #[retry(clone(self))]
                      ^^^^ `self` is never used up, no method here takes `self` by value; remove it
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(clone(token))]
                      ^^^^^ `fetch` has no arguments to clone; remove `clone`
        ",
    );
}

#[test]
fn only_a_method_is_skipped() {
    check(
        r"
        #[retry(skip)]
                ^^^^ `skip` exempts a method from `#[retry]` on its `impl` block; remove the attribute

        #[retry(skip)]
                ^^^^ `skip` exempts a single method; remove the attribute from the `impl` block
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
            fn put(&self) -> Result<u32, String> { Ok(2) }
            fn list(&self) -> Result<u32, String> { Ok(3) }
        }

        #[retry(skip)]
                ^^^^ `skip` exempts a method from `#[retry]` on its `impl` block; remove the attribute
        fn get(&self) -> Result<u32, String> { Ok(1) }

        #[retry]
        impl Client {
            #[retry(skip, max = 5)]
                          ^^^ `max` has no effect with `skip`; remove one of the two
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }
        ",
    );
}

#[test]
fn every_argument_has_an_effect() {
    check(
        r"
        #[retry(max = 1, budget = BUDGET)]
                         ^^^^^^ `budget` pays for retries, and with `max = 1` there is none; remove one of the two
        fn fetch() -> Option<u32> { None }

        #[retry]
        impl Client {
        ^^^^ no method here returns a `Result`; put `#[retry]` on the methods that may fail
            fn count(&self) -> u32 { 1 }
        }

        #[retry(on = [Failed::Busy, _])]
                                    ^ `_` matches every error; remove it
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = _)]
                     ^ `_` matches every error; remove it
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(budget = RetryBudget::new().ratio(0.1), breaker = &reattempt::CircuitBreaker::new())]
                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a `RetryBudget` made here is new at every call and remembers nothing; put it into a `static`, write `budget = BUDGET`
                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a `CircuitBreaker` made here is new at every call and remembers nothing; put it into a `static`, write `breaker = BREAKER`
        fn fetch() -> Option<u32> { None }

        #[retry(throttle = Throttle::new().k(1.5).window(WINDOW))]
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a `Throttle` made here is new at every call and remembers nothing; put it into a `static`, write `throttle = THROTTLE`
        fn fetch() -> Option<u32> { None }

        #[retry(unless = _)]
                         ^ `_` matches every error; remove it
        fn fetch() -> Result<u32, Failed> { Ok(1) }
        ",
    );
}

#[test]
fn only_async_methods_are_cancelled_or_copied() {
    check(
        r#"
        #[retry(attempt_timeout = "1s")]
                ^^^^^^^^^^^^^^^ `attempt_timeout` cannot cancel `f`, `h`, not being async; write `async fn`, or `attempt_timeout` on the async methods alone (`deadline` limits only when attempts start)
        impl S {
            fn f() -> Result<u8, E> { g() }
            #[retry(max = 2)]
            fn h() -> Result<u8, E> { g() }
            async fn k() -> Result<u8, E> { g() }
        }

        #[retry(hedge_ms = 2)]
                ^^^^^^^^ `hedge_ms` cannot run copies of `f` beside each other, not being async; write `async fn`, or `hedge_ms` on the async methods alone
        impl S {
            fn f() -> Result<u8, E> { g() }
            #[retry(skip)]
            fn i() -> Result<u8, E> { g() }
            async fn k() -> Result<u8, E> { g() }
        }
        "#,
    );
}

#[test]
fn a_fallback_receives_the_error_of_an_attempt_that_ran_out_of_time() {
    check(
        r#"
        #[retry(attempt_timeout = "1s")]
                ^^^^^^^^^^^^^^^ `attempt_timeout` fails an attempt with an error, and `fetch` returns an `Option`, which has none; return a `Result`
        async fn fetch() -> Option<u32> { None }

        #[retry(attempt_timeout = "1s", error = Down, fallback = |_| None)]
        async fn fetch() -> Option<u32> { None }
        "#,
    );
}

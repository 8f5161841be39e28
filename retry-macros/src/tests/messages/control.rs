//! `call`, `cancel`, `delay`, `log` and what belongs to them.

use super::check;

#[test]
fn a_span_takes_no_value() {
    check(
        r#"
        #[retry(span = "connect", max = 0.5)]
                     ^ `span` takes no value; write `span`
                                        ^^^ `0.5` is no number of attempts; write `max = 5`, or `unlimited` alone
        fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(span, name = "a", span)]
                                  ^^^^ `span` is given twice; keep one of the two
        fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(tracing, instrument = true)]
                ^^^^^^^ `tracing` is no argument of `#[retry]`; write `span`
                         ^^^^^^^^^^ `instrument` is no argument of `#[retry]`; write `span`
        fn fetch() -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn a_log_level_is_a_word() {
    check(
        r#"
        #[retry(log = warning)]
                      ^^^^^^^ `warning` is no level; write `log = warn`

        #[retry(log = "debug")]
                      ^^^^^^^ `"debug"` is no level; write `log = debug`

        #[retry(log = Level::INFO)]
                      ^^^^^^^^^^^ `Level::INFO` is no level; write `log = info`

        #[retry(log = false)]
                      ^^^^^ `false` is no level; write `log = off`

        #[retry(log = 3)]
                      ^ `3` is no level; write `off`, `trace`, `debug`, `info`, `warn` or `error`

        #[retry(log_level = info, quiet = 3)]
                ^^^^^^^^^ `log_level` is no argument of `#[retry]`; write `log = info`
                                  ^^^^^ `quiet` is no argument of `#[retry]`; write `log_after = 3`

        #[retry(log_after = "3")]
                            ^^^ `"3"` is no number of retries; write `log_after = 3`

        #[retry(log_after = -1)]
                            ^^ `-1` is no number of retries; write `log_after = 3`

        #[retry(log = debug, log_after = 3)]
                             ^^^^^^^^^ `log_after` keeps the first retries at `debug`, and `log = debug` logs none above it; remove one of the two
        fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(log_after = n)]
                            ^ `n` is known only at run time, and `log_after` takes a constant; write `log = off` and the event of your own in `on_retry`
        fn fetch(n: u32) -> Result<u32, String> { Ok(n) }
        "#,
    );
}

#[test]
fn a_delay_is_a_function_and_replaces_the_policy() {
    check(
        r#"
        #[retry(delay = 500)]
                        ^^^ `delay` takes a function of the error and its attempt; write `base_ms = 500` or `base = "500s"` for a first delay

        #[retry(delay = Duration::from_secs(1))]
                        ^^^^^^^^^^^^^^^^^^^^^^ `delay` takes a function of the error and its attempt; write `base = Duration::from_secs(1)` for a first delay

        #[retry(delay = ["1s", "5s"])]
                        ^^^^^^^^^^^^ `delay` takes a function of the error and its attempt; write `delays = ["1s", "5s"]` for a list, or `base = "1s"` for a first delay

        #[retry(delay = f, base = "1s", factor = 3, backoff = exponential)]
                           ^^^^ `base` has no effect with `delay`, which returns the exact delay; remove one of the two
                                        ^^^^^^ `factor` has no effect with `delay`, which returns the exact delay; remove one of the two
                                                    ^^^^^^^ `backoff` has no effect with `delay`, which returns the exact delay; remove one of the two

        #[retry(delay = f, within = "1m")]
                           ^^^^^^ `within` is proven at compile time, and `delay` can lengthen the call at run time; remove one or use `deadline`

        #[retry(retry_after_ok = f)]
                ^^^^^^^^^^^^^^ `retry_after_ok` reads the wait from a value that `retry_ok` refuses, and there is no `retry_ok`; write `retry_ok = |value| …` too
        fn fetch() -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn a_call_that_may_restart_has_no_proven_end() {
    check(
        r#"
        #[retry(call = c, restart_after = "1m", within = "1h")]
                                                ^^^^^^ `within` is proven at compile time, and `restart_after` can lengthen the call at run time; remove one or use `deadline`
                                                ^^^^^^ `within` is proven at compile time, and `call` can lengthen the call at run time; remove one or use `deadline`

        #[retry(restart_after = 120)]
                                ^^^ `120` has no unit; write `restart_after_ms = 120` or `restart_after = "120s"`

        #[retry(call)]
                ^^^^ `call` takes a value after `=`; write `call = c`

        #[retry(call = self.call)]
                       ^^^^ the value of `call` cannot be read; write `call = c`

        #[retry(cancel = "token")]
                         ^^^^^^^ `"token"` cannot end a call; write `cancel = token.cancelled()`

        #[retry(handle = c, cancellation = token.cancelled(), on_recovery = f)]
                ^^^^^^ `handle` is no argument of `#[retry]`; write `call = c`
                            ^^^^^^^^^^^^ `cancellation` is no argument of `#[retry]`; write `cancel = token.cancelled()`
                                                              ^^^^^^^^^^^ `on_recovery` is no argument of `#[retry]`; write `on_success = f`
        fn fetch() -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn the_handle_hides_neither_an_argument_nor_the_number() {
    check(
        r"
        #[retry(call = url)]
                       ^^^ `url` is an argument of `fetch`; write another name, such as `call = handle`
        fn fetch(url: &str) -> Result<u32, String> { Ok(1) }

        #[retry(call = port)]
                       ^^^^ `port` is an argument of `fetch`; write another name, such as `call = handle`
        async fn fetch((port, _): (u16, u32)) -> Result<u32, String> { Ok(1) }

        #[retry(attempt = c, call = c)]
                                    ^ `attempt = c` has this name; write another name, such as `call = handle`
        ",
    );
}

#[test]
fn the_future_of_a_hook_borrows_no_event() {
    check(
        r#"
        #[retry(on_retry = |event| async { log(event).await })]
                                   ^^^^^ the future cannot borrow `event`, which ends with the call of `on_retry`; write `async |event| { … }`
        async fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(on_retry = |event| async { log("failed").await })]
        async fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(on_retry = |event| async { log(event).await })]
        fn fetch() -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn a_delay_may_be_what_a_function_returns() {
    check(
        r#"
        #[retry(delay = schedule())]

        #[retry(delay = "5s")]
                        ^^^^ `delay` takes a function of the error and its attempt; write `base = "5s"` for a first delay
        "#,
    );
}

//! Tests lists of delays, steps of a backoff and modes of hints.

use super::check;

#[test]
fn every_item_of_a_list_is_a_duration() {
    check(
        r#"
        #[retry(delays = [100, "1s", "5", "1 week", true, -1, DELAY, 1.5])]
                          ^^^ `100` has no unit; write `"100ms"` or `"100s"`
                                     ^^^ `"5"` has no unit; write `"5ms"` or `"5s"`
                                          ^^^^^^^^ `week` is no unit of time; write `ns`, `us`, `ms`, `s`, `m` or `h`
                                                    ^^^^ `true` is no duration; write `"1ms"` or `"1s"`
                                                          ^^ `-1` is no duration; write `"1ms"` or `"1s"`
                                                                     ^^^ `1.5` has no unit; write `"1.5ms"` or `"1.5s"`

        #[retry(delays = [100; 3], max = true)]
                          ^^^ `100` has no unit; write `"100ms"` or `"100s"`
                                         ^^^^ `true` is no number of attempts; write `max = 5`, or `unlimited` alone
        "#,
    );
}

#[test]
fn a_list_is_a_list() {
    check(
        r#"
        #[retry(delays = [])]
                         ^^ `delays` is empty; write `delays = ["100ms", "1s"]`, or `max = 1` for no retry

        #[retry(delays = "1s")]
                         ^^^^ `"1s"` is no list; write `delays = ["1s"]`

        #[retry(delays = ("1s"))]
                         ^^^^^^ `("1s")` is no list; write `delays = ["1s"]`

        #[retry(delays = ("1s", "5s"))]
                         ^^^^^^^^^^^^ `("1s", "5s")` is no list; write `delays = ["1s", "5s"]`

        #[retry(delays = 5)]
                         ^ `5` is no list; write `delays = ["1s"]`

        #[retry(delays)]
                ^^^^^^ `delays` takes a value after `=`; write `delays = ["100ms", "1s"]`

        #[retry(delays("1s", "5s"))]
                ^^^^^^ `delays` takes a value after `=`; write `delays = ["100ms", "1s"]`

        #[retry(schedule = ["1s", "5s"])]
                ^^^^^^^^ `schedule` is no argument of `#[retry]`; write `delays = ["1s", "5s"]`

        #[retry(intervals = "1s")]
                ^^^^^^^^^ `intervals` is no argument of `#[retry]`; write `delays = ["100ms", "1s"]`
        "#,
    );
}

#[test]
fn a_list_is_a_constant() {
    check(
        r#"
        #[retry(delays = [self.first, "1s", twice(delay)])]
                          ^^^^^^^^^^ `self.first` is known only at run time, and `delays` takes constants; use `delay = |error, attempt| …`
                                            ^^^^^^^^^^^^ `twice(delay)` is known only at run time, and `delays` takes constants; use `delay = |error, attempt| …`
        fn get(&self, delay: Duration) -> Result<u32, String> { Ok(1) }

        #[retry(delays = self.delays)]
                         ^^^^^^^^^^^ `self.delays` is known only at run time, and `delays` takes constants; use `delay = |error, attempt| …`
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(delays = || DELAYS)]
                         ^^^^^^^^^ `|| DELAYS` is known only at run time, and `delays` takes constants; use `delay = |error, attempt| …`

        #[retry(backoff = linear(self.step), within = "1m")]
                                             ^^^^^^ `within` is proven at compile time, and `self.step` is known at run time; name a constant or use `deadline`
        fn get(&self) -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn a_list_has_all_delays() {
    check(
        r#"
        #[retry(delays = ["1s"], base = "1s", factor = 2, backoff = linear)]
                                              ^^^^^^ `factor` has no effect with `backoff = linear`; remove one of the two
                                 ^^^^ `base` has no effect with `delays`; remove one of the two
                                              ^^^^^^ `factor` has no effect with `delays`; remove one of the two
                                                          ^^^^^^^ `backoff` has no effect with `delays`; remove one of the two

        #[retry(base_ms = 5, delays = LIST)]
                ^^^^^^^ `base_ms` has no effect with `delays`; remove one of the two

        #[retry(delays = ["1s"], jitter = decorrelated)]
                ^^^^^^ `delays` has no effect with `jitter = decorrelated`; remove one of the two

        #[retry(jitter = decorrelated)]
        impl Client {
            #[retry(delays = ["1s"])]
                    ^^^^^^ `delays` has no effect with `jitter = decorrelated`; remove one of the two
            fn get(&self) -> Result<u32, String> { Ok(1) }
            #[retry(delays = ["1s"], base = "2s")]
                    ^^^^^^ `delays` has no effect with `jitter = decorrelated`; remove one of the two
                                     ^^^^ `base` has no effect with `delays`; remove one of the two
            fn put(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(delays = ["1s"], delays = ["2s"])]
                                 ^^^^^^ `delays` is given twice; keep one of the two

        #[retry(delays = ["1s"], unlimited, within = "1m")]
                                            ^^^^^^ `within` cannot hold for unlimited attempts; write `max = 5` or use `deadline`
        "#,
    );
}

#[test]
fn a_step_is_a_duration() {
    check(
        r#"
        #[retry(backoff = linear(1))]
                                 ^ `1` has no unit; write `backoff = linear("1s")`

        #[retry(backoff = linear("1 week"))]
                                 ^^^^^^^^ `week` is no unit of time; write `ns`, `us`, `ms`, `s`, `m` or `h`

        #[retry(backoff = linear())]
                          ^^^^^^^^ `linear` takes one duration; write `backoff = linear("1s")`

        #[retry(backoff = linear("1s", "2s"))]
                          ^^^^^^^^^^^^^^^^^^ `linear` takes one duration; write `backoff = linear("1s")`

        #[retry(backoff = exponential(3))]
                          ^^^^^^^^^^^^^^ `exponential` takes no value; write `backoff = exponential, factor = 3`

        #[retry(backoff = constant("1s"))]
                          ^^^^^^^^^^^^^^ `constant` takes no value; write `backoff = constant`

        #[retry(backoff = polynomial(2))]
                          ^^^^^^^^^^^^^ `polynomial` is no backoff; write `backoff = linear("1s")`

        #[retry(backoff = list)]
                          ^^^^ a list has an argument of its own; write `delays = ["100ms", "1s"]`

        #[retry(backoff = linear("1s"), factor = 2)]
                                        ^^^^^^ `factor` has no effect with `backoff = linear`; remove one of the two
        "#,
    );
}

#[test]
fn a_hint_has_a_mode_and_a_limit() {
    check(
        r#"
        #[retry(hint = 1)]
                       ^ `1` is no mode of hints; write `exact` or `at_least`

        #[retry(hint = "exact")]
                       ^^^^^^^ `"exact"` is no mode of hints; write `hint = exact`

        #[retry(hint = HintMode::Exact)]
                       ^^^^^^^^^^^^^^^ `HintMode::Exact` is no mode of hints; write `hint = exact`

        #[retry(hint = atleast)]
                       ^^^^^^^ `atleast` is no mode of hints; write `hint = at_least`

        #[retry(hint = |error| error.wait())]
                       ^^^^^^^^^^^^^^^^^^^^ `hint` takes no function; write `retry_after = |error| error.wait()`, or `hint = exact`

        #[retry(hint)]
                ^^^^ `hint` takes a value after `=`; write `hint = exact`

        #[retry(max_hint = 5)]
                           ^ `5` has no unit; write `max_hint_ms = 5` or `max_hint = "5s"`

        #[retry(max_hint_ms = 5, max_hint = "5s")]
                                 ^^^^^^^^ `max_hint` contradicts `max_hint_ms`; keep one of the two

        #[retry(max_retry_after = "2 min")]
                ^^^^^^^^^^^^^^^ `max_retry_after` is no argument of `#[retry]`; write `max_hint = "2m"`
        "#,
    );
}

#[test]
fn a_preset_that_was_renamed_is_named() {
    check(
        r"
        #[retry(preset = lambda)]
                         ^^^^^^ `lambda` is now called `maintenance`, because delays of 5 s and 10 s suit drains and backups, not a function with a hard time limit; write `preset = maintenance`
        ",
    );
}

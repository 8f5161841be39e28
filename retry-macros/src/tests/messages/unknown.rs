//! Tests unknown names of arguments and unknown words as values, for which the message proposes the nearest.

use super::check;

#[test]
fn names_of_other_libraries_for_a_policy_lead_to_ours() {
    check(
        r#"
        #[retry(
            attempts = 1,
            ^^^^^^^^ `attempts` is no argument of `#[retry]`; write `max = 1`
            max_attempts = 1,
            ^^^^^^^^^^^^ `max_attempts` is no argument of `#[retry]`; write `max = 1`
            max_retries = 1,
            ^^^^^^^^^^^ `max_retries` is no argument of `#[retry]`; write `max = 2`, which counts the first attempt too
            max_times = 1,
            ^^^^^^^^^ `max_times` is no argument of `#[retry]`; write `max = 2`, which counts the first attempt too
            max_tries = 1,
            ^^^^^^^^^ `max_tries` is no argument of `#[retry]`; write `max = 1`
            retries = 1,
            ^^^^^^^ `retries` is no argument of `#[retry]`; write `max = 2`, which counts the first attempt too
            times = 1,
            ^^^^^ `times` is no argument of `#[retry]`; write `max = 1`, which counts the first attempt too
            tries = 1,
            ^^^^^ `tries` is no argument of `#[retry]`; write `max = 1`
            stop = 1,
            ^^^^ `stop` is no argument of `#[retry]`; write `max = 1`
            forever = 1,
            ^^^^^^^ `forever` is no argument of `#[retry]`; write `unlimited`
            infinite = 1,
            ^^^^^^^^ `infinite` is no argument of `#[retry]`; write `unlimited`
        )]

        #[retry(
            delay_ms = 1,
            ^^^^^^^^ `delay_ms` is no argument of `#[retry]`; write `base_ms = 1`
            base_delay = 1,
            ^^^^^^^^^^ `base_delay` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            initial = 1,
            ^^^^^^^ `initial` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            initial_delay = 1,
            ^^^^^^^^^^^^^ `initial_delay` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            initial_interval = 1,
            ^^^^^^^^^^^^^^^^ `initial_interval` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            interval = 1,
            ^^^^^^^^ `interval` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            min_delay = 1,
            ^^^^^^^^^ `min_delay` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            min = 1,
            ^^^ `min` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            wait = 1,
            ^^^^ `wait` is no argument of `#[retry]`; write `base_ms = 1` or `base = "1s"`
            multiplier = 1,
            ^^^^^^^^^^ `multiplier` is no argument of `#[retry]`; write `factor = 1`
            exponential_base = 1,
            ^^^^^^^^^^^^^^^^ `exponential_base` is no argument of `#[retry]`; write `factor = 1`
            exponent = 1,
            ^^^^^^^^ `exponent` is no argument of `#[retry]`; write `factor = 1`
            strategy = 1,
            ^^^^^^^^ `strategy` is no argument of `#[retry]`; write `backoff = exponential`
            cap = 1,
            ^^^ `cap` is no argument of `#[retry]`; write `max_delay_ms = 1` or `max_delay = "1s"`
            max_interval = 1,
            ^^^^^^^^^^^^ `max_interval` is no argument of `#[retry]`; write `max_delay_ms = 1` or `max_delay = "1s"`
            max_wait = 1,
            ^^^^^^^^ `max_wait` is no argument of `#[retry]`; write `max_delay_ms = 1` or `max_delay = "1s"`
            random = 1,
            ^^^^^^ `random` is no argument of `#[retry]`; write `jitter = 1`
            randomize = 1,
            ^^^^^^^^^ `randomize` is no argument of `#[retry]`; write `jitter = 1`
            randomization_factor = 1,
            ^^^^^^^^^^^^^^^^^^^^ `randomization_factor` is no argument of `#[retry]`; write `jitter = spread(1)`
        )]

        #[retry(
            total_timeout = 1,
            ^^^^^^^^^^^^^ `total_timeout` is no argument of `#[retry]`; write `deadline_ms = 1` or `deadline = "1s"`
            total_timeout_ms = 1,
            ^^^^^^^^^^^^^^^^ `total_timeout_ms` is no argument of `#[retry]`; write `deadline_ms = 1`
            max_elapsed = 1,
            ^^^^^^^^^^^ `max_elapsed` is no argument of `#[retry]`; write `deadline_ms = 1` or `deadline = "1s"`
            max_elapsed_time = 1,
            ^^^^^^^^^^^^^^^^ `max_elapsed_time` is no argument of `#[retry]`; write `deadline_ms = 1` or `deadline = "1s"`
            max_duration = 1,
            ^^^^^^^^^^^^ `max_duration` is no argument of `#[retry]`; write `deadline_ms = 1` or `deadline = "1s"`
            total_delay = 1,
            ^^^^^^^^^^^ `total_delay` is no argument of `#[retry]`; write `deadline_ms = 1` or `deadline = "1s"`
            timeout = 1,
            ^^^^^^^ `timeout` is no argument of `#[retry]`; write `attempt_timeout_ms = 1` or `attempt_timeout = "1s"`
            timeout_ms = 1,
            ^^^^^^^^^^ `timeout_ms` is no argument of `#[retry]`; write `attempt_timeout_ms = 1`
        )]
        "#,
    );
}

#[test]
fn names_of_other_libraries_for_the_rest_lead_to_ours() {
    check(
        r#"
        #[retry(
            retry_on = 1,
            ^^^^^^^^ `retry_on` is no argument of `#[retry]`; write `on = MyError`
            retry_on_exceptions = 1,
            ^^^^^^^^^^^^^^^^^^^ `retry_on_exceptions` is no argument of `#[retry]`; write `on = MyError`
            exceptions = 1,
            ^^^^^^^^^^ `exceptions` is no argument of `#[retry]`; write `on = MyError`
            retriable = 1,
            ^^^^^^^^^ `retriable` is no argument of `#[retry]`; write `on = MyError`
            errors = 1,
            ^^^^^^ `errors` is no argument of `#[retry]`; write `on = MyError`
            not_on = 1,
            ^^^^^^ `not_on` is no argument of `#[retry]`; write `unless = MyError::Permanent`
            abort_on = 1,
            ^^^^^^^^ `abort_on` is no argument of `#[retry]`; write `unless = MyError::Permanent`
            permanent = 1,
            ^^^^^^^^^ `permanent` is no argument of `#[retry]`; write `unless = MyError::Permanent`
            except = 1,
            ^^^^^^ `except` is no argument of `#[retry]`; write `unless = MyError::Permanent`
            if = 1,
            ^^ `if` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            retry_if = 1,
            ^^^^^^^^ `retry_if` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            condition = 1,
            ^^^^^^^^^ `condition` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            predicate = 1,
            ^^^^^^^^^ `predicate` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            retry_on_result = 1,
            ^^^^^^^^^^^^^^^ `retry_on_result` is no argument of `#[retry]`; write `retry_ok = |value| value.is_pending()`
            until = 1,
            ^^^^^ `until` is no argument of `#[retry]`; write `retry_ok = |value| value.is_pending()`
            adjust = 1,
            ^^^^^^ `adjust` is no argument of `#[retry]`; write `retry_after = |error| error.retry_after()`
        )]

        #[retry(
            error_type = 1,
            ^^^^^^^^^^ `error_type` is no argument of `#[retry]`; write `error = MyError`
            wrap = 1,
            ^^^^ `wrap` is no argument of `#[retry]`; write `error = MyError`
            attempt_number = 1,
            ^^^^^^^^^^^^^^ `attempt_number` is no argument of `#[retry]`; write `attempt = n`
            recover = 1,
            ^^^^^^^ `recover` is no argument of `#[retry]`; write `fallback = |error| Ok(default)`
            default = 1,
            ^^^^^^^ `default` is no argument of `#[retry]`; write `fallback = |error| Ok(default)`
            or_else = 1,
            ^^^^^^^ `or_else` is no argument of `#[retry]`; write `fallback = |error| Ok(default)`
            notify = 1,
            ^^^^^^ `notify` is no argument of `#[retry]`; write `on_retry = |event| log(event)`
            before_sleep = 1,
            ^^^^^^^^^^^^ `before_sleep` is no argument of `#[retry]`; write `on_retry = |event| log(event)`
            on_failure = 1,
            ^^^^^^^^^^ `on_failure` is no argument of `#[retry]`; write `on_give_up = |event| log(event)`
            on_error = 1,
            ^^^^^^^^ `on_error` is no argument of `#[retry]`; write `on_give_up = |event| log(event)`
            operation = 1,
            ^^^^^^^^^ `operation` is no argument of `#[retry]`; write `name = "drain node"`
            label = 1,
            ^^^^^ `label` is no argument of `#[retry]`; write `name = "drain node"`
            config = 1,
            ^^^^^^ `config` is no argument of `#[retry]`; write `policy = POLICY`
            builder = 1,
            ^^^^^^^ `builder` is no argument of `#[retry]`; write `policy = POLICY`
            sleeper = 1,
            ^^^^^^^ `sleeper` is no argument of `#[retry]`; write `sleep = path::to::sleep`
            ignore = 1,
            ^^^^^^ `ignore` is no argument of `#[retry]`; write `skip`
        )]
        "#,
    );
}

#[test]
fn the_advice_keeps_the_value() {
    check(
        r#"
        #[retry(attempts = 5)]
                ^^^^^^^^ `attempts` is no argument of `#[retry]`; write `max = 5`

        #[retry(circuit_breaker = BREAKER, retry_budget = BUDGET, braker = BREAKER)]
                ^^^^^^^^^^^^^^^ `circuit_breaker` is no argument of `#[retry]`; write `breaker = BREAKER`
                                           ^^^^^^^^^^^^ `retry_budget` is no argument of `#[retry]`; write `budget = BUDGET`
                                                                  ^^^^^^ `braker` is no argument of `#[retry]`; write `breaker = BREAKER`
        fn fetch() -> Option<u32> { None }

        #[retry(adaptive_throttling = self.throttle, trottle = THROTTLE)]
                ^^^^^^^^^^^^^^^^^^^ `adaptive_throttling` is no argument of `#[retry]`; write `throttle = self.throttle`
                                                     ^^^^^^^ `trottle` is no argument of `#[retry]`; write `throttle = THROTTLE`
        fn fetch(&self) -> Option<u32> { None }

        #[retry(delay_ms = 500)]
                ^^^^^^^^ `delay_ms` is no argument of `#[retry]`; write `base_ms = 500`

        #[retry(delay = "1s")]
                        ^^^^ `delay` takes a function of the error and its attempt; write `base = "1s"` for a first delay

        #[retry(if = |error| error.is_empty())]
                ^^ `if` is no argument of `#[retry]`; write `when = |error| error.is_empty()`

        #[retry(max_elapsed = "1m")]
                ^^^^^^^^^^^ `max_elapsed` is no argument of `#[retry]`; write `deadline = "1m"`

        #[retry(max_retries = 5)]
                ^^^^^^^^^^^ `max_retries` is no argument of `#[retry]`; write `max = 6`, which counts the first attempt too

        #[retry(presets = api_call, env_prefix = "APP")]
                ^^^^^^^ `presets` is no argument of `#[retry]`; write `preset = api_call`
                                    ^^^^^^^^^^ `env_prefix` is no argument of `#[retry]`; write `env = "APP"`

        #[retry(preset = database)]
                         ^^^^^^^^ `database` is no preset; there are {all presets}

        #[retry(retries = 5)]
                ^^^^^^^ `retries` is no argument of `#[retry]`; write `max = 6`, which counts the first attempt too

        #[retry(timeout = "5s")]
                ^^^^^^^ `timeout` is no argument of `#[retry]`; write `attempt_timeout = "5s"`

        #[retry(total_timeout = "1m")]
                ^^^^^^^^^^^^^ `total_timeout` is no argument of `#[retry]`; write `deadline = "1m"`
        "#,
    );
}

#[test]
fn a_misspelt_name_leads_to_the_nearest() {
    check(
        r#"
        #[retry(Max = 5)]
                ^^^ `Max` is no argument of `#[retry]`; write `max = 5`

        #[retry(
            un = 1,
            ^^ `un` is no argument of `#[retry]`; write `on = MyError`
            onn = 1,
            ^^^ `onn` is no argument of `#[retry]`; write `on = MyError`
            unles = 1,
            ^^^^^ `unles` is no argument of `#[retry]`; write `unless = MyError::Permanent`
            whne = 1,
            ^^^^ `whne` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            retry_k = 1,
            ^^^^^^^ `retry_k` is no argument of `#[retry]`; write `retry_ok = |value| value.is_pending()`
            retryok = 1,
            ^^^^^^^ `retryok` is no argument of `#[retry]`; write `retry_ok = |value| value.is_pending()`
            retry_afer = 1,
            ^^^^^^^^^^ `retry_afer` is no argument of `#[retry]`; write `retry_after = |error| error.retry_after()`
            eror = 1,
            ^^^^ `eror` is no argument of `#[retry]`; write `error = MyError`
            atempt = 1,
            ^^^^^^ `atempt` is no argument of `#[retry]`; write `attempt = n`
            falback = 1,
            ^^^^^^^ `falback` is no argument of `#[retry]`; write `fallback = |error| Ok(default)`
            onretry = 1,
            ^^^^^^^ `onretry` is no argument of `#[retry]`; write `on_retry = |event| log(event)`
            on_retri = 1,
            ^^^^^^^^ `on_retri` is no argument of `#[retry]`; write `on_retry = |event| log(event)`
            on_giveup = 1,
            ^^^^^^^^^ `on_giveup` is no argument of `#[retry]`; write `on_give_up = |event| log(event)`
            give_up = 1,
            ^^^^^^^ `give_up` is no argument of `#[retry]`; write `on_give_up = |event| log(event)`
            retry_while = 1,
            ^^^^^^^^^^^ `retry_while` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            skip_if = 1,
            ^^^^^^^ `skip_if` is no argument of `#[retry]`; there are {all keys}
            ok = 1,
            ^^ `ok` is no argument of `#[retry]`; write `on = MyError`
            then = 1,
            ^^^^ `then` is no argument of `#[retry]`; write `when = |error| error.is_transient()`
            OnRetry = 1,
            ^^^^^^^ `OnRetry` is no argument of `#[retry]`; write `on_retry = |event| log(event)`
        )]

        #[retry(max_dealy = "30s")]
                ^^^^^^^^^ `max_dealy` is no argument of `#[retry]`; write `max_delay = "30s"`

        #[retry(retry::max = 5)]
                       ^^^ the name of an argument is no path; write `max = 5`

        #[retry(colour = 5)]
                ^^^^^^ `colour` is no argument of `#[retry]`; there are {all keys}

        #[retry(my::thing = 3)]
                    ^^^^^ `my::thing` is no argument of `#[retry]`; there are {all keys}

        #[retry(r#max = 5)]
                ^^^^^ `r#max` is no argument of `#[retry]`; write `max = 5`

        #[retry(base = "10sec")]
                       ^^^^^^^ `sec` is no unit of time; write `"10s"`
        "#,
    );
}

#[test]
fn an_unknown_word_leads_to_the_nearest() {
    check(
        r#"
        #[retry(backoff = Backoff::Linear)]
                          ^^^^^^^^^^^^^^^ `Backoff::Linear` is no backoff; write `backoff = linear`

        #[retry(backoff = "linear")]
                          ^^^^^^^^ `"linear"` is no backoff; write `backoff = linear`

        #[retry(backoff = exponental)]
                          ^^^^^^^^^^ `exponental` is no backoff; write `backoff = exponential`

        #[retry(backoff = polynomial)]
                          ^^^^^^^^^^ `polynomial` is no backoff; write `exponential`, `linear`, `linear("1s")`, `constant` or `fibonacci`

        #[retry(jitter = "full")]
                         ^^^^^^ `"full"` is no jitter; write `jitter = full`

        #[retry(jitter = true)]
                         ^^^^ `true` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`

        #[retry(jitter = gaussian(0.3))]
                         ^^^^^^^^^^^^^ `gaussian` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`

        #[retry(jitter = ful)]
                         ^^^ `ful` is no jitter; write `jitter = full`

        #[retry(jitter = gaussian)]
                         ^^^^^^^^ `gaussian` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`

        #[retry(preset = api_cal)]
                         ^^^^^^^ `api_cal` is no preset; write `preset = api_call`; there are {all presets}
        "#,
    );
}

#[test]
fn the_advice_keeps_a_jitter_that_is_one() {
    check(
        r"
        #[retry(jiter = 0.5)]
                ^^^^^ `jiter` is no argument of `#[retry]`; write `jitter = 0.5`

        #[retry(jiter = true)]
                ^^^^^ `jiter` is no argument of `#[retry]`; write `jitter = 0.3`
        ",
    );
}

#[test]
fn a_name_in_capitals_is_taken_for_an_error() {
    check(
        r"
        #[retry(on = A, Busy)]
                        ^^^^ `Busy` is no argument of `#[retry]`; several errors stand in a list, write `on = [A, Busy]`
        ",
    );
}

//! Tests values that cannot be read.

use super::check;

#[test]
fn a_number_of_attempts_is_whole() {
    check(
        r#"
        #[retry(max = true)]
                      ^^^^ `true` is no number of attempts; write `max = 5`, or `unlimited` alone

        #[retry(max = 5.0)]
                      ^^^ `5.0` is no number of attempts; write `max = 5`, or `unlimited` alone

        #[retry(max = "5")]
                      ^^^ `"5"` is no number of attempts; write `max = 5`, or `unlimited` alone

        #[retry(max = -1)]
                      ^^ `-1` is no number of attempts; write `max = 5`, or `unlimited` alone

        #[retry(max = 4294967297)]
                      ^^^^^^^^^^ `4294967297` is more than a `u32` holds; write `unlimited`

        #[retry(max = 4294967296)]
                      ^^^^^^^^^^ `4294967296` is more than a `u32` holds; write `unlimited`
        "#,
    );
}

#[test]
fn a_duration_has_a_unit() {
    check(
        r#"
        #[retry(base = true)]
                       ^^^^ `true` is no duration; write `base_ms = 1` or `base = "1s"`

        #[retry(base = b"1s")]
                       ^^^^^ `b"1s"` is no duration; write `base_ms = 1` or `base = "1s"`

        #[retry(base = 's')]
                       ^^^ `'s'` is no duration; write `base_ms = 1` or `base = "1s"`

        #[retry(deadline = 1.5)]
                           ^^^ `1.5` has no unit; write `deadline = "1.5ms"` or `deadline = "1.5s"`

        #[retry(base = -1)]
                       ^^ `-1` is no duration; write `base_ms = 1` or `base = "1s"`

        #[retry(base = "")]
                       ^^ `""` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(base = "-1s")]
                       ^^^^^ `"-1s"` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(base = "0.5ns")]
                       ^^^^^^^ `"0.5ns"` is finer than a nanosecond; write fewer decimals

        #[retry(deadline = "99999999999999h")]
                           ^^^^^^^^^^^^^^^^^ `"99999999999999h"` is too long; the longest duration is about 584 years

        #[retry(base = "1.2.3s")]
                       ^^^^^^^^ `"1.2.3s"` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(base = "1m30")]
                       ^^^^^^ `"1m30"` has no unit; write `"1m30ms"` or `"1m30s"`

        #[retry(base = "1m30sec")]
                       ^^^^^^^^^ `sec` is no unit of time; write `"90s"`

        #[retry(base = "s")]
                       ^^^ `"s"` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(base = "10")]
                       ^^^^ `"10"` has no unit; write `"10ms"` or `"10s"`

        #[retry(base = 1)]
                       ^ `1` has no unit; write `base_ms = 1` or `base = "1s"`

        #[retry(base_ms = true)]
                          ^^^^ `true` is no number of milliseconds; write `base_ms = 1000`

        #[retry(base_ms = 1.5)]
                          ^^^ `base_ms` is a whole number of milliseconds; write `base = "1.5ms"`

        #[retry(base_ms = -1)]
                          ^^ `-1` is no number of milliseconds; write `base_ms = 1000`

        #[retry(base_ms = "1000")]
                          ^^^^^^ `base_ms` is a number of milliseconds; write `base_ms = 1000`

        #[retry(base_ms = "1s")]
                          ^^^^ `base_ms` is a number of milliseconds; write `base = "1s"` for a unit
        "#,
    );
}

#[test]
fn a_factor_is_a_number() {
    check(
        r#"
        #[retry(factor = "2")]
                         ^^^ `"2"` is no number; write `factor = 2`

        #[retry(factor = 1e999)]
                         ^^^^^ `1e999` is too large; write `factor = 2`
        "#,
    );
}

#[test]
fn a_jitter_is_a_word_or_a_fraction() {
    check(
        r#"
        #[retry(jitter = 30%)]
                         ^^ the value of `jitter` cannot be read; write `jitter = 0.3`

        #[retry(jitter = spread())]
                         ^^^^^^^^ `spread` takes one fraction; write `jitter = spread(0.1)`

        #[retry(jitter = spread("1s"))]
                                ^^^^ `"1s"` is no number; write `jitter = spread(0.1)`

        #[retry(jitter = spread(0.1, 0.2))]
                         ^^^^^^^^^^^^^^^^ `spread` takes one fraction; write `jitter = spread(0.1)`

        #[retry(jitter = spread)]
                         ^^^^^^ `spread` has no fraction; write `jitter = spread(0.1)`

        #[retry(jitter = 1e999)]
                         ^^^^^ `1e999` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`

        #[retry(jitter = up_to(true))]
                               ^^^^ `true` is no duration; write `jitter = up_to("1s")`

        #[retry(jitter = up_to())]
                         ^^^^^^^ `up_to` takes one duration; write `jitter = up_to("1s")`

        #[retry(jitter = up_to("10"))]
                               ^^^^ `"10"` has no unit; write `"10ms"` or `"10s"`

        #[retry(jitter = up_to)]
                         ^^^^^ `up_to` has no duration; write `jitter = up_to("1s")`

        #[retry(jitter = up_to(1))]
                               ^ `1` has no unit; write `jitter = up_to("1s")`

        #[retry(jitter = full(0.3))]
                         ^^^^^^^^^ `full` takes no value; write `jitter = full`
        "#,
    );
}

#[test]
fn a_preset_is_a_word_and_a_policy_an_expression() {
    check(
        r#"
        #[retry(policy)]
                ^^^^^^ `policy` takes a value after `=`; write `policy = POLICY`

        #[retry(preset = reattempt::preset::S3_UPLOAD)]
                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `reattempt::preset::S3_UPLOAD` is no preset; write `preset = s3_upload`; there are {all presets}

        #[retry(preset)]
                ^^^^^^ `preset` takes a value after `=`; write `preset = api_call`

        #[retry(preset = "s3-upload")]
                         ^^^^^^^^^^^ `"s3-upload"` is no preset; write `preset = s3_upload`; there are {all presets}

        #[retry(policy = "api_call")]
                         ^^^^^^^^^^ `"api_call"` is no policy; write `preset = api_call`, or `policy = POLICY`
        "#,
    );
}

#[test]
fn a_name_is_a_string_with_arguments_in_it() {
    check(
        r#"
        #[retry(name = NAME)]
                       ^^^^ `NAME` is no string literal; write `name = "drain node"`

        #[retry(name = "")]
                       ^^ `name` is empty; write `name = "drain node"`

        #[retry(name)]
                ^^^^ `name` takes a value after `=`; write `name = "drain node"`

        #[retry(name = 5)]
                       ^ `5` is no string literal; write `name = "drain node"`

        #[retry(name = "get {self.id}")]
        fn get(&self) -> Result<u32, String> { Ok(self.id) }

        #[retry(name = "get {self.id()}")]
                       ^^^^^^^^^^^^^^^^^ `{self.id()}` is no argument of the function and no field of one; write `name = "get {argument}"` with `argument` one of its arguments, or leave the place out
        fn get(&self) -> Result<u32, String> { Ok(self.id) }

        #[retry(name = "fetch {}")]
                       ^^^^^^^^^^ `{}` is no argument of the function and no field of one; write `name = "fetch {argument}"` with `argument` one of its arguments, or leave the place out
        "#,
    );
}

#[test]
fn an_environment_prefix_is_upper_case() {
    check(
        r#"
        #[retry(env = "2ND")]
                      ^^^^^ a prefix has capitals, digits and `_`, and begins with a letter; write `env = "DEPLOYMENT"`

        #[retry(env = "")]
                      ^^ `env` is empty; write `env = "DEPLOYMENT"`

        #[retry(env = "my-app")]
                      ^^^^^^^^ a prefix has capitals, digits and `_`, and begins with a letter; write `env = "MY_APP"`

        #[retry(env)]
                ^^^ `env` takes a value after `=`; write `env = "DEPLOYMENT"`

        #[retry(env = 5)]
                      ^ `5` is no string literal; write `env = "DEPLOYMENT"`

        #[retry(env = "DEPLOYMENT_")]
                      ^^^^^^^^^^^^^ the `_` after the prefix is added; write `env = "DEPLOYMENT"`
        "#,
    );
}

#[test]
fn an_attempt_is_a_new_name() {
    check(
        r"
        #[retry(attempt = fn)]
                          ^^ the value of `attempt` cannot be read; write `attempt = n`

        #[retry(attempt)]
                ^^^^^^^ `attempt` takes a value after `=`; write `attempt = n`

        #[retry(attempt = mut n)]
                          ^^^ the value of `attempt` cannot be read; write `attempt = n`

        #[retry(attempt = 5)]
                          ^ the value of `attempt` cannot be read; write `attempt = n`

        #[retry(attempt = _)]
                          ^ the value of `attempt` cannot be read; write `attempt = n`
        ",
    );
}

#[test]
fn a_delay_is_a_function() {
    check(
        r#"
        #[retry(delay = "1s")]
                        ^^^^ `delay` takes a function of the error and its attempt; write `base = "1s"` for a first delay

        #[retry(delay = true)]
                        ^^^^ `delay` takes a function of the error and its attempt; write `base = "1s"` for a first delay

        #[retry(delay = Duration::from_secs(1))]
                        ^^^^^^^^^^^^^^^^^^^^^^ `delay` takes a function of the error and its attempt; write `base = Duration::from_secs(1)` for a first delay
        "#,
    );
}

#[test]
fn a_number_of_retries_fits_in_32_bits() {
    check(
        r"
        #[retry(log_after = 99999999999)]
                            ^^^^^^^^^^^ `99999999999` is no number of retries; write `log_after = 3`
        ",
    );
}

#[test]
fn a_form_of_jitter_takes_one_value() {
    check(
        r#"
        #[retry(jitter = spread(0.1, 0.2))]
                         ^^^^^^^^^^^^^^^^ `spread` takes one fraction; write `jitter = spread(0.1)`

        #[retry(jitter = up_to("1s", "2s"))]
                         ^^^^^^^^^^^^^^^^^ `up_to` takes one duration; write `jitter = up_to("1s")`

        #[retry(jitter = spred(0.1))]
                         ^^^^^^^^^^ `spred` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`

        #[retry(jitter = other())]
                         ^^^^^^^ `other` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`
        "#,
    );
}

#[test]
fn a_preset_is_no_text() {
    check(
        r#"
        #[retry(preset = "http")]
                         ^^^^^^ `"http"` is no preset; there are {all presets}
        "#,
    );
}

#[test]
fn a_duration_has_a_number() {
    check(
        r#"
        #[retry(base = "")]
                       ^^ `""` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(base = "s")]
                       ^^^ `"s"` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(deadline = -"1s")]
                           ^^^^^ `-"1s"` is no duration; write `deadline_ms = 1` or `deadline = "1s"`
        "#,
    );
}

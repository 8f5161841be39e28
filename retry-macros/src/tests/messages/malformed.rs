//! Tests arguments that cannot be read, or have no value.

use super::check;

#[test]
fn an_argument_is_a_name_an_equals_sign_and_a_value() {
    check(
        r#"
        #[retry(max = 5 => 6)]
                        ^ unexpected `=`; write a `,` between two arguments

        #[retry(max: 5)]
                ^^^ `max` takes its value after `=`; write `max = 5`

        #[retry(max = 5,, base = "1s")]
                        ^ `,` is no argument; write a name first, such as `max = 5`

        #[retry(max = 5 base = "1s")]
                        ^^^^ unexpected `base`; write a `,` between two arguments

        #[retry(max = "5", base_ms = 1.5, max_delay = "10", backoff = liner, unlimited = 1)]
                      ^^^ `"5"` is no number of attempts; write `max = 5`, or `unlimited` alone
                                     ^^^ `base_ms` is a whole number of milliseconds; write `base = "1.5ms"`
                                                      ^^^^ `"10"` has no unit; write `"10ms"` or `"10s"`
                                                                      ^^^^^ `liner` is no backoff; write `backoff = linear`
                                                                                       ^ `unlimited` takes no value; write `unlimited`

        #[retry(unlimited())]
                         ^^ `unlimited` takes no value; write `unlimited`

        #[retry(unlimited = true)]
                          ^ `unlimited` takes no value; write `unlimited`

        #[retry]
        impl Client {
            #[retry = 5]
                      ^ `#[retry]` takes its arguments in parentheses; write `#[retry(max = 5)]`
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(5)]
                ^ `5` is no argument; write a name first, such as `max = 5`

        #[retry(max)]
                ^^^ `max` takes a value after `=`; write `max = 5`

        #[retry(max(5))]
                ^^^ `max` takes its value after `=`; write `max = 5`

        #[retry(max = 5; base = "1s")]
                       ^ unexpected `;`; write a `,` between two arguments

        #[retry(skip = true)]
                     ^ `skip` takes no value; write `skip`

        #[retry("1s")]
                ^^^^ `"1s"` is no argument; write a name first, such as `max = 5`

        #[retry(retries = 5, base = 10, jitter = ful)]
                ^^^^^^^ `retries` is no argument of `#[retry]`; write `max = 6`, which counts the first attempt too
                                    ^^ `10` has no unit; write `base_ms = 10` or `base = "10s"`
                                                 ^^^ `ful` is no jitter; write `jitter = full`

        #[retry(max == 5)]
                ^^^ `max` takes a value after `=`; write `max = 5`

        #[retry(max = 5 +)]
                      ^ the value of `max` cannot be read; write `max = 5`

        #[retry(max = , base = "1s")]
                ^^^ `max` takes a value after `=`; write `max = 5`

        #[retry(max = )]
                ^^^ `max` takes a value after `=`; write `max = 5`

        #[retry(max = #)]
                      ^ the value of `max` cannot be read; write `max = 5`
        "#,
    );
}

#[test]
fn clone_lists_arguments() {
    check(
        r"
        #[retry(clone(token url))]
                            ^^^ unexpected `url`; write a `,` between two arguments
        fn fetch(token: String, url: String) -> Result<String, String> { Ok(token + &url) }

        #[retry(clone())]
                ^^^^^ `clone` lists no argument; write `clone(argument)` or remove it

        #[retry(clone(self.token))]
                      ^^^^ an argument is cloned as a whole; write `clone(self)`
        fn fetch(self) -> Result<String, String> { Ok(self.token) }

        #[retry(clone(token, 5))]
                             ^ `5` is no argument's name; write `clone(argument)`
        fn fetch(token: String) -> Result<String, String> { Ok(token) }

        #[retry(clone(&token))]
                      ^ `&` is no argument's name; write `clone(argument)`
        fn fetch(token: String) -> Result<String, String> { Ok(token) }

        #[retry(clone = token)]
                ^^^^^ `clone` lists arguments in parentheses; write `clone(token)`

        #[retry(clone)]
                ^^^^^ `clone` lists arguments in parentheses; write `clone(argument)`
        ",
    );
}

#[test]
fn crate_is_a_path() {
    check(
        r#"
        #[retry(crate)]
                ^^^^^ `crate` takes a value after `=`; write `crate = path::to::reattempt`

        #[retry(crate = 5)]
                        ^ the value of `crate` cannot be read; write `crate = path::to::reattempt`

        #[retry(crate = "::reattempt")]
                        ^^^^^^^^^^^^^ the value of `crate` cannot be read; write `crate = path::to::reattempt`

        #[retry(crate = Self::reattempt)]
                        ^^^^^^^^^^^^^^^ `Self::reattempt` is no path of a crate; write `crate = path::to::reattempt`
        "#,
    );
}

#[test]
fn an_argument_has_a_value() {
    check(
        r"
        #[retry(budget, breaker = , throttle)]
                ^^^^^^ `budget` takes a value after `=`; write `budget = BUDGET`
                        ^^^^^^^ `breaker` takes a value after `=`; write `breaker = BREAKER`
                                    ^^^^^^^^ `throttle` takes a value after `=`; write `throttle = THROTTLE`
        fn fetch() -> Option<u32> { None }

        #[retry(error)]
                ^^^^^ `error` takes a value after `=`; write `error = MyError`

        #[retry(fallback)]
                ^^^^^^^^ `fallback` takes a value after `=`; write `fallback = |error| Ok(default)`

        #[retry(on_give_up)]
                ^^^^^^^^^^ `on_give_up` takes a value after `=`; write `on_give_up = |event| log(event)`

        #[retry(on_retry)]
                ^^^^^^^^ `on_retry` takes a value after `=`; write `on_retry = |event| log(event)`

        #[retry(retry_after)]
                ^^^^^^^^^^^ `retry_after` takes a value after `=`; write `retry_after = |error| error.retry_after()`

        #[retry(retry_ok)]
                ^^^^^^^^ `retry_ok` takes a value after `=`; write `retry_ok = |value| value.is_pending()`

        #[retry(sleep)]
                ^^^^^ `sleep` takes a value after `=`; write `sleep = path::to::sleep`

        #[retry(sleep())]
                ^^^^^ `sleep` takes a value after `=`; write `sleep = path::to::sleep`

        #[retry(when)]
                ^^^^ `when` takes a value after `=`; write `when = |error| error.is_transient()`
        ",
    );
}

#[test]
fn only_a_colon_or_parentheses_are_read_as_an_equals_sign() {
    check(
        r"
        #[retry(max; 3)]
                ^^^ `max` takes a value after `=`; write `max = 5`

        #[retry(max [3])]
                ^^^ `max` takes a value after `=`; write `max = 5`

        #[retry(max: 3)]
                ^^^ `max` takes its value after `=`; write `max = 3`

        #[retry(max(3))]
                ^^^ `max` takes its value after `=`; write `max = 3`
        ",
    );
}

#[test]
fn a_selector_is_no_closure_and_no_macro() {
    check(
        r"
        #[retry(on = A | e| e.f())]
                             ^ unexpected `.`; write a `,` between two arguments

        #[retry(on = A | e: B)]
                          ^ unexpected `:`; write a `,` between two arguments

        #[retry(on = matches!(A))]
                     ^^^^^^^ `matches!` is a condition; write its pattern alone, or `when = |error| …`
        ",
    );
}

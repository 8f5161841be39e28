//! Tests arguments that select errors, or receive the last one.

use super::check;

#[test]
fn on_and_unless_list_types_and_patterns() {
    check(
        r"
        #[retry(ask = MyError::Busy)]
                      ^^^^^^^^^^^^^ `ask` takes types, not patterns; write `ask = MyError`
        fn f() -> Result<(), Box<dyn std::error::Error>> { Ok(()) }

        #[retry(on = |error| true)]
                     ^ a closure is no type or pattern; write `when = |error| …`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = Failed::Busy, Failed::Status(_))]
                                           ^^^^^^ `Failed::Status` is no argument of `#[retry]`; several errors stand in a list, write `on = [A, Failed::Status]`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = [Failed::Busy Failed::Status(_)])]
                                   ^^^^^^ unexpected `Failed`; write a `,` between two items
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = Failed::Busy || Failed::Status(_))]
                                  ^^ `||` joins conditions; write `|` between two items
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = [])]
                     ^^ the list is empty; name a type or a pattern
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = Failed::Busy |)]
                                  ^ nothing follows `|`; write another type or pattern, or remove it
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = Failed if true)]
                            ^^ `if` guards a pattern, not a type; write the type's condition as `when`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = Failed::Status(_) if)]
                                       ^^ nothing follows `if`; write a condition, or remove it
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = matches!(error, Failed::Busy))]
                     ^^^^^^^ `matches!` is a condition; write its pattern alone, or `when = |error| …`
        fn fetch() -> Result<u32, Failed> { Err(Failed::Busy) }

        #[retry(on)]
                ^^ `on` takes a value after `=`; write `on = MyError`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = !Failed::Busy)]
                     ^ `!` negates conditions; write `unless = …` for errors that are not retried
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on(Failed::Busy))]
                ^^ `on` takes its value after `=`; write `on = Failed::Busy`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = #)]
                     ^ `#` begins no type or pattern; write `MyError`, `MyError::Busy` or `[A, B]`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(on = )]
                ^^ `on` takes a value after `=`; write `on = MyError`
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(unless = [])]
                         ^^ the list is empty; name a type or a pattern
        fn fetch() -> Result<u32, Failed> { Ok(1) }

        #[retry(unless = [Failed::Busy, Failed if true])]
                                               ^^ `if` guards a pattern, not a type; write the type's condition as `when`
        fn fetch() -> Result<u32, Failed> { Ok(1) }
        ",
    );
}

#[test]
fn an_error_is_a_type_with_a_size() {
    check(
        r#"
        #[retry(error = 5)]
                        ^ the value of `error` cannot be read; write `error = MyError`

        #[retry(error = "String")]
                        ^^^^^^^^ the value of `error` cannot be read; write `error = MyError`

        #[retry(error = dyn std::error::Error)]
                        ^^^^^^^^^^^^^^^^^^^^^ a trait object has no size; write `Box<dyn Error>`
        "#,
    );
}

#[test]
fn a_function_takes_the_error_or_the_event() {
    check(
        r#"
        #[retry(fallback = Ok(5))]
                           ^^^^^ `fallback` takes a function of the last error; write `fallback = |_| Ok(5)`
        async fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(fallback = Ok(5))]
                           ^^^^^ `fallback` takes a function of the last error; write `fallback = |_| Ok(5)`

        #[retry(on_retry = |event| async move {
                                   ^^^^^ the future cannot borrow `event`, which ends with the call of `on_retry`; write `async |event| { … }`
            tokio::task::yield_now().await;
            println!("{:?}", event.error());
        })]
        async fn fetch() -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn an_option_has_no_error() {
    check(
        r#"
        #[retry(attempt_timeout = "5s")]
                ^^^^^^^^^^^^^^^ `attempt_timeout` fails an attempt with an error, and `fetch` returns an `Option`, which has none; return a `Result`
        async fn fetch() -> Option<u32> { Some(1) }

        #[retry(error = String)]
                ^^^^^ `error` hands a `RetryError` to the caller, and `fetch` returns an `Option`, which has no error; return `Result<_, reattempt::RetryError<String>>`
        fn fetch() -> Option<u32> { None }
        "#,
    );
}

#[test]
fn an_option_of_a_result_has_no_error() {
    check(
        r"
        #[retry(error = E)]
                ^^^^^ `error` hands a `RetryError` to the caller, and `f` returns an `Option`, which has no error; return `Result<_, reattempt::RetryError<E>>`
        fn f() -> Option<Result<u32, E>> { None }
        ",
    );
}

#[test]
fn an_argument_of_a_closure_is_no_type() {
    check(
        r"
        #[retry(on = |e| e.is_busy())]
                     ^ a closure is no type or pattern; write `when = |error| …`

        #[retry(on = |e: Failed| e.is_busy())]
                     ^ a closure is no type or pattern; write `when = |error| …`

        #[retry(on = | io::Error | Failed)]

        #[retry(on = | Failed | io::Error)]
        ",
    );
}

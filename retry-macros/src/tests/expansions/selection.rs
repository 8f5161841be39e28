//! Differences by the selection of errors and values.

use super::changes;

const TABLE: &str = r#"
        #[retry(on = 503)]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(on = ["busy" if is_on || is_forced, ("down")])]
        pub(super) fn cow(error: &'static str, is_on: bool, is_forced: bool) -> Result<(), Cow<'static, str>> {
            Err(error.into())
        }

        #[retry(on = _word @ ("busy" | "down"), unless = word @ "down" if *word == "down")]
        pub(super) fn in_pattern(error: &'static str) -> Result<(), &'static str> {
            Err(error)
        }

        #[retry(max = 3, retry_ok = |n| n % 2 == 1, on_give_up = |event| errors.push(event.error().copied()))]
        fn even(values: &mut dyn Iterator<Item = Option<u32>>, errors: &mut Vec<Option<()>>) -> Option<u32> {
            values.next().unwrap()
        }

        #[retry(on = true)]
        pub(super) fn boolean(error: bool) -> Result<(), bool> {
            Err(error)
        }

        #[retry(
            on = Borrowed<'a> | Down,
            unless = Borrowed("gone"),
            on_give_up = |event| seen.reason.set(Some(event.reason())),
        )]
        fn borrowed<'a>(seen: &Seen, text: &'a str) -> Result<(), Borrowed<'a>> {
            seen.attempt();
            Err(Borrowed(text))
        }

        #[retry(on = Other::Busy)]
        fn fetch() -> Result<u32, Failed> {
            Ok(1)
        }

        #[retry(max = 2, error = Down, retry_ok = |_| true, breaker = BREAKER, on_give_up = |event| assert_eq!(event.value(), Some(&1)))]
        fn poll() -> Result<u32, RetryError<Down>> {
            Ok(1)
        }

        #[retry(max = 1, throttle = throttle, retry_ok = |value| *value == 0, call = c)]
        fn call(throttle: &Throttle, attempt: Attempt) -> Result<u32, Failure> {
            if attempt.stops() {
                c.stop();
            }
            attempt.result()
        }


        #[retry(on = | io::Error | matches::Error)]
        fn after_a_bar() -> Result<u32, Failed> {
            get()
        }

        #[retry(on = [Failed<(u8, E)>, Failed<8>, Failed<[u8; 4]>])]
        fn with_parameters() -> Result<u32, Failed> {
            get()
        }
"#;

#[test]
fn the_selection_of_errors_and_values() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}

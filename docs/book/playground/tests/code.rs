//! The code that the playground shows compiles, and has the schedule that it shows.

use playground::schedule;
use reattempt::{Policy, retry, testing};
use serde_json::{Value, json};

fn answer(fields: &Value) -> Value {
    serde_json::from_str(&schedule(&fields.to_string())).expect("it is JSON")
}

/// Compares the arguments that the playground shows with those that compile here, and their delays.
macro_rules! shows {
    ($fields:tt => $preset:expr => $($argument:tt)*) => {{
        #[retry($($argument)*)]
        fn call() -> Result<(), ()> {
            Err(())
        }
        let answer = answer(&json!($fields));
        let shown = answer["attribute"].as_str().expect("there is code");
        let tokens = |text: &str| text.split_whitespace().collect::<String>().replace(",)]", ")]");
        let written = tokens(concat!("#[retry(", stringify!($($argument)*), ")]"));
        assert!(tokens(shown).contains(&written), "{shown}\n{written}");
        let guard = testing::no_wait();
        assert!(call().is_err());
        let bounds: Vec<_> = answer["rows"].as_array().unwrap().clone();
        assert_eq!(guard.delays().len(), bounds.len());
        let policy: Policy = $preset;
        for (delay, (n, bounds)) in guard.delays().into_iter().zip((1..).zip(bounds)) {
            let (shortest, longest) = policy.delay_bounds(n);
            assert_eq!(bounds["shortest"], format!("{shortest:?}"));
            assert_eq!(bounds["longest"], format!("{longest:?}"));
            assert!(shortest <= delay && delay <= longest);
        }
    }};
}

mod policies {
    use std::time::Duration;

    use reattempt::{Backoff, Jitter, Policy, preset};

    pub(crate) const MILLIS: Duration = Duration::from_millis(1);

    pub(crate) fn s3() -> Policy {
        preset::S3_UPLOAD.max(3)
    }

    pub(crate) fn all() -> Policy {
        Policy::new()
            .max(7)
            .base(200 * MILLIS)
            .factor(1.5)
            .max_delay(5000 * MILLIS)
            .jitter(Jitter::Spread(0.1))
            .deadline(60_000 * MILLIS)
    }

    pub(crate) fn linear() -> Policy {
        Policy::new().max(4).backoff(Backoff::LinearBy(250 * MILLIS)).jitter(Jitter::UpTo(500 * MILLIS))
    }

    pub(crate) fn fraction() -> Policy {
        Policy::new().jitter(Jitter::Additive(1.0)).backoff(Backoff::Fibonacci)
    }

    pub(crate) fn micros() -> Policy {
        Policy::new().base(Duration::from_micros(1500)).backoff(Backoff::Constant).jitter(Jitter::None)
    }

    pub(crate) fn fine() -> Policy {
        Policy::new().base(Duration::from_nanos(1500)).jitter(Jitter::Full)
    }
}

#[test]
fn the_attribute_compiles_and_has_the_schedule() {
    shows!({ "preset": "s3_upload", "max_attempts": "3" } => policies::s3() => preset = s3_upload, max = 3);
    shows!({
        "max_attempts": "7", "initial_delay": "0.2", "exponential_base": "1.5", "max_delay": "5",
        "jitter": "spread(0.1)", "deadline": "60",
    } => policies::all() =>
        max = 7, base = "200ms", factor = 1.5, max_delay = "5s", jitter = spread(0.1), deadline = "60s");
    shows!({ "max_attempts": "4", "backoff": "linear(0.25)", "jitter": "up_to(0.5)" } => policies::linear() =>
        max = 4, backoff = linear("250ms"), jitter = up_to("500ms"));
    shows!({ "backoff": "fibonacci", "jitter": "1" } => policies::fraction() => backoff = fibonacci, jitter = 1.0);
    shows!({ "initial_delay": "0.0015", "backoff": "constant", "jitter": "none" } => policies::micros() =>
        base = "1500us", backoff = constant, jitter = none);
    shows!({ "initial_delay": "0.0000015", "jitter": "full" } => policies::fine() => base = "1500ns", jitter = full);
}

#[test]
fn a_form_without_values_is_the_short_form() {
    let answer = answer(&json!({ "preset": "", "max_attempts": " " }));
    assert!(answer["attribute"].as_str().unwrap().contains("#[retry]\n"), "{answer}");
    assert_eq!(answer["sentence"], Policy::new().to_string());
}

#[test]
fn an_error_is_that_of_the_library_with_its_field() {
    for (field, text, message) in [
        ("initial_delay", "61", "`initial_delay` is 61; write at most 60, which `max_delay` is"),
        ("exponential_base", "0.5", "`exponential_base` is 0.5; write a finite number from 1 up"),
        (
            "max_attempts",
            "many",
            "invalid type: string \"many\", expected `max_attempts` to be a whole number from 0 to 4294967295",
        ),
        ("jitter", "2", "`jitter` is 2; write a fraction from 0 to 1"),
        ("deadline", "-1", "`deadline` is -1; write a number of seconds from 0 to 18446744073"),
    ] {
        let answer = answer(&json!({ field: text }));
        assert_eq!((answer["field"].as_str(), answer["message"].as_str()), (Some(field), Some(message)));
    }
}

#[test]
fn extreme_policies_have_a_schedule() {
    for fields in [
        json!({ "unlimited": "true" }),
        json!({ "max_attempts": "4294967295", "initial_delay": "18446744073", "max_delay": "18446744073" }),
        json!({ "max_attempts": "1" }),
        json!({ "initial_delay": "0", "jitter": "none", "unlimited": "true" }),
        json!({ "exponential_base": "1e300" }),
    ] {
        let answer = answer(&fields);
        assert!(answer["sentence"].is_string(), "{answer}");
        assert!(answer["rows"].as_array().unwrap().len() <= 100);
    }
}

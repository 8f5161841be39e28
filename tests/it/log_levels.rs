//! `log` and `log_after`: the level of each event of a function and of a closure.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::time::Duration;

use reattempt::{CircuitBreaker, LogLevel, Policy, RetryError, retry};

use crate::names::told;
use crate::support::{Down, Flaky, finish, forms};

/// The first letters of the levels of the events of a call. Those of a breaker or a budget have no operation, and levels of
/// their own.
fn levels(call: impl FnOnce()) -> String {
    let told = told(|_| call());
    let of_call = told.iter().filter(|told| told.field("operation").is_some());
    of_call.map(|told| told.level.to_string().to_lowercase().chars().next().unwrap()).collect()
}

/// Defines a blocking and an async function for each row, and checks the levels of their events: after so many failures
/// of the operation, with an error that is permanent from attempt `permanent` on.
macro_rules! levels_of_functions {
    ($($name:ident [$($arguments:tt)*] $(($failures:expr, $permanent:expr) => $expected:literal)+;)+) => {$(
        #[test]
        fn $name() {
            #[retry(max = 4, when = |error| error.0 < permanent, $($arguments)*)]
            fn blocking(op: &Flaky, permanent: u32) -> Result<u32, Down> {
                op.call()
            }

            #[retry(max = 4, when = |error| error.0 < permanent, $($arguments)*)]
            async fn later(op: &Flaky, permanent: u32) -> Result<u32, Down> {
                op.call()
            }

            $(
                assert_eq!(levels(|| drop(blocking(&Flaky::failing($failures), $permanent))), $expected);
                assert_eq!(levels(|| drop(finish(later(&Flaky::failing($failures), $permanent)))), $expected);
            )+
        }
    )+};
}

levels_of_functions! {
    without_arguments [name = "fetch"] (0, 9) => "" (2, 9) => "wwi" (9, 9) => "wwwe" (9, 1) => "d" (9, 2) => "we";
    info [log = info] (2, 9) => "iii" (9, 9) => "iiii" (9, 1) => "d" (9, 2) => "ii";
    error [log = error] (2, 9) => "eei" (9, 9) => "eeee" (9, 1) => "d";
    trace [log = trace] (2, 9) => "ttt" (9, 9) => "tttt" (9, 1) => "t";
    off [log = off] (2, 9) => "" (9, 9) => "" (9, 1) => "" (9, 2) => "";
    after_two [log_after = 2] (1, 9) => "dd" (2, 9) => "ddd" (3, 9) => "ddwi" (9, 9) => "ddwe";
    after_one_at_info [log = info, log_after = 1] (1, 9) => "dd" (9, 9) => "diii";
    with_hooks [log_after = 1, on_retry = |_| (), on_give_up = |_| (), on_success = |_| ()]
        (2, 9) => "dwi" (9, 9) => "dwwe" (9, 1) => "d";
    with_a_handle [log_after = 1, call = c, restart_after = "1h"] (2, 9) => "dwi" (9, 9) => "dwwe";
    with_a_budget_and_a_fallback [log = warn, budget = BUDGET, fallback = |error| Err(error)]
        (2, 9) => "wwi" (9, 9) => "wwww" (9, 1) => "d";
}

static BUDGET: reattempt::RetryBudget = reattempt::RetryBudget::new();

#[test]
fn a_cancelled_call_is_no_error() {
    #[retry(cancel = |_| true, when = |error| error.0 < permanent)]
    fn blocking(op: &Flaky, permanent: u32) -> Result<u32, Down> {
        op.call()
    }

    #[retry(cancel = async {}, log = debug)]
    async fn later(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    assert_eq!(levels(|| drop(blocking(&Flaky::broken(), 9))), "i");
    assert_eq!(levels(|| drop(blocking(&Flaky::broken(), 1))), "d");
    assert_eq!(levels(|| drop(finish(later(&Flaky::broken())))), "d");
}

#[test]
fn the_first_retries_after_a_restart_are_quiet_again() {
    #[retry(unlimited, log_after = 1, call = c)]
    fn stream(op: &Flaky) -> Result<u32, Down> {
        let result = op.call();
        if op.calls() == 3 {
            c.restart();
        }
        result
    }

    assert_eq!(levels(|| drop(stream(&Flaky::failing(5)))), "dwdwwi");
}

#[test]
fn a_call_that_stops_at_its_first_attempt_is_quiet() {
    #[retry(call = c)]
    fn stopped(op: &Flaky, last: u32) -> Result<u32, Down> {
        if c.attempt() == last {
            c.stop();
        }
        op.call()
    }

    assert_eq!(levels(|| drop(stopped(&Flaky::broken(), 1))), "d");
    assert_eq!(levels(|| drop(stopped(&Flaky::broken(), 2))), "we");
}

#[test]
fn a_refusal_by_a_breaker_has_the_level_of_the_function() {
    static OPEN: CircuitBreaker = CircuitBreaker::new().name("levels");

    #[retry(breaker = OPEN, error = Down)]
    fn usual() -> Result<u32, RetryError<Down>> {
        Err(Down(1))
    }

    #[retry(breaker = OPEN, error = Down, log = off)]
    fn off() -> Result<u32, RetryError<Down>> {
        Err(Down(1))
    }

    OPEN.force_open();
    assert_eq!(levels(|| drop(usual())), "e");
    assert_eq!(levels(|| drop(off())), "");
}

#[test]
fn steps_set_the_level_of_a_closure() {
    const POLICY: Policy = Policy::new().max(3).base(Duration::from_secs(1));
    let failing = || Err::<u32, _>(Down(1));
    let five = |levels: &str| levels.repeat(5);
    assert_eq!(levels(|| drop(Vec::from(forms!(POLICY, failing;)))), five("wwe"));
    assert_eq!(levels(|| drop(Vec::from(forms!(POLICY, failing; .log(LogLevel::Info))))), five("iii"));
    assert_eq!(levels(|| drop(Vec::from(forms!(POLICY, failing; .log(LogLevel::Off).log_after(1))))), "");
    assert_eq!(
        levels(|| drop(Vec::from(forms!(POLICY, failing; .log_after(1).on_retry(|_| ()))))),
        five("dwe")
    );
    assert_eq!(levels(|| drop(Vec::from(forms!(POLICY, failing; .when(|_| false))))), five("d"));
}

//! The steps of a closure's call: each adds a rule, in any order.

use std::cell::Cell;
use std::fmt::{self, Display};
use std::io;
use std::num::ParseIntError;
use std::time::Duration;

use reattempt::{Jitter, Policy, Retryable, testing};

use crate::support::secs;

const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);

/// An error of a client, which may be caused by a socket or by an answer that is no number.
#[derive(Debug)]
enum ClientError {
    Socket(io::Error),
    Answer(ParseIntError),
    Busy,
}

impl Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request failed")
    }
}

impl std::error::Error for ClientError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ClientError::Socket(error) => Some(error),
            ClientError::Answer(error) => Some(error),
            ClientError::Busy => None,
        }
    }
}

impl Retryable for ClientError {
    fn is_retryable(&self) -> bool {
        !matches!(self, ClientError::Answer(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        matches!(self, ClientError::Busy).then_some(Duration::from_secs(7))
    }
}

fn socket() -> ClientError {
    ClientError::Socket(io::ErrorKind::ConnectionReset.into())
}

fn answer() -> ClientError {
    ClientError::Answer("x".parse::<u32>().expect_err("it is no number"))
}

fn busy() -> ClientError {
    ClientError::Busy
}

/// Runs a call that fails with the same error each time, and returns the number of its attempts.
macro_rules! attempts {
    ($call:expr, $error:expr) => {{
        let attempts = Cell::new(0_u32);
        let result = $call.run(|| {
            attempts.set(attempts.get() + 1);
            Err::<(), ClientError>($error())
        });
        assert!(result.is_err());
        attempts.get()
    }};
}

#[test]
fn a_repeated_on_selects_errors_of_any_of_the_types() {
    let _guard = testing::no_wait();
    let call = POLICY.on::<io::Error>().name("fetch").on::<ParseIntError>();
    assert_eq!(attempts!(call, socket), 3);
    assert_eq!(attempts!(call, answer), 3);
    assert_eq!(attempts!(call, busy), 1);
    assert_eq!(attempts!(POLICY.on::<io::Error>(), answer), 1);
}

#[test]
fn the_first_step_can_be_a_constant() {
    let _guard = testing::no_wait();
    let call = const { POLICY.on::<io::Error>() };
    assert_eq!(attempts!(call, socket), 3);
    assert_eq!(attempts!(call, answer), 1);
    let named = const { POLICY.name("fetch") };
    assert_eq!(attempts!(named, answer), 3);
}

#[test]
fn steps_come_in_any_order() {
    let _guard = testing::no_wait();
    let first = POLICY.on::<io::Error>().on::<ParseIntError>().retryable().log_errors();
    let last = POLICY.log_errors().retryable().on::<ParseIntError>().on::<io::Error>();
    let between = POLICY.on::<ParseIntError>().retryable().name("fetch").log_errors().on::<io::Error>();
    macro_rules! same_for {
        ($($error:ident = $expected:literal),*) => {$(
            assert_eq!(attempts!(first, $error), $expected);
            assert_eq!(attempts!(last, $error), $expected);
            assert_eq!(attempts!(between, $error), $expected);
        )*};
    }
    same_for!(socket = 3, answer = 1, busy = 1);
}

#[test]
fn a_predicate_decides_before_the_errors_own_classification() {
    let _guard = testing::no_wait();
    let any = |_: &ClientError| true;
    assert_eq!(attempts!(POLICY.when(any).retryable(), answer), 3);
    assert_eq!(attempts!(POLICY.retryable().when(any), answer), 3);
    assert_eq!(attempts!(POLICY.retryable(), answer), 1);
}

#[test]
fn every_repeated_predicate_has_to_be_true() {
    let _guard = testing::no_wait();
    let call =
        POLICY.when(|error: &ClientError| !matches!(error, ClientError::Busy)).when(|error: &ClientError| {
            assert!(!matches!(error, ClientError::Busy), "the first predicate has decided");
            matches!(error, ClientError::Socket(_))
        });
    assert_eq!(attempts!(call, socket), 3);
    assert_eq!(attempts!(call, answer), 1);
    assert_eq!(attempts!(call, busy), 1);
}

#[test]
fn an_error_that_is_not_selected_is_passed_to_no_predicate() {
    let _guard = testing::no_wait();
    let unreached = |_: &ClientError| panic!("the error is not selected");
    assert_eq!(attempts!(POLICY.when(unreached).on::<io::Error>(), busy), 1);
    assert_eq!(attempts!(POLICY.on::<io::Error>().when(unreached), busy), 1);
}

#[test]
fn only_an_error_that_is_asked_has_a_hint() {
    let guard = testing::no_wait();
    assert_eq!(attempts!(POLICY.retryable().log_errors(), busy), 3);
    assert_eq!(guard.delays(), secs([7, 7]));
    assert_eq!(attempts!(POLICY.log_errors(), busy), 3);
    assert_eq!(guard.delays(), secs([7, 7, 1, 2]));
}

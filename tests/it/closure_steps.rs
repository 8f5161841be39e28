//! The steps of a closure's call: each adds a rule, in any order.

use std::cell::Cell;
use std::fmt::{self, Display};
use std::io;
use std::num::ParseIntError;
use std::time::Duration;

use reattempt::{Jitter, Policy, Retryable, testing};

use crate::support::{finish, secs};

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

/// Runs a call with these steps, which fails with the same error each time, blocking and async, and returns the number of
/// its attempts.
macro_rules! attempts {
    ($error:expr; $($steps:tt)*) => {{
        let attempts = Cell::new(0_u32);
        let fail = || {
            attempts.set(attempts.get() + 1);
            Err::<(), ClientError>($error())
        };
        assert!(POLICY.retry(fail)$($steps)*.run().is_err());
        let blocking = attempts.take();
        assert!(finish(POLICY.retry_async(async || fail())$($steps)*).is_err());
        assert_eq!(attempts.take(), blocking, "async");
        assert!(finish(POLICY.retry_async_mut(async || fail())$($steps)*.run()).is_err());
        assert_eq!(attempts.take(), blocking, "lending");
        blocking
    }};
}

#[test]
fn a_repeated_on_selects_errors_of_any_of_the_types() {
    let _guard = testing::no_wait();
    assert_eq!(attempts!(socket; .on::<io::Error>().name("fetch").on::<ParseIntError>()), 3);
    assert_eq!(attempts!(answer; .on::<io::Error>().name("fetch").on::<ParseIntError>()), 3);
    assert_eq!(attempts!(busy; .on::<io::Error>().name("fetch").on::<ParseIntError>()), 1);
    assert_eq!(attempts!(answer; .on::<io::Error>()), 1);
}

#[test]
fn unless_wins_over_on() {
    let _guard = testing::no_wait();
    assert_eq!(attempts!(socket; .unless::<io::Error>()), 1);
    assert_eq!(attempts!(answer; .unless::<io::Error>()), 3);
    assert_eq!(attempts!(socket; .on::<ClientError>().unless::<io::Error>()), 1);
    assert_eq!(attempts!(socket; .unless::<io::Error>().on::<ClientError>().when(|_| true)), 1);
    assert_eq!(attempts!(answer; .unless::<io::Error>().on::<ClientError>()), 3);
}

#[test]
fn steps_come_in_any_order() {
    let _guard = testing::no_wait();
    for (error, expected) in [(socket as fn() -> ClientError, 3), (answer, 1), (busy, 1)] {
        assert_eq!(
            attempts!(error; .on::<io::Error>().on::<ParseIntError>().retryable().log_errors()),
            expected
        );
        assert_eq!(
            attempts!(error; .log_errors().retryable().on::<ParseIntError>().on::<io::Error>()),
            expected
        );
        assert_eq!(
            attempts!(error; .on::<ParseIntError>().retryable().name("fetch").log_errors().on::<io::Error>()),
            expected
        );
    }
}

#[test]
fn a_predicate_decides_before_the_errors_own_classification() {
    let _guard = testing::no_wait();
    assert_eq!(attempts!(answer; .when(|_| true).retryable()), 3);
    assert_eq!(attempts!(answer; .retryable().when(|_| true)), 3);
    assert_eq!(attempts!(answer; .retryable()), 1);
}

#[test]
fn every_repeated_predicate_has_to_be_true() {
    let _guard = testing::no_wait();
    let both = |error: fn() -> ClientError| {
        attempts!(error; .when(|error| !matches!(error, ClientError::Busy)).when(|error| {
            assert!(!matches!(error, ClientError::Busy), "the first predicate has decided");
            matches!(error, ClientError::Socket(_))
        }))
    };
    assert_eq!(both(socket), 3);
    assert_eq!(both(answer), 1);
    assert_eq!(both(busy), 1);
}

#[test]
fn an_error_that_is_not_selected_is_passed_to_no_predicate() {
    let _guard = testing::no_wait();
    assert_eq!(attempts!(busy; .when(|_| panic!("the error is not selected")).on::<io::Error>()), 1);
    assert_eq!(attempts!(busy; .on::<io::Error>().when(|_| panic!("the error is not selected"))), 1);
}

#[test]
fn only_an_error_that_is_asked_has_a_hint() {
    let guard = testing::no_wait();
    assert_eq!(attempts!(busy; .retryable().log_errors()), 3);
    assert_eq!(guard.delays(), secs([7, 7, 7, 7, 7, 7]));
    let guard = testing::no_wait();
    assert_eq!(attempts!(busy; .log_errors()), 3);
    assert_eq!(guard.delays(), secs([1, 2, 1, 2, 1, 2]));
}

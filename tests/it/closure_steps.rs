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

#[test]
fn types_are_found_inside_boxes() {
    use std::error::Error;
    use std::sync::Arc;

    use crate::support::forms;

    /// Makes the call in each form with each step, and returns the numbers of attempts in all.
    macro_rules! attempts_of_box {
        ($error:expr) => {{
            let attempts = Cell::new(0);
            let fail = || {
                attempts.set(attempts.get() + 1);
                Err::<(), _>($error)
            };
            drop(forms!(POLICY, fail; .on_inner::<io::Error>()));
            let on_inner = attempts.take();
            drop(forms!(POLICY, fail; .unless_inner::<io::Error>()));
            (on_inner, attempts.take())
        }};
    }

    let _guard = testing::no_wait();
    let (found, missing) = ((15, 5), (5, 15));
    assert_eq!(attempts_of_box!(Box::<dyn Error>::from(socket())), found);
    assert_eq!(attempts_of_box!(Box::<dyn Error + Send + Sync>::from(socket())), found);
    assert_eq!(attempts_of_box!(Box::<dyn Error + Send + Sync>::from(answer())), missing);
    assert_eq!(attempts_of_box!(Arc::<dyn Error>::from(Box::<dyn Error>::from(socket()))), found);
    assert_eq!(attempts_of_box!(anyhow::Error::new(socket()).context("while it ran")), found);
    assert_eq!(attempts_of_box!(anyhow::Error::new(answer())), missing);
    assert_eq!(attempts_of_box!(eyre::Report::new(socket())), found);
}

#[test]
fn an_error_of_a_loop_that_gave_up_is_not_retried_where_its_chain_is_known() {
    let _guard = testing::no_wait();
    let attempts = Cell::new(0);
    let inner = || {
        attempts.set(attempts.get() + 1);
        POLICY.retry(|| Err::<(), _>(socket())).run_or_explain()
    };
    assert!(POLICY.retry(|| inner().map_err(anyhow::Error::new)).on_inner::<io::Error>().run().is_err());
    assert_eq!(attempts.take(), 1);
    assert!(POLICY.retry(inner).unless::<ParseIntError>().run().is_err());
    assert_eq!(attempts.take(), 1);
}

#[test]
fn generic_callers_need_only_the_bounds_of_the_steps() {
    fn fetch<T, E: std::error::Error + 'static>(operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        POLICY.retry(operation).on::<io::Error>().log_errors().on_retry(|_| ()).run()
    }

    async fn fetch_async<T, E, A>(operation: impl FnMut() -> A) -> Result<T, reattempt::RetryError<E>>
    where
        E: std::error::Error + 'static,
        A: Future<Output = Result<T, E>>,
    {
        POLICY.retry_async(operation).on::<io::Error>().log_errors().run_or_explain().await
    }

    let guard = testing::no_wait();
    assert!(fetch(|| Err::<(), _>(socket())).is_err());
    assert_eq!(finish(fetch_async(async || Err::<(), _>(socket()))).unwrap_err().attempts(), 3);
    assert_eq!(guard.delays(), secs([1, 2, 1, 2]));
}

//! The settings of `CircuitBreaker` beside its rule: names, times, trials, counts and listeners.

use std::time::Duration;

use reattempt::CircuitState::{Closed, Open};
use reattempt::{CircuitBreaker, CircuitOpen, testing};

use crate::support::finish;

const SECOND: Duration = Duration::from_secs(1);

/// Opens at the first failure, for 10 s.
const fn db() -> CircuitBreaker {
    CircuitBreaker::new().name("db").consecutive_failures(1).open_for(Duration::from_secs(10))
}

/// Returns the refusal of a breaker.
fn refusal(breaker: &CircuitBreaker) -> CircuitOpen {
    breaker.acquire().expect_err("the circuit is open")
}

#[test]
fn the_name_that_was_set_last_is_in_the_error() {
    let host = String::from("eu-1");
    for (breaker, name) in [
        (CircuitBreaker::new(), "unnamed"),
        (CircuitBreaker::new().name("db"), "db"),
        (CircuitBreaker::new().named(format!("db of {host}")), "db of eu-1"),
        (CircuitBreaker::new().named("one").named("two"), "two"),
        (CircuitBreaker::new().name("fixed").named(host.clone()), "eu-1"),
        (CircuitBreaker::new().named(host).name("fixed"), "fixed"),
    ] {
        breaker.force_open();
        let open = refusal(&breaker);
        drop(breaker);
        assert_eq!(open.name(), name);
        assert_eq!(open.to_string(), format!("the circuit breaker `{name}` is held open"));
    }
}

#[test]
fn refusals_are_equal_by_name_and_time() {
    let _guard = testing::no_wait();
    let refused = |breaker: CircuitBreaker| {
        breaker.acquire().expect("closed").failure();
        refusal(&breaker)
    };
    assert_eq!(refused(db()), refused(db().named("db")));
    assert_eq!(refused(db()).clone(), refused(db()));
    assert_ne!(refused(db()), refused(db().name("other")));
    assert_ne!(refused(db()), refused(db().open_for(SECOND)));
    const { assert!(size_of::<CircuitOpen>() <= 32) }
}

#[derive(Debug, PartialEq)]
enum Error {
    NotFound,
    Down,
    Refused(String),
}

impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Error {
        Error::Refused(open.name().into())
    }
}

#[test]
fn an_async_call_counts_the_errors_that_are_failures() {
    let guard = testing::no_wait();
    let breaker = db();
    let is_failure = |error: &Error| *error != Error::NotFound;
    finish(async {
        for _ in 0..3 {
            let missing = breaker.call_async_if(async || Err::<(), _>(Error::NotFound), is_failure).await;
            assert_eq!(missing, Err(Error::NotFound));
            assert_eq!(breaker.state(), Closed);
        }
        let down = breaker.call_async_if(async || Err::<(), _>(Error::Down), is_failure).await;
        assert_eq!(down, Err(Error::Down));
        assert_eq!(breaker.state(), Open);
        let refused = breaker.call_async_if(async || Ok::<(), _>(()), is_failure).await;
        assert_eq!(refused, Err(Error::Refused("db".into())));
        guard.advance(10 * SECOND);
        assert_eq!(breaker.call_async_if(async || Ok::<_, Error>(7), is_failure).await, Ok(7));
        assert_eq!(breaker.state(), Closed);
    });
}

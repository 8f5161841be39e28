//! The settings of `CircuitBreaker` beside its rule: names, times, trials, counts and listeners.

use std::time::Duration;

use reattempt::CircuitState::{Closed, HalfOpen, Open};
use reattempt::{CircuitBreaker, CircuitOpen, testing};

use crate::breakers::table;
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

#[test]
fn the_open_time_doubles_with_each_failed_trial_and_starts_over_once_closed() {
    table(
        || db().open_for_max(25 * SECOND),
        &[
            ("fTs", "fTs C"),
            ("fTfTs", "fTfT- O"),
            ("fTfTTs", "fTfTTs C"),
            // The third time would be 40 s.
            ("fTfTTfTTs", "fTfTTfTT- O"),
            ("fTfTTfTTttttts", "fTfTTfTTttttts C"),
            ("fTfTTfTTtttttfTTs", "fTfTTfTTtttttfTT- O"),
            ("fTfTTfTTtttttfTTttttts", "fTfTTfTTtttttfTTttttts C"),
            // Closed, it starts over; a trial that is given back or ignored is none that failed.
            ("fTfTTsfTs", "fTfTTsfTs C"),
            ("fTdTiTs", "fTdTiTs C"),
            ("fTdTifTTs", "fTdTifTTs C"),
        ],
    );
    table(|| db().open_for_max(5 * SECOND), &[("ftttts", "ftttt- O"), ("fttttts", "fttttts C")]);
    table(
        || db().failure_rate(0.5).window_calls(2).minimum_calls(2).open_for_max(3600 * SECOND),
        &[("ffTfTs", "ffTfT- O"), ("ffTfTTs", "ffTfTTs C")],
    );
}

#[test]
fn a_circuit_that_is_controlled_by_hand_starts_over() {
    let guard = testing::no_wait();
    let breaker = db().open_for_max(3600 * SECOND);
    for control in [CircuitBreaker::reset, CircuitBreaker::disable, CircuitBreaker::force_open] {
        for seconds in [10, 20, 40] {
            breaker.acquire().expect("its time is over").failure();
            assert_eq!(breaker.retry_in(), seconds * SECOND);
            guard.advance(seconds * SECOND);
        }
        control(&breaker);
        breaker.reset();
        breaker.acquire().expect("closed").failure();
        assert_eq!(breaker.retry_in(), 10 * SECOND);
        breaker.reset();
    }
}

#[test]
fn the_longest_times_have_no_end() {
    let guard = testing::no_wait();
    guard.advance(SECOND);
    let breaker = db().open_for(Duration::MAX);
    breaker.acquire().expect("closed").failure();
    assert_eq!(breaker.retry_in(), Duration::MAX);
    guard.advance(1_000_000 * SECOND);
    assert_eq!(refusal(&breaker).retry_in(), Duration::MAX);

    // It doubles 30 times.
    let breaker = db().open_for(SECOND).open_for_max(Duration::MAX);
    for opening in 0..33_u32 {
        breaker.acquire().expect("its time is over").failure();
        assert_eq!(breaker.retry_in(), SECOND * (1 << opening.min(30)));
        guard.advance(breaker.retry_in());
    }
}

#[test]
fn others_take_the_place_of_trials_after_their_own_time() {
    let guard = testing::no_wait();
    for (breaker, seconds) in [
        (db(), 10),
        (db().trial_timeout(3 * SECOND), 3),
        (db().trial_timeout(30 * SECOND), 30),
        (db().open_for_max(3600 * SECOND), 10),
    ] {
        breaker.acquire().expect("closed").failure();
        guard.advance(10 * SECOND);
        breaker.acquire().expect("a trial").failure();
        guard.advance(breaker.retry_in());
        let late = breaker.acquire().expect("a trial");
        assert_eq!(refusal(&breaker).retry_in(), seconds * SECOND);
        guard.advance(breaker.retry_in() - Duration::from_nanos(1));
        assert_eq!(refusal(&breaker).retry_in(), Duration::from_nanos(1));
        guard.advance(Duration::from_nanos(1));
        let trial = breaker.acquire().expect("another trial");
        late.failure();
        assert_eq!(breaker.state(), HalfOpen, "a late trial does not count");
        trial.success();
        assert_eq!(breaker.state(), Closed);
    }
}

#[test]
fn so_many_trials_may_fail() {
    table(
        || db().trials(3).trial_failures(1),
        &[
            ("fTs", "fTs H"),
            ("fTss", "fTss C"),
            ("fTfs", "fTfs H"),
            ("fTfss", "fTfss C"),
            ("fTsfs", "fTsfs C"),
            ("fTff", "fTff O"),
            ("fTsff", "fTsff O"),
            ("fTidfdis", "fTidfdis H"),
            ("fTidfdissf", "fTidfdissf O"),
        ],
    );
    // Without `trials`, one of them has to succeed.
    table(
        || db().trial_failures(2),
        &[("fTs", "fTs C"), ("fTff", "fTff H"), ("fTffs", "fTffs C"), ("fTfff", "fTfff O")],
    );
    table(|| db().trial_failures(0).trials(2), &[("fTs", "fTs H"), ("fTf", "fTf O"), ("fTss", "fTss C")]);
    let rates = || db().slow_call(2 * SECOND).slow_call_rate(1.0).trials(2).trial_failures(1);
    table(rates, &[("fTSs", "fTSs C"), ("fTSS", "fTSS O")]);
    let most = || db().trials(255).trial_failures(254);
    let failures = "f".repeat(254);
    table(most, &[(&format!("fT{failures}s"), &format!("fT{failures}s C"))]);
    table(most, &[(&format!("fT{failures}f"), &format!("fT{failures}f O"))]);
}

#[test]
fn a_half_open_circuit_admits_its_trials_whatever_may_fail() {
    let guard = testing::no_wait();
    let breaker = db().trials(3).trial_failures(2);
    breaker.acquire().expect("closed").failure();
    guard.advance(10 * SECOND);
    let mut trials: Vec<_> = (0..3).map(|_| breaker.acquire().expect("a trial")).collect();
    assert!(breaker.acquire().is_err());
    trials.pop().expect("a trial").failure();
    assert!(breaker.acquire().is_err(), "a trial that failed was one");
    drop(trials.pop());
    trials.push(breaker.acquire().expect("the place of one without an outcome"));
    trials.pop().expect("a trial").failure();
    assert_eq!(breaker.state(), HalfOpen);
    trials.pop().expect("a trial").success();
    assert_eq!(breaker.state(), Closed);
}

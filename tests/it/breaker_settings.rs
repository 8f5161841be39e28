//! The settings of `CircuitBreaker` beside its rule: names, times, trials, counts and listeners.

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use reattempt::CircuitState::{Closed, Disabled, ForcedOpen, HalfOpen, Open};
use reattempt::{CircuitBreaker, CircuitOpen, CircuitState, testing};

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
        guard.advance(breaker.retry_in().saturating_sub(Duration::from_nanos(1)));
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
fn a_trial_that_starts_late_has_its_whole_time() {
    for succeeds in [true, false] {
        let guard = testing::no_wait();
        let breaker = db().trials(2).trial_timeout(3 * SECOND);
        breaker.acquire().expect("closed").failure();
        guard.advance(10 * SECOND);
        breaker.acquire().expect("a trial").success();
        // With few calls, the second trial starts long after the first.
        guard.advance(60 * SECOND);
        let trial = breaker.acquire().expect("the second trial");
        guard.advance(2 * SECOND);
        assert_eq!(refusal(&breaker).retry_in(), SECOND, "both trials are taken");
        if succeeds {
            trial.success();
        } else {
            trial.failure();
        }
        assert_eq!(breaker.state(), if succeeds { Closed } else { Open });
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

/// A way to bring a breaker into a state.
type Reach = (CircuitState, fn(&CircuitBreaker, &testing::Guard));

const STATES: [Reach; 6] = [
    (Closed, |_, _| {}),
    (Open, |breaker, _| breaker.acquire().expect("closed").failure()),
    (HalfOpen, |breaker, guard| {
        breaker.acquire().expect("closed").failure();
        guard.advance(10 * SECOND);
        std::mem::forget(breaker.acquire());
    }),
    (ForcedOpen, |breaker, _| breaker.force_open()),
    (ForcedOpen, |breaker, _| breaker.force_open_for(3 * SECOND)),
    (Disabled, |breaker, _| breaker.disable()),
];

#[test]
fn it_is_forced_open_for_a_time_from_every_state() {
    for (from, reach) in STATES {
        let guard = testing::no_wait();
        let breaker = db();
        let before = breaker.acquire().expect("closed");
        reach(&breaker, &guard);
        assert_eq!(breaker.state(), from);
        breaker.force_open_for(7 * SECOND);
        assert_eq!(breaker.state(), ForcedOpen, "from {from}");
        before.failure();
        let open = refusal(&breaker);
        assert_eq!(open.retry_in(), 7 * SECOND);
        assert_eq!(open.to_string(), "the circuit breaker `db` is open for another 7s");
        guard.advance(Duration::from_nanos(6_999_999_999));
        assert_eq!(breaker.retry_in(), Duration::from_nanos(1));
        guard.advance(Duration::from_nanos(1));
        assert_eq!((breaker.state(), breaker.retry_in()), (ForcedOpen, Duration::ZERO), "nobody has called");

        let trial = breaker.acquire().expect("its time is over");
        assert_eq!(breaker.state(), HalfOpen);
        assert_eq!(refusal(&breaker).retry_in(), 10 * SECOND, "one trial");
        trial.failure();
        assert_eq!((breaker.state(), breaker.retry_in()), (Open, 10 * SECOND));
        guard.advance(10 * SECOND);
        breaker.acquire().expect("a trial").success();
        assert_eq!(breaker.state(), Closed);
    }
}

#[test]
fn the_time_for_which_it_is_forced_open_can_be_any_and_be_replaced() {
    let guard = testing::no_wait();
    guard.advance(SECOND);
    let breaker = db();
    breaker.force_open_for(Duration::ZERO);
    assert_eq!((breaker.state(), breaker.retry_in()), (ForcedOpen, Duration::ZERO));
    breaker.acquire().expect("a trial").success();
    assert_eq!(breaker.state(), Closed);

    breaker.force_open_for(Duration::MAX);
    guard.advance(1_000_000_000 * SECOND);
    assert_eq!(refusal(&breaker).to_string(), "the circuit breaker `db` is held open");
    for seconds in [5, 50, 1] {
        breaker.force_open_for(seconds * SECOND);
        assert_eq!(breaker.retry_in(), seconds * SECOND);
    }
    breaker.force_open();
    assert_eq!(breaker.retry_in(), Duration::MAX);
    breaker.force_open_for(SECOND);
    breaker.reset();
    assert_eq!((breaker.state(), breaker.retry_in()), (Closed, Duration::ZERO));
    breaker.force_open_for(SECOND);
    breaker.disable();
    guard.advance(SECOND);
    assert!(breaker.acquire().is_ok());
    assert_eq!(breaker.state(), Disabled);
}

#[test]
fn a_clock_that_is_replaced_never_holds_it_open() {
    let openings: [fn(&CircuitBreaker); 3] = [
        |breaker| breaker.acquire().expect("closed").failure(),
        |breaker| breaker.force_open_for(10 * SECOND),
        |breaker| {
            breaker.force_open_for(Duration::ZERO);
            std::mem::forget(breaker.acquire());
        },
    ];
    for open in openings {
        let breaker = db().open_for_max(3600 * SECOND);
        let guard = testing::no_wait();
        guard.advance(1000 * SECOND);
        open(&breaker);
        assert_eq!(breaker.retry_in(), 10 * SECOND);
        drop(guard);

        // The clock of each test is behind that of the test before: a little, or much.
        for start in [995, 0, 900] {
            let guard = testing::no_wait();
            guard.advance(start * SECOND);
            assert_eq!(breaker.retry_in(), Duration::ZERO, "at {start} s");
            let trial = breaker.acquire().expect("its time is that of another clock");
            assert_eq!(breaker.retry_in(), 10 * SECOND);
            trial.failure();
            assert!(breaker.retry_in() >= 10 * SECOND, "it is open for its whole time");
            guard.advance(breaker.retry_in());
            breaker.acquire().expect("a trial").success();
            breaker.force_open_for(50 * SECOND);
            assert_eq!(breaker.retry_in(), 50 * SECOND);
            guard.advance(50 * SECOND);
            breaker.acquire().expect("a trial").success();
            breaker.acquire().expect("closed").failure();
            assert_eq!(breaker.retry_in(), 10 * SECOND);
        }
    }
}

/// The calls, the failed and the slow ones that a breaker counts.
fn counts(breaker: &CircuitBreaker) -> (u64, u64, u64) {
    let counts = breaker.counts();
    (counts.calls(), counts.failures(), counts.slow())
}

/// Makes calls that succeed (`s`) and fail (`f`), quickly or in 2 s (`S`, `F`); `t` is a second.
fn make(breaker: &CircuitBreaker, guard: &testing::Guard, calls: &str) {
    for call in calls.chars() {
        let permit = (call != 't').then(|| breaker.acquire().expect("calls are let through"));
        match call {
            't' => guard.advance(SECOND),
            'S' | 'F' => guard.advance(2 * SECOND),
            _ => {}
        }
        match permit {
            None => {}
            Some(permit) if call.eq_ignore_ascii_case(&'s') => permit.success(),
            Some(permit) => permit.failure(),
        }
    }
}

#[test]
fn failures_in_a_row_can_be_read_until_it_closes() {
    let guard = testing::no_wait();
    let breaker = db().consecutive_failures(3);
    assert_eq!(counts(&breaker), (0, 0, 0));
    for (calls, failures) in [("f", 1), ("f", 2), ("s", 0), ("ff", 2), ("f", 3)] {
        make(&breaker, &guard, calls);
        assert_eq!(counts(&breaker), (0, failures, 0));
    }
    assert!(breaker.counts().failure_rate() <= 0.0, "no calls have no rate");
    for _ in 0..2 {
        assert_eq!((breaker.state(), counts(&breaker)), (Open, (0, 3, 0)));
        guard.advance(10 * SECOND);
        let trial = breaker.acquire().expect("a trial");
        assert_eq!((breaker.state(), counts(&breaker)), (HalfOpen, (0, 3, 0)));
        trial.failure();
    }
    guard.advance(10 * SECOND);
    make(&breaker, &guard, "s");
    assert_eq!((breaker.state(), counts(&breaker)), (Closed, (0, 0, 0)));
}

#[test]
fn the_calls_in_the_window_can_be_read() {
    let guard = testing::no_wait();
    let breaker = db().failure_rate(0.75).slow_call(2 * SECOND).window_calls(4).minimum_calls(4);
    for (calls, counted) in [
        ("", (0, 0, 0)),
        ("f", (1, 1, 0)),
        ("sS", (3, 1, 1)),
        ("F", (4, 2, 2)),
        // It has opened by its slow calls, and these stay readable.
        ("tttttttttt", (4, 2, 2)),
    ] {
        make(&breaker, &guard, calls);
        assert_eq!(counts(&breaker), counted, "after {calls}");
    }
    assert_eq!((breaker.counts().failure_rate(), breaker.counts().slow_rate()), (0.5, 0.5));
    let trial = breaker.acquire().expect("a trial");
    assert_eq!((breaker.state(), counts(&breaker)), (HalfOpen, (4, 2, 2)));
    trial.success();
    assert_eq!((breaker.state(), counts(&breaker)), (Closed, (0, 0, 0)));
    make(&breaker, &guard, "fssssssss");
    assert_eq!(counts(&breaker), (4, 0, 0), "the oldest calls are no longer in the window");
}

#[test]
fn calls_that_leave_a_window_of_time_are_not_counted() {
    let guard = testing::no_wait();
    let breaker = db().failure_rate(1.0).window_time(10 * SECOND).minimum_calls(4);
    make(&breaker, &guard, "ftfts");
    for (seconds, counted) in [(7, (3, 2, 0)), (1, (2, 1, 0)), (1, (1, 0, 0)), (1, (0, 0, 0))] {
        guard.advance(seconds * SECOND);
        assert_eq!(counts(&breaker), counted);
    }
    make(&breaker, &guard, "ffff");
    assert_eq!((breaker.state(), counts(&breaker)), (Open, (4, 4, 0)));
    guard.advance(9 * SECOND);
    assert_eq!(counts(&breaker), (4, 4, 0));
    guard.advance(SECOND);
    assert_eq!((breaker.state(), counts(&breaker)), (Open, (0, 0, 0)));
}

#[test]
fn what_is_done_by_hand_discards_the_counts() {
    let rules: [fn() -> CircuitBreaker; 3] = [
        || db().consecutive_failures(3),
        || db().failure_rate(0.5).window_calls(4).minimum_calls(4),
        || db().failure_rate(0.5).window_time(60 * SECOND).minimum_calls(4),
    ];
    let controls: [fn(&CircuitBreaker); 4] =
        [CircuitBreaker::reset, CircuitBreaker::disable, CircuitBreaker::force_open, |breaker| {
            breaker.force_open_for(SECOND);
        }];
    for rule in rules {
        for control in controls {
            let guard = testing::no_wait();
            let breaker = rule();
            make(&breaker, &guard, "ff");
            assert_eq!(breaker.counts().failures(), 2);
            control(&breaker);
            assert_eq!(counts(&breaker), (0, 0, 0));
            breaker.force_open_for(Duration::ZERO);
            let trial = breaker.acquire().expect("a trial");
            assert_eq!(counts(&breaker), (0, 0, 0));
            trial.failure();
            assert_eq!((breaker.state(), counts(&breaker)), (Open, (0, 0, 0)), "no rule has opened it");
        }
    }
}

#[test]
fn any_of_its_rules_opens_it() {
    let orders: [fn() -> CircuitBreaker; 2] = [
        || db().any_of().consecutive_failures(3).failure_rate(0.5).window_calls(10).minimum_calls(4),
        || db().failure_rate(0.5).window_calls(10).minimum_calls(4).consecutive_failures(3).any_of(),
    ];
    for any in orders {
        table(
            any,
            &[
                ("fff", "fff O"),
                ("ffsf", "ffsf O"),
                ("ssssssff", "ssssssff C"),
                ("ssssssfff", "ssssssfff O"),
                ("sssffsf", "sssffsf C"),
                ("sssffsff", "sssffsff O"),
                ("ffidf", "ffidf O"),
                ("fffTsff", "fffTsff C"),
                ("fffTsfff", "fffTsfff O"),
            ],
        );
    }
    let slow = || db().slow_call(2 * SECOND).failure_rate(1.0).minimum_calls(2).any_of();
    table(slow, &[("f", "f O"), ("SS", "SS O"), ("sS", "sS O"), ("ss", "ss C")]);
    table(|| db().consecutive_failures(2).any_of(), &[("f", "f C"), ("ff", "ff O"), ("fsf", "fsf C")]);
}

#[test]
fn a_setting_that_is_changed_discards_the_counts() {
    type Change = fn(CircuitBreaker) -> CircuitBreaker;
    let changes: [Change; 15] = [
        |breaker| breaker.consecutive_failures(3),
        |breaker| breaker.count_permanent_errors(),
        |breaker| breaker.clock(|| 1000 * SECOND),
        |breaker| breaker.failure_rate(0.75),
        |breaker| breaker.slow_call(2 * SECOND),
        |breaker| breaker.slow_call_rate(0.75),
        |breaker| breaker.window_calls(4),
        |breaker| breaker.window_time(60 * SECOND),
        |breaker| breaker.minimum_calls(3),
        |breaker| breaker.any_of(),
        |breaker| breaker.open_for(10 * SECOND),
        |breaker| breaker.open_for_max(40 * SECOND),
        |breaker| breaker.trial_timeout(10 * SECOND),
        |breaker| breaker.trials(3),
        |breaker| breaker.trial_failures(1),
    ];
    let rules: [Change; 3] = [
        |breaker| breaker,
        |breaker| breaker.failure_rate(0.75),
        |breaker| breaker.failure_rate(0.75).window_time(60 * SECOND),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        for rule in rules {
            let guard = testing::no_wait();
            let new = || {
                let times = db().consecutive_failures(3).open_for_max(40 * SECOND);
                rule(times.trials(3).trial_failures(1).window_calls(4).minimum_calls(3))
            };
            let breaker = new();
            make(&breaker, &guard, "ff");
            let breaker = change(breaker);
            assert_eq!(counts(&breaker), (0, 0, 0), "change {number}");
            make(&breaker, &guard, "ff");
            assert_eq!((breaker.state(), breaker.counts().failures()), (Closed, 2), "change {number}");
            make(&breaker, &guard, "f");
            assert_eq!(breaker.state(), Open, "change {number}");

            // It stays open. Its trials start afresh, and its times.
            let breaker = new();
            make(&breaker, &guard, "fffttttttttttfftttttttttttttttttttts");
            assert_eq!(breaker.state(), HalfOpen);
            let breaker = change(breaker);
            assert_eq!((breaker.state(), counts(&breaker)), (HalfOpen, (0, 0, 0)), "change {number}");
            make(&breaker, &guard, "s");
            assert_eq!(breaker.state(), HalfOpen, "change {number}");
            make(&breaker, &guard, "ff");
            assert_eq!((breaker.state(), breaker.retry_in()), (Open, 20 * SECOND), "change {number}");
        }
    }
}

#[test]
fn a_setting_that_is_changed_while_it_is_open_counts_from_its_opening() {
    let guard = testing::no_wait();
    let open = || {
        let breaker = db();
        breaker.acquire().expect("closed").failure();
        guard.advance(4 * SECOND);
        breaker
    };
    assert_eq!(open().open_for(60 * SECOND).retry_in(), 56 * SECOND);
    assert_eq!(open().open_for(5 * SECOND).retry_in(), SECOND);
    assert_eq!(open().open_for(3 * SECOND).retry_in(), Duration::ZERO);
    assert_eq!(open().open_for_max(7 * SECOND).retry_in(), 3 * SECOND);
    assert_eq!(open().name("other").retry_in(), 6 * SECOND);
    let breaker = db();
    breaker.force_open_for(10 * SECOND);
    assert_eq!(breaker.open_for(SECOND).retry_in(), 10 * SECOND);
    let breaker = db();
    breaker.force_open();
    assert_eq!(breaker.open_for(SECOND).retry_in(), Duration::MAX);
}

#[test]
fn a_function_receives_each_change() {
    static CHANGES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static BREAKER: CircuitBreaker = db().on_change(|event| {
        CHANGES.lock().unwrap().push(format!("{} {:?} {:?}", event.breaker(), event.from(), event.to()));
    });

    let guard = testing::no_wait();
    make(&BREAKER, &guard, "f");
    guard.advance(10 * SECOND);
    make(&BREAKER, &guard, "s");
    BREAKER.reset();
    BREAKER.force_open_for(SECOND);
    BREAKER.force_open_for(2 * SECOND);
    guard.advance(2 * SECOND);
    make(&BREAKER, &guard, "f");
    let changes = [
        "db Closed Open",
        "db Open HalfOpen",
        "db HalfOpen Closed",
        "db Closed ForcedOpen",
        "db ForcedOpen HalfOpen",
        "db HalfOpen Open",
    ];
    assert_eq!(*CHANGES.lock().unwrap(), changes);
}

#[test]
fn a_closure_receives_each_change_after_the_function() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let of_closure = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&of_closure);
    let breaker = db()
        .on_change_with(|_| unreachable!("another closure replaces it"))
        .on_change(|_| unreachable!("another function replaces it"))
        .on_change(|_| _ = CALLS.fetch_add(1, Ordering::Relaxed))
        .on_change_with(move |event| {
            record.lock().unwrap().push((event.to(), CALLS.load(Ordering::Relaxed)));
        });
    breaker.force_open();
    breaker.disable();
    assert_eq!(*of_closure.lock().unwrap(), [(ForcedOpen, 1), (Disabled, 2)]);
    drop(breaker);
    assert_eq!(Arc::strong_count(&of_closure), 1, "the breaker drops its closure");
}

#[test]
fn a_listener_may_use_the_breaker() {
    static BREAKER: CircuitBreaker = db().on_change(|event| {
        let _ = (BREAKER.retry_in(), BREAKER.counts());
        if event.to() == Open {
            BREAKER.reset();
            BREAKER.acquire().expect("closed").success();
            BREAKER.force_open();
        }
        // What it has caused itself follows when it has returned.
        CHANGES.lock().unwrap().push(event.to());
    });
    static CHANGES: Mutex<Vec<CircuitState>> = Mutex::new(Vec::new());

    BREAKER.acquire().expect("closed").failure();
    assert_eq!(*CHANGES.lock().unwrap(), [Open, Closed, ForcedOpen]);
}

#[test]
fn a_panic_in_a_listener_wedges_nothing() {
    let changes = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&changes);
    let breaker = db().on_change_with(move |event| {
        record.lock().unwrap_or_else(PoisonError::into_inner).push(event.to());
        assert!(!matches!(event.to(), HalfOpen | Open), "a panic of the listener");
    });
    let guard = testing::no_wait();
    let panics = |action: &dyn Fn()| assert!(catch_unwind(AssertUnwindSafe(action)).is_err());
    panics(&|| breaker.acquire().expect("closed").failure());
    assert_eq!(breaker.state(), Open);
    guard.advance(10 * SECOND);
    panics(&|| breaker.acquire().expect("a trial").success());
    // The trial is given back, and the next call is one.
    assert_eq!(breaker.state(), HalfOpen);
    breaker.acquire().expect("a trial").success();
    assert_eq!(breaker.state(), Closed);
    panics(&|| {
        let _: Result<(), Error> = breaker.call(|| Err(Error::Down));
    });
    breaker.reset();
    let recorded = changes.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(*recorded, [Open, HalfOpen, Closed, Open, Closed]);
}

#[test]
fn changes_of_many_threads_arrive_in_order() {
    static BREAKER: OnceLock<CircuitBreaker> = OnceLock::new();
    let changes = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&changes);
    let breaker = BREAKER.get_or_init(|| {
        db().open_for(Duration::from_nanos(1)).on_change_with(move |event| {
            record.lock().unwrap().push((event.from(), event.to()));
        })
    });
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for call in 0..500 {
                    if let Ok(permit) = breaker.acquire() {
                        if (call + thread) % 3 == 0 { permit.failure() } else { permit.success() }
                    }
                    if call % 50 == 0 {
                        breaker.force_open_for(Duration::ZERO);
                    }
                }
            });
        }
    });
    let changes = changes.lock().unwrap();
    assert!(changes.len() > 40);
    assert_eq!(changes[0].0, Closed);
    for pair in changes.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "{pair:?}");
    }
    assert_eq!(changes.last().map(|last| last.1), Some(breaker.state()));
}

#[test]
fn a_breaker_can_be_shared_and_used_after_a_panic() {
    static WITH_EVERY_CONST_SETTER: CircuitBreaker = CircuitBreaker::new()
        .name("all")
        .open_for_max(Duration::from_secs(60))
        .trial_timeout(Duration::from_secs(1))
        .trial_failures(1)
        .any_of()
        .on_change(|_| {});

    fn assert_all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    assert_all::<CircuitBreaker>();
    assert!(WITH_EVERY_CONST_SETTER.acquire().is_ok());
}

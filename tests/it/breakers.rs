//! `CircuitBreaker`: which calls it lets through, and what their outcomes do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use reattempt::CircuitState::{Closed, Disabled, ForcedOpen, HalfOpen, Open};
use reattempt::{CircuitBreaker, CircuitOpen, CircuitState, testing};

use crate::support::{finish, poll};

const SECOND: Duration = Duration::from_secs(1);

/// Opens for 10 s.
const fn db() -> CircuitBreaker {
    CircuitBreaker::new().name("db").open_for(Duration::from_secs(10))
}

/// Plays a script, one character a step, and notes what becomes of each call:
///
/// - `s`, `f`, `i`, `d`: a call that succeeds, fails, is ignored, is dropped; the result is the same letter, or `-` if
///   it was refused;
/// - `S`, `F`: the same as `s` and `f`, slow (2 s);
/// - `t`: a second passes, `T`: ten; the result is `t` or `T`.
///
/// Then, after a space, the state: `C`losed, `O`pen, `H`alf-open.
fn play(breaker: &CircuitBreaker, script: &str) -> String {
    let guard = testing::no_wait();
    guard.advance(1000 * SECOND);
    let mut played: String = script.chars().map(|step| one(&guard, breaker, step)).collect();
    played.push(' ');
    played.push(breaker.state().as_str().chars().next().expect("a word").to_ascii_uppercase());
    played
}

fn one(guard: &testing::Guard, breaker: &CircuitBreaker, step: char) -> char {
    match step {
        't' => guard.advance(SECOND),
        'T' => guard.advance(10 * SECOND),
        _ => {
            let Ok(permit) = breaker.acquire() else { return '-' };
            if step.is_uppercase() {
                guard.advance(2 * SECOND);
            }
            match step.to_ascii_lowercase() {
                's' => permit.success(),
                'f' => permit.failure(),
                'i' => permit.ignore(),
                _ => drop(permit),
            }
        }
    }
    step
}

/// What a script comes to, for breakers that are as new.
pub(crate) fn table(breaker: fn() -> CircuitBreaker, rows: &[(&str, &str)]) {
    for (script, expected) in rows {
        assert_eq!(play(&breaker(), script), *expected, "script {script}");
    }
}

#[test]
fn failures_in_a_row_open_it() {
    table(
        || db().consecutive_failures(3),
        &[
            ("ff", "ff C"),
            ("fff", "fff O"),
            ("ffff", "fff- O"),
            ("ffsff", "ffsff C"),
            ("ffsfff", "ffsfff O"),
            ("ffiddf", "ffiddf O"),
            ("ffFs", "ffF- O"),
        ],
    );
    table(|| db().consecutive_failures(1), &[("sf", "sf O"), ("i", "i C")]);
    table(db, &[("ffff", "ffff C"), ("fffff", "fffff O")]);
}

#[test]
fn after_its_time_it_tries_and_closes_or_opens_again() {
    table(
        || db().consecutive_failures(1),
        &[
            ("fttttttttts", "fttttttttt- O"),
            ("fTs", "fTs C"),
            ("fTsf", "fTsf O"),
            ("fTf", "fTf O"),
            ("fTfs", "fTf- O"),
            ("fTfTs", "fTfTs C"),
            ("fTds", "fTds C"),
            ("fTiif", "fTiif O"),
            ("fTTTTs", "fTTTTs C"),
        ],
    );
    table(
        || db().consecutive_failures(2).trials(3),
        &[("ffTss", "ffTss H"), ("ffTsss", "ffTsss C"), ("ffTssf", "ffTssf O"), ("ffTsssf", "ffTsssf C")],
    );
}

#[test]
fn a_failure_rate_over_calls_opens_it_from_the_minimum_on() {
    let half = || db().failure_rate(0.5).window_calls(10).minimum_calls(4);
    table(
        half,
        &[
            ("fff", "fff C"),
            ("ffff", "ffff O"),
            ("ffss", "ffss O"),
            ("sfss", "sfss C"),
            ("sfsf", "sfsf O"),
            ("ssssff", "ssssff C"),
            ("ssssffff", "ssssffff O"),
            ("fidididid", "fidididid C"),
        ],
    );
    // The oldest call leaves when an eleventh comes.
    table(half, &[("ssssssssssffff", "ssssssssssffff C"), ("ssssssssssfffff", "ssssssssssfffff O")]);
    table(half, &[("ssssssffffsssssssssfffff", "ssssssffffsssssssssfffff O")]);
    table(half, &[("ssssssffffsssssssssffff", "ssssssffffsssssssssffff C")]);
    table(
        || db().failure_rate(1.0).window_calls(3).minimum_calls(20),
        &[("ff", "ff C"), ("fff", "fff O"), ("ffsff", "ffsff C"), ("ffsfff", "ffsfff O")],
    );
    table(|| db().failure_rate(0.1).window_calls(1).minimum_calls(1), &[("ssf", "ssf O")]);
}

#[test]
fn an_equal_rate_opens_it_whatever_the_fraction() {
    for calls in [7_u32, 10, 29, 100, 333] {
        for failures in 1..=calls {
            let rate = f64::from(failures) / f64::from(calls);
            let breaker = db().failure_rate(rate).window_calls(calls).minimum_calls(calls);
            for call in 1..=calls {
                assert_eq!(breaker.state(), Closed);
                let permit = breaker.acquire().expect("closed");
                if call <= failures { permit.failure() } else { permit.success() }
            }
            assert_eq!(breaker.state(), Open, "{failures} of {calls}");
        }
    }
    let seven_percent = db().failure_rate(0.07).window_calls(100).minimum_calls(100);
    assert_eq!(play(&seven_percent, &("s".repeat(93) + "fffffff")).chars().last(), Some('O'));
}

#[test]
fn a_failure_rate_takes_the_place_of_failures_in_a_row() {
    let either_order = [
        || db().failure_rate(0.5).consecutive_failures(2),
        || db().consecutive_failures(2).failure_rate(0.5),
    ];
    for breaker in either_order {
        table(breaker, &[("ffffffffff", "ffffffffff C")]);
    }
}

#[test]
fn a_failure_rate_over_time_opens_it() {
    table(
        || db().failure_rate(0.5).window_time(10 * SECOND).minimum_calls(4),
        &[
            ("fff", "fff C"),
            ("ffss", "ffss O"),
            ("ftftsts", "ftftsts O"),
            ("sssfff", "sssfff O"),
            ("ssssfff", "ssssfff C"),
            // The successes are over when the failures come.
            ("ssssssssTfff", "ssssssssTfff C"),
            ("ssssssssTffff", "ssssssssTffff O"),
            ("fffTs", "fffTs C"),
            // Nine seconds later they still count, and a success completes the minimum.
            ("ffftttttttttf", "ffftttttttttf O"),
            ("fffttttttttts", "fffttttttttts O"),
            ("ffftttttttttts", "ffftttttttttts C"),
        ],
    );
}

#[test]
fn slow_calls_open_it_even_if_they_succeed() {
    let slow = || {
        db().slow_call(2 * SECOND)
            .slow_call_rate(0.5)
            .window_calls(4)
            .minimum_calls(4)
            .consecutive_failures(3)
    };
    table(
        slow,
        &[
            ("SSS", "SSS C"),
            ("SSss", "SSss O"),
            ("Ssss", "Ssss C"),
            ("SsssSs", "SsssSs C"),
            ("SsssSS", "SsssSS O"),
            ("fff", "fff O"),
            ("FsFs", "FsFs O"),
            // A slow trial is none that closes.
            ("SSssTS", "SSssTS O"),
            ("SSssTs", "SSssTs C"),
        ],
    );
    table(
        || db().slow_call(2 * SECOND + Duration::from_nanos(1)).window_calls(2).minimum_calls(1),
        &[("SSSS", "SSSS C")],
    );
    table(
        || db().slow_call_rate(1.0).slow_call(2 * SECOND).window_time(60 * SECOND).minimum_calls(2),
        &[("SS", "SS O"), ("sS", "sS C"), ("SsTTTTTTS", "SsTTTTTTS C"), ("SsTTTTTTSS", "SsTTTTTTSS O")],
    );
}

#[test]
fn what_was_counted_before_it_opened_is_forgotten() {
    table(
        || db().failure_rate(0.5).window_calls(4).minimum_calls(2),
        &[("ffTs", "ffTs C"), ("ffTsf", "ffTsf C"), ("ffTssf", "ffTssf O"), ("ffTsff", "ffTsff O")],
    );
    table(
        || db().failure_rate(0.5).window_time(60 * SECOND).minimum_calls(2),
        &[("ffTs", "ffTs C"), ("ffTsf", "ffTsf C"), ("ffTsff", "ffTsff O")],
    );
}

#[test]
fn open_it_tells_how_long_for() {
    let guard = testing::no_wait();
    let breaker = db().consecutive_failures(1);
    assert_eq!(breaker.retry_in(), Duration::ZERO);
    breaker.acquire().expect("closed").failure();
    guard.advance(3 * SECOND);
    assert_eq!(breaker.retry_in(), 7 * SECOND);
    let open = breaker.acquire().expect_err("open");
    assert_eq!(open.retry_in(), 7 * SECOND);
    assert_eq!(open.to_string(), "the circuit breaker `db` is open for another 7s");
    guard.advance(Duration::from_nanos(6_999_999_999));
    assert_eq!(breaker.acquire().expect_err("open").retry_in(), Duration::from_nanos(1));
    guard.advance(Duration::from_nanos(1));
    assert_eq!(breaker.retry_in(), Duration::ZERO);
    assert_eq!(breaker.state(), Open, "nobody has called yet");
    let trial = breaker.acquire().expect("half-open");
    assert_eq!(breaker.acquire().expect_err("the trial runs").retry_in(), 10 * SECOND);
    trial.success();
    assert_eq!(breaker.state(), Closed);

    breaker.force_open();
    assert_eq!(breaker.retry_in(), Duration::MAX);
    let open = breaker.acquire().expect_err("forced open");
    assert_eq!(
        (open.retry_in(), open.to_string()),
        (Duration::MAX, "the circuit breaker `db` is held open".into())
    );
}

#[test]
fn half_open_it_admits_exactly_its_trials() {
    const CALLERS: usize = 64;
    for trials in [1, 3, 10] {
        for _ in 0..50 {
            let breaker = db().consecutive_failures(1).trials(trials).clock(|| SECOND);
            breaker.acquire().expect("closed").failure();
            // The threads have no guard, so the clock is set by hand: the circuit's time is over.
            let breaker = breaker.clock(|| 12 * SECOND);
            let admitted = AtomicU32::new(0);
            let (start, end) = (Barrier::new(CALLERS), Barrier::new(CALLERS));
            thread::scope(|scope| {
                for _ in 0..CALLERS {
                    scope.spawn(|| {
                        start.wait();
                        let permit = breaker.acquire();
                        admitted.fetch_add(u32::from(permit.is_ok()), Ordering::Relaxed);
                        end.wait();
                        if let Ok(trial) = permit {
                            trial.success();
                        }
                    });
                }
            });
            assert_eq!(admitted.into_inner(), trials);
            assert_eq!(breaker.state(), Closed);
        }
    }
}

#[test]
fn late_outcomes_move_nothing() {
    for late in ["success", "failure", "ignore", "drop"] {
        let end = |permit: reattempt::Permit<'_>| match late {
            "success" => permit.success(),
            "failure" => permit.failure(),
            "ignore" => permit.ignore(),
            _ => drop(permit),
        };
        let rules: [fn() -> CircuitBreaker; 3] = [
            || db().consecutive_failures(2).trials(2),
            || db().failure_rate(0.5).window_calls(4).minimum_calls(2).trials(2),
            || db().failure_rate(0.5).window_time(SECOND * 600).minimum_calls(2).trials(2),
        ];
        for breaker in rules.map(|rule| rule()) {
            let guard = testing::no_wait();
            let late: Vec<_> = (0..5).map(|_| breaker.acquire().expect("closed")).collect();
            let mut late = late.into_iter();
            for _ in 0..2 {
                breaker.acquire().expect("closed").failure();
            }
            end(late.next().expect("a late one"));
            assert_eq!(breaker.state(), Open);
            guard.advance(10 * SECOND);
            let first = breaker.acquire().expect("a trial");
            let old_trial = breaker.acquire().expect("a trial");
            late.by_ref().take(2).for_each(end);
            assert_eq!(breaker.state(), HalfOpen);
            assert!(breaker.acquire().is_err(), "no trial was given back");
            first.failure();
            guard.advance(10 * SECOND);
            let second = breaker.acquire().expect("a trial");
            end(old_trial);
            let third = breaker.acquire().expect("a trial");
            assert!(breaker.acquire().is_err(), "the old trial is none of these");
            second.success();
            assert_eq!(breaker.state(), HalfOpen);
            third.success();
            assert_eq!(breaker.state(), Closed);
            late.for_each(end);
            breaker.acquire().expect("closed").failure();
            assert_eq!(breaker.state(), Closed, "one failure, and none of before");
        }
    }
}

#[test]
fn a_trial_that_is_lost_never_blocks() {
    let guard = testing::no_wait();
    let breaker = db().consecutive_failures(1);
    breaker.acquire().expect("closed").failure();
    guard.advance(10 * SECOND);

    // Dropped, lost to a panic, dropped with its future.
    drop(breaker.acquire().expect("a trial"));
    let panic = catch_unwind(AssertUnwindSafe(|| {
        breaker.call(|| -> Result<(), CircuitOpen> { panic!("in a trial") })
    }));
    assert!(panic.is_err());
    assert_eq!(breaker.state(), HalfOpen);
    {
        let call = breaker.call_async(async || {
            std::future::pending::<()>().await;
            Ok::<(), CircuitOpen>(())
        });
        let mut call = std::pin::pin!(call);
        assert!(poll(call.as_mut(), 3).is_none());
        assert!(breaker.acquire().is_err(), "the trial runs");
    }

    // Leaked: others are let through once its time is over, and it counts no longer.
    std::mem::forget(breaker.acquire().expect("a trial"));
    let slow = breaker.acquire().expect_err("the trial may run still");
    guard.advance(slow.retry_in());
    let trial = breaker.acquire().expect("another trial");
    assert!(breaker.acquire().is_err(), "one at a time");
    trial.success();
    assert_eq!(breaker.state(), Closed);
}

#[test]
fn it_can_be_controlled_by_hand_from_every_state() {
    type Control = (fn(&CircuitBreaker), CircuitState);
    type Reach = (CircuitState, fn(&CircuitBreaker, &testing::Guard));
    let controls: [Control; 3] = [
        (CircuitBreaker::force_open, ForcedOpen),
        (CircuitBreaker::disable, Disabled),
        (CircuitBreaker::reset, Closed),
    ];
    let states: [Reach; 5] = [
        (Closed, |_, _| {}),
        (Open, |breaker, _| breaker.acquire().expect("closed").failure()),
        (HalfOpen, |breaker, guard| {
            breaker.acquire().expect("closed").failure();
            guard.advance(10 * SECOND);
            std::mem::forget(breaker.acquire());
        }),
        (ForcedOpen, |breaker, _| breaker.force_open()),
        (Disabled, |breaker, _| breaker.disable()),
    ];
    for (from, reach) in states {
        for (control, to) in controls {
            let guard = testing::no_wait();
            let breaker = db().consecutive_failures(1);
            let before = breaker.acquire().expect("closed");
            reach(&breaker, &guard);
            assert_eq!(breaker.state(), from);
            control(&breaker);
            assert_eq!(breaker.state(), to, "from {from}");
            if from != to || to == Closed {
                before.failure();
                assert_eq!(breaker.state(), to, "from {from}: a call of before counts no longer");
            }
            guard.advance(3600 * SECOND);
            match breaker.acquire() {
                Err(_) => assert_eq!(to, ForcedOpen),
                Ok(permit) => {
                    permit.failure();
                    assert_eq!(breaker.state(), if to == Disabled { Disabled } else { Open });
                }
            }
        }
    }
}

#[derive(Debug, PartialEq)]
enum Error {
    NotFound,
    Down,
    Refused(Duration),
}

impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Error {
        Error::Refused(open.retry_in())
    }
}

#[test]
fn a_call_is_counted_by_what_it_returns() {
    let _guard = testing::no_wait();
    let breaker = db().consecutive_failures(2);
    assert_eq!(breaker.call(|| Ok::<_, Error>(7)), Ok(7));
    let missing = || Err::<(), _>(Error::NotFound);
    for _ in 0..5 {
        assert_eq!(breaker.call_if(missing, |e| *e != Error::NotFound), Err(Error::NotFound));
    }
    assert_eq!(breaker.call(|| Err::<(), _>(Error::Down)), Err(Error::Down));
    assert_eq!(breaker.call_if(missing, |e| *e != Error::NotFound), Err(Error::NotFound));
    assert_eq!(breaker.call_if(|| Err::<(), _>(Error::Down), |_| true), Err(Error::Down));
    assert_eq!(breaker.call(|| Ok::<(), Error>(())), Err(Error::Refused(10 * SECOND)));
    let io: std::io::Result<()> = breaker.call(|| unreachable!("it is open"));
    assert!(io.expect_err("open").to_string().contains("`db` is open"));
}

#[test]
fn an_async_call_is_counted_by_what_it_returns() {
    let guard = testing::no_wait();
    let breaker = db().consecutive_failures(1);
    finish(async {
        assert_eq!(breaker.call_async(async || Err::<(), _>(Error::Down)).await, Err(Error::Down));
        let refused = breaker.call_async(async || Ok::<(), Error>(())).await;
        assert_eq!(refused, Err(Error::Refused(10 * SECOND)));
        guard.advance(10 * SECOND);
        assert_eq!(breaker.call_async(async || Ok::<_, Error>(7)).await, Ok(7));
        assert_eq!(breaker.state(), Closed);
    });
}

#[tokio::test(start_paused = true)]
async fn tokios_paused_clock_is_its_clock() {
    let breaker = db().consecutive_failures(1);
    breaker.acquire().expect("closed").failure();
    tokio::time::sleep(9 * SECOND).await;
    assert_eq!(breaker.acquire().expect_err("open").retry_in(), SECOND);
    tokio::time::sleep(SECOND).await;
    breaker.acquire().expect("a trial").success();
    assert_eq!(breaker.state(), Closed);
}

#[test]
fn a_breaker_serves_one_test_after_another() {
    // Each with a clock that begins at 0, as under a guard of its own.
    let breaker = db().consecutive_failures(1);
    for _ in 0..3 {
        let guard = testing::no_wait();
        breaker.reset();
        guard.advance(50 * SECOND);
        breaker.acquire().expect("closed").failure();
        assert_eq!(breaker.acquire().expect_err("open").retry_in(), 10 * SECOND);
    }
}

#[test]
fn a_permit_and_a_breaker_can_go_to_other_threads() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().failure_rate(0.5);
    fn assert_send<T: Send>(_: &T) {}
    assert_send(&&BREAKER);
    assert_send(&BREAKER.acquire());
    let call = BREAKER.call_async(async || Ok::<(), CircuitOpen>(()));
    assert_send(&call);
    const { assert!(size_of::<CircuitBreaker>() <= 320) }
}

#[test]
fn eight_threads_leave_a_window_that_says_what_happened() {
    // Half of the calls fail, so it never opens at 51 %, whatever the order; with one more failure in a full window
    // it would.
    let breaker = CircuitBreaker::new().failure_rate(1.0).window_calls(64).minimum_calls(64);
    for _ in 0..20 {
        thread::scope(|scope| {
            for thread in 0..8 {
                let breaker = &breaker;
                scope.spawn(move || {
                    for call in 0..1000 {
                        let permit = breaker.acquire().expect("closed");
                        if (call + thread) % 8 == 0 { permit.success() } else { permit.failure() }
                    }
                });
            }
        });
        breaker.reset();
        for _ in 0..63 {
            breaker.acquire().expect("closed").failure();
        }
        breaker.acquire().expect("closed").success();
        assert_eq!(breaker.state(), Closed);
        breaker.acquire().expect("closed").failure();
        assert_eq!(breaker.state(), Closed, "the success is in the window still");
        breaker.reset();
    }
}

#[test]
fn settings_out_of_range_are_told() {
    let told = |set: fn() -> CircuitBreaker| {
        let panic = catch_unwind(set).expect_err("it is out of range");
        panic.downcast_ref::<&str>().expect("a sentence").split(';').next().unwrap_or_default().to_owned()
    };
    assert_eq!(told(|| db().consecutive_failures(0)), "`consecutive_failures` is not in 1..=65535");
    assert_eq!(told(|| db().trials(65_536)), "`trials` is not in 1..=65535");
    assert_eq!(told(|| db().trials(0)), "`trials` is not in 1..=65535");
    assert_eq!(told(|| db().trial_failures(255)), "`trial_failures` is not in 0..=254");
    let none_succeeds = "`trial_failures` is not below `trials`, so no trial has to succeed";
    assert_eq!(told(|| db().trials(3).trial_failures(3)), none_succeeds);
    assert_eq!(told(|| db().trial_failures(3).trials(3)), none_succeeds);
    let too_many = "with `trial_failures`, `trials` is not in 1..=255";
    assert_eq!(told(|| db().trials(256).trial_failures(1)), too_many);
    assert_eq!(told(|| db().trial_failures(1).trials(256)), too_many);
    assert_eq!(
        told(|| db().open_for_max(Duration::ZERO)),
        "`open_for_max` is 0, and a circuit that opens for no time refuses nothing"
    );
    assert_eq!(
        told(|| db().trial_timeout(Duration::ZERO)),
        "`trial_timeout` is 0, and no trial ends at once"
    );
    assert_eq!(told(|| db().failure_rate(0.0)), "`failure_rate` is not above 0 and at most 1");
    assert_eq!(told(|| db().failure_rate(f64::NAN)), "`failure_rate` is not above 0 and at most 1");
    assert_eq!(told(|| db().slow_call_rate(1.1)), "`slow_call_rate` is not above 0 and at most 1");
    assert_eq!(told(|| db().window_calls(4001)), "`window_calls` is not in 1..=4000");
    assert_eq!(told(|| db().window_time(Duration::ZERO)), "`window_time` is below 1 ms");
    assert_eq!(told(|| db().minimum_calls(0)), "`minimum_calls` is 0, and no calls have no rate");
    assert_eq!(told(|| db().open_for(Duration::ZERO)), "a circuit that opens for no time refuses nothing");
}

#[test]
fn a_setting_that_is_changed_starts_the_window_afresh() {
    /// Counts one failure of two calls.
    fn used(breaker: CircuitBreaker) -> CircuitBreaker {
        breaker.acquire().unwrap().failure();
        breaker.acquire().unwrap().success();
        assert_eq!(breaker.state(), Closed);
        breaker
    }

    let _guard = testing::no_wait();
    let over_time = || db().failure_rate(0.75).window_time(SECOND).minimum_calls(3);
    let over_calls = || db().failure_rate(0.75).window_calls(4).minimum_calls(3);
    let changed = [
        used(over_time()).window_calls(3),
        used(over_calls()).window_time(SECOND),
        used(over_calls()).window_calls(3),
        used(over_time()).window_time(2 * SECOND),
        used(used(over_time()).window_calls(3)).window_time(SECOND),
        used(over_time()).failure_rate(0.75),
        used(over_time()).minimum_calls(3),
    ];
    for breaker in changed {
        for call in 1..=3 {
            assert_eq!(breaker.state(), Closed, "before failure {call} of {breaker:?}");
            breaker.acquire().unwrap().failure();
        }
        assert_eq!(breaker.state(), Open, "three of three calls failed: {breaker:?}");
    }
}

#[test]
fn what_a_window_holds_does_not_depend_on_the_moment_of_its_first_call() {
    use std::sync::atomic::AtomicU64;

    static NOW: AtomicU64 = AtomicU64::new(0);

    fn clock() -> Duration {
        Duration::from_micros(NOW.load(Ordering::Relaxed))
    }

    for start in (0..3_000_000).step_by(7_001) {
        NOW.store(start, Ordering::Relaxed);
        let breaker = db().failure_rate(1.0).window_time(SECOND).minimum_calls(2).clock(clock);
        breaker.acquire().unwrap().failure();
        NOW.store(start + 950_000, Ordering::Relaxed);
        breaker.acquire().unwrap().failure();
        assert_eq!(breaker.state(), Open, "950 ms after a first call at {start} µs");
    }
}

/// A window of calls remembers its generation by 16 bits. An outage in which the circuit changes its state almost 65,536 times
/// leaves a generation there that looks a little later than the present one.
#[test]
fn a_window_of_calls_counts_after_an_outage_of_any_length() {
    for changes in [65_470, 65_474, 65_526, 65_534, 65_536, 65_538] {
        let breaker = CircuitBreaker::new().failure_rate(0.5).window_calls(10).minimum_calls(4);
        breaker.acquire().unwrap().success();
        for _ in 0..changes / 2 {
            breaker.force_open();
            breaker.reset();
        }
        for _ in 0..10 {
            if let Ok(permit) = breaker.acquire() {
                permit.failure();
            }
        }
        assert_eq!(breaker.state(), CircuitState::Open, "after {changes} changes");
    }
}

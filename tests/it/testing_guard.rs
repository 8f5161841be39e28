//! `testing::no_wait`: what users' tests of retried functions rely on, on one thread.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use reattempt::testing::{Settings, TestContext};
use reattempt::{GiveUpReason, RetryError, retry, testing};

use crate::support::{Down, Flaky, finish, poll, secs};

std::thread_local! {
    static WAITED: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

/// Where a call waits that no guard covers.
fn real(time: Duration) {
    WAITED.with_borrow_mut(|waited| waited.push(time));
}

#[retry(max = 4, base = "30s", jitter = none, sleep = real)]
fn call(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(unlimited, max_delay = "1s", sleep = real)]
fn call_without_end(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

/// How many waits a failing call has; and that they are all skipped.
#[track_caller]
fn skipped() -> usize {
    let before = WAITED.take().len();
    assert_eq!(before, 0);
    let flaky = Flaky::broken();
    assert!(call(&flaky).is_err());
    assert!(WAITED.take().is_empty(), "no guard is up");
    flaky.calls() as usize - 1
}

#[track_caller]
fn assert_uncovered() {
    assert!(call(&Flaky::broken()).is_err());
    assert_eq!(WAITED.take(), secs([30, 60, 60]));
}

#[test]
fn a_long_backoff_takes_no_time_and_shows_its_delays() {
    let guard = testing::no_wait();
    assert_eq!(call(&Flaky::failing(2)), Ok(3));
    assert_eq!(guard.delays(), secs([30, 60]));
    assert_eq!(WAITED.take(), []);
}

#[test]
fn attempts_are_as_many_as_the_guard_says() {
    let guard = testing::no_wait();
    for attempts in [1, 2, 4, 30] {
        guard.attempts(attempts);
        let (flaky, endless) = (Flaky::broken(), Flaky::broken());
        assert_eq!(call(&flaky), Err(Down(attempts)));
        assert_eq!(call_without_end(&endless), Err(Down(attempts)));
        assert_eq!((flaky.calls(), endless.calls()), (attempts, attempts));
    }
}

#[test]
fn attempts_are_no_more_than_the_cap() {
    let guard = testing::no_wait();
    for (cap, attempts) in [(1, 1), (2, 2), (4, 4), (30, 4)] {
        guard.cap_attempts(cap);
        let (flaky, endless) = (Flaky::broken(), Flaky::broken());
        assert_eq!(call(&flaky), Err(Down(attempts)));
        assert_eq!(call_without_end(&endless), Err(Down(cap)));
    }
}

#[test]
fn a_cap_holds_for_forced_attempts_too() {
    let guard = testing::no_wait();
    guard.cap_attempts(3);
    guard.attempts(7);
    assert_eq!(skipped(), 2);
    guard.attempts(2);
    assert_eq!(skipped(), 1);
}

#[test]
fn a_success_ends_a_call_with_forced_attempts() {
    let guard = testing::no_wait();
    guard.attempts(9);
    assert_eq!(call(&Flaky::failing(1)), Ok(2));
    assert_eq!(guard.delays().len(), 1);
}

#[test]
fn other_reasons_to_give_up_remain() {
    #[retry(error = Down, when = |error| error.0 != 2, deadline = "5s", jitter = none)]
    fn call(flaky: &Flaky, first: u32) -> Result<u32, RetryError<Down>> {
        flaky.call().map_err(|Down(call)| Down(call + first))
    }

    let guard = testing::no_wait();
    guard.attempts(9);
    let error = call(&Flaky::broken(), 0).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::NotRetryable, 2));
    let error = call(&Flaky::broken(), 10).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Deadline, 3));
    assert_eq!(guard.delays(), secs([1, 1, 2]));
}

#[test]
fn hooks_are_told_of_the_forced_attempts() {
    #[retry(
        on_retry = |event| seen.borrow_mut().push(event.max_attempts()),
        on_give_up = |event| seen.borrow_mut().push(event.max_attempts()),
    )]
    fn call(seen: &RefCell<Vec<Option<u32>>>, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let guard = testing::no_wait();
    guard.attempts(2);
    let seen = RefCell::default();
    assert!(call(&seen, &Flaky::broken()).is_err());
    assert_eq!(seen.take(), [Some(2), Some(2)]);
}

#[test]
fn a_closure_is_covered_as_a_function_is() {
    let guard = testing::no_wait();
    guard.attempts(5);
    let policy = reattempt::Policy::new().jitter(reattempt::Jitter::None);
    let flaky = Flaky::broken();
    assert_eq!(policy.run(|| flaky.call()), Err(Down(5)));
    assert_eq!(finish(policy.run_async(async || flaky.call())), Err(Down(10)));
    assert_eq!(guard.delays(), secs([1, 2, 4, 8, 1, 2, 4, 8]));
}

#[test]
#[should_panic(expected = "write 1 for no retry")]
fn no_attempt_at_all_is_refused() {
    testing::no_wait().attempts(0);
}

#[test]
fn a_refused_number_leaves_the_guard_in_order() {
    let guard = testing::no_wait();
    guard.attempts(2);
    assert!(catch_unwind(AssertUnwindSafe(|| guard.cap_attempts(0))).is_err());
    assert_eq!(skipped(), 1);
}

#[test]
fn the_inner_guard_counts_and_the_outer_comes_back() {
    let outer = testing::no_wait();
    outer.attempts(2);
    {
        let inner = testing::no_wait();
        assert_eq!(skipped(), 3);
        inner.attempts(3);
        assert_eq!(skipped(), 2);
        assert_eq!(inner.delays().len(), 5);
    }
    assert_eq!(skipped(), 1);
    assert_eq!(outer.delays().len(), 1);
    drop(outer);
    assert_uncovered();
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    let first = testing::no_wait();
    let second = testing::no_wait();
    second.attempts(2);
    drop(first);
    assert_eq!(skipped(), 1);
    drop(second);
    assert_uncovered();
}

#[test]
fn a_panic_takes_the_guard_down() {
    let outer = testing::no_wait();
    outer.attempts(2);
    let panicked = catch_unwind(|| {
        let inner = testing::no_wait();
        inner.attempts(1);
        call(&Flaky::broken()).expect("a test that fails");
    });
    assert!(panicked.is_err());
    assert_eq!(skipped(), 1);
    drop(outer);
    assert_uncovered();
}

#[test]
fn threads_with_guards_do_not_disturb_each_other() {
    let barrier = Barrier::new(3);
    // All three fail between the two meetings, while both guards are up.
    let fail_together = || {
        barrier.wait();
        let failed = call(&Flaky::broken());
        barrier.wait();
        failed
    };
    let covered = |attempts| {
        let guard = testing::no_wait();
        guard.attempts(attempts);
        (fail_together(), guard.delays())
    };
    thread::scope(|threads| {
        let (two, three) = (threads.spawn(|| covered(2)), threads.spawn(|| covered(3)));
        assert_eq!(fail_together(), Err(Down(4)));
        assert_eq!(two.join().unwrap(), (Err(Down(2)), secs([30])));
        assert_eq!(three.join().unwrap(), (Err(Down(3)), secs([30, 60])));
    });
    assert_eq!(WAITED.take(), secs([30, 60, 60]));
}

#[test]
fn threads_may_share_a_scene() {
    let context = TestContext::new(Settings::new().attempts(3));
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let _guard = context.enter();
                assert_eq!(skipped(), 2);
            });
        }
    });
    assert_eq!(context.delays().len(), 8);
    assert_uncovered();
}

#[test]
fn a_scene_can_be_entered_twice() {
    let context = TestContext::new(Settings::new().attempts(2));
    let outer = context.enter();
    drop(context.enter());
    assert_eq!(skipped(), 1);
    drop(outer);
    assert_uncovered();
}

#[test]
fn a_seed_makes_the_delays_those_of_the_policy() {
    let policy = reattempt::Policy::new().max(6).jitter(reattempt::Jitter::Full);
    let delays = |seed| {
        let context = TestContext::new(Settings::new().seed(seed));
        let _guard = context.enter();
        assert!(policy.run(|| Err::<(), _>("down")).is_err());
        context.delays()
    };
    assert_eq!(delays(7), policy.delays_seeded(7).collect::<Vec<_>>());
    assert_ne!(delays(7), delays(8));
}

#[test]
fn skipped_waits_and_advance_count_towards_a_deadline() {
    #[retry(max = 10, jitter = none, deadline = "10s")]
    fn call(takes: Duration, guard: &testing::Guard) -> Result<u32, Down> {
        guard.advance(takes);
        Err(Down(0))
    }

    let guard = testing::no_wait();
    assert!(call(Duration::ZERO, &guard).is_err());
    assert_eq!(guard.delays(), secs([1, 2, 4]));
    assert!(call(Duration::from_secs(5), &guard).is_err());
    assert_eq!(guard.delays(), secs([1, 2, 4, 1]));
}

#[test]
fn time_does_not_jump_for_a_call_that_outlives_its_guard() {
    #[retry(error = Down, max = 3, deadline = "1h", sleep = async |time| real(time))]
    async fn call(flaky: &Flaky) -> Result<u32, RetryError<Down>> {
        tokio::task::yield_now().await;
        flaky.call()
    }

    let flaky = Flaky::broken();
    let mut future = pin!(call(&flaky));
    {
        let _guard = testing::no_wait();
        while flaky.calls() == 0 {
            assert!(poll(future.as_mut(), 1).is_none());
        }
    }
    assert_eq!(finish(future).unwrap_err().reason(), GiveUpReason::MaxAttempts);
}

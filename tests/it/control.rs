//! `call`, `restart_after`, `on_success` and `cancel`: who controls a call while it runs.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use reattempt::{
    CircuitBreaker, GiveUpReason, Policy, RetryBudget, RetryError, RetryEvent, SuccessEvent, retry, testing,
};

use crate::support::{Down, Flaky, assert_send, finish, run, secs};

/// The numbers of attempts, and whether each was the last.
type Seen = RefCell<Vec<(u32, bool)>>;

/// Defines a blocking and an async function with the same attribute and body, and a check that runs on both.
macro_rules! both {
    (
        #[retry($($arguments:tt)*)]
        fn $name:ident($($argument:ident: $ty:ty),*) -> $ret:ty $body:block
        $check:expr
    ) => {
        #[test]
        fn $name() {
            #[retry($($arguments)*)]
            fn blocking($($argument: $ty),*) -> $ret $body

            #[retry($($arguments)*)]
            async fn later($($argument: $ty),*) -> $ret $body

            let check: &dyn Fn(&dyn Fn($($ty),*) -> $ret) = &$check;
            check(&|$($argument),*| blocking($($argument),*));
            check(&|$($argument),*| finish(later($($argument),*)));
        }
    };
}

both! {
    #[retry(max = 3, call = c)]
    fn the_handle_counts_attempts(op: &Flaky, seen: &Seen) -> Result<u32, Down> {
        seen.borrow_mut().push((c.attempt(), c.is_last()));
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        let (op, seen) = (Flaky::broken(), Seen::default());
        assert_eq!(call(&op, &seen), Err(Down(3)));
        assert_eq!(seen.into_inner(), [(1, false), (2, false), (3, true)]);
    }
}

both! {
    #[retry(max = 1, call = c)]
    fn a_single_attempt_is_the_last(seen: &Seen) -> Result<u32, Down> {
        seen.borrow_mut().push((c.attempt(), c.is_last()));
        Err(Down(1))
    }
    |call| {
        let seen = Seen::default();
        assert_eq!(call(&seen), Err(Down(1)));
        assert_eq!(seen.into_inner(), [(1, true)]);
    }
}

both! {
    #[retry(call = c)]
    fn a_test_decides_which_attempt_is_the_last(op: &Flaky, seen: &Seen) -> Result<u32, Down> {
        seen.borrow_mut().push((c.attempt(), c.is_last()));
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        for (attempts, expected) in [(1, vec![(1, true)]), (2, vec![(1, false), (2, true)])] {
            guard.attempts(attempts);
            let (op, seen) = (Flaky::broken(), Seen::default());
            assert_eq!(call(&op, &seen), Err(Down(attempts)));
            assert_eq!(seen.into_inner(), expected);
        }
    }
}

both! {
    #[retry(unlimited, call = c, error = Down, when = |_| true)]
    fn a_stopped_call_ends_whatever_the_rules(op: &Flaky, last: u32) -> Result<u32, RetryError<Down>> {
        if c.attempt() == last {
            c.stop();
        }
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        let error = call(&Flaky::broken(), 3).unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Stopped, 3));
        assert_eq!(error.into_last(), Some(Down(3)));
        assert_eq!(call(&Flaky::failing(2), 3).unwrap(), 3, "a success stays a success");
    }
}

both! {
    #[retry(max = 5, call = c, retry_ok = |value| *value < 9)]
    fn a_success_of_a_stopped_call_is_not_refused(op: &Flaky) -> Result<u32, Down> {
        if c.attempt() == 2 {
            c.stop();
        }
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        let op = Flaky::failing(0);
        assert_eq!(call(&op), Ok(2));
        assert_eq!(op.calls(), 2);
    }
}

both! {
    #[retry(max = 3, base = "1s", jitter = none, call = c, error = Down)]
    fn a_restart_begins_anew(op: &Flaky, progress_at: u32, seen: &Seen) -> Result<u32, RetryError<Down>> {
        seen.borrow_mut().push((c.attempt(), c.is_last()));
        let result = op.call();
        if op.calls() == progress_at {
            c.restart();
        }
        result
    }
    |call| {
        let guard = testing::no_wait();
        let (op, seen) = (Flaky::broken(), Seen::default());
        let error = call(&op, 3, &seen).unwrap_err();
        // The failure of attempt 3 counts as that of attempt 1.
        assert_eq!(
            seen.into_inner(),
            [(1, false), (2, false), (3, true), (2, false), (3, true)],
        );
        assert_eq!(guard.delays(), secs([1, 2, 1, 2]));
        assert_eq!((error.attempts(), error.reason()), (5, GiveUpReason::MaxAttempts));
    }
}

both! {
    #[retry(unlimited, base = "1s", jitter = none, deadline = "10s", call = c, error = Down)]
    fn a_restart_does_not_move_the_deadline(op: &Flaky) -> Result<u32, RetryError<Down>> {
        c.restart();
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        let error = call(&Flaky::broken()).unwrap_err();
        assert_eq!((error.attempts(), error.reason()), (10, GiveUpReason::Deadline));
        assert_eq!(guard.delays(), secs([1; 9]));
    }
}

both! {
    #[retry(max = 3, base = "1s", jitter = none, restart_after = "2m", error = Down)]
    fn a_long_attempt_restarts(guard: &testing::Guard, op: &Flaky, long: u32) -> Result<u32, RetryError<Down>> {
        let result = op.call();
        guard.advance(Duration::from_secs(if op.calls() == long { 120 } else { 119 }));
        result
    }
    |call| {
        let guard = testing::no_wait();
        assert_eq!(call(&guard, &Flaky::broken(), 2).unwrap_err().attempts(), 4);
        assert_eq!(guard.delays(), secs([1, 1, 2]));
        let guard = testing::no_wait();
        assert_eq!(call(&guard, &Flaky::broken(), 9).unwrap_err().attempts(), 3);
        assert_eq!(guard.delays(), secs([1, 2]));
    }
}

both! {
    #[retry(max = 3, restart_after = limit * 2, error = Down)]
    fn the_limit_of_a_restart_may_be_known_at_run_time(
        guard: &testing::Guard,
        op: &Flaky,
        limit: Duration
    ) -> Result<u32, RetryError<Down>> {
        guard.advance(Duration::from_secs(if op.calls() == 0 { 4 } else { 3 }));
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        assert_eq!(call(&guard, &Flaky::broken(), Duration::from_secs(2)).unwrap_err().attempts(), 3);
        let op = Flaky::failing(6);
        assert_eq!(call(&guard, &op, Duration::from_secs(1)).unwrap(), 7, "each attempt is long");
    }
}

both! {
    #[retry(max = 4, base = "1s", jitter = none, call = c, max_delay = "5s")]
    fn a_hint_lengthens_the_next_wait_alone(op: &Flaky) -> Result<u32, Down> {
        if c.attempt() == 2 {
            c.hint(Duration::from_secs(30));
        }
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        assert_eq!(call(&Flaky::broken()), Err(Down(4)));
        assert_eq!(guard.delays(), secs([1, 30, 4]));
    }
}

both! {
    #[retry(call = c, error = Down)]
    fn a_hint_that_is_too_long_ends_the_call(wait: Duration) -> Result<u32, RetryError<Down>> {
        c.hint(wait);
        Err(Down(1))
    }
    |call| {
        let guard = testing::no_wait();
        for (wait, reason) in [
            (Duration::ZERO, GiveUpReason::MaxAttempts),
            (Duration::from_secs(300), GiveUpReason::MaxAttempts),
            (Duration::from_secs(301), GiveUpReason::HintTooLong),
            (Duration::MAX, GiveUpReason::HintTooLong),
        ] {
            assert_eq!(call(wait).unwrap_err().reason(), reason, "{wait:?}");
        }
        assert!(guard.delays().iter().all(|delay| *delay >= Duration::from_secs(1)));
    }
}

both! {
    #[retry(
        max = 9,
        call = c,
        when = |_| c.attempt() != 4,
        on_retry = |_| seen.borrow_mut().push((c.attempt(), c.is_last())),
        fallback = |_| Ok(c.attempt()),
    )]
    fn rules_hooks_and_fallback_have_the_handle(op: &Flaky, seen: &Seen) -> Result<u32, Down> {
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        let seen = Seen::default();
        assert_eq!(call(&Flaky::broken(), &seen), Ok(4));
        assert_eq!(seen.into_inner().into_iter().map(|(attempt, _)| attempt).collect::<Vec<_>>(), [2, 3, 4]);
    }
}

both! {
    #[retry(unlimited, call = c, error = Down, on_retry = |event| if event.attempt() == 2 { c.stop() })]
    fn a_hook_stops_the_attempt_after_it(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        let error = call(&Flaky::broken()).unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Stopped, 3));
    }
}

#[test]
fn elapsed_counts_from_the_end_of_attempt_1_or_from_the_start_where_the_clock_is_read() {
    #[retry(call = c)]
    fn unread(guard: &testing::Guard, op: &Flaky, seen: &RefCell<Vec<Duration>>) -> Result<u32, Down> {
        guard.advance(Duration::from_secs(7));
        seen.borrow_mut().push(c.elapsed());
        op.call()
    }

    #[retry(call = c, jitter = none, deadline = "1h")]
    async fn read(guard: &testing::Guard, op: &Flaky, seen: &RefCell<Vec<Duration>>) -> Result<u32, Down> {
        guard.advance(Duration::from_secs(7));
        seen.borrow_mut().push(c.elapsed());
        op.call()
    }

    let guard = testing::no_wait();
    guard.seed(1);
    let seen = RefCell::default();
    unread(&guard, &Flaky::failing(1), &seen).unwrap();
    assert_eq!(seen.take(), [Duration::ZERO, guard.delays()[0] + Duration::from_secs(7)]);
    finish(read(&guard, &Flaky::failing(1), &seen)).unwrap();
    assert_eq!(seen.take(), secs([7, 15]));
}

#[tokio::test(start_paused = true)]
async fn elapsed_is_the_time_of_the_runtime_in_an_async_call() {
    #[retry(call = c, deadline = "1h")]
    async fn call() -> Result<Duration, Down> {
        tokio::time::sleep(Duration::from_secs(7)).await;
        Ok(c.elapsed())
    }

    assert_eq!(call().await, Ok(Duration::from_secs(7)));
}

#[test]
fn a_future_with_a_handle_is_send_and_small() {
    #[retry]
    async fn plain(n: u32) -> Result<u32, Down> {
        Ok(std::future::ready(n).await)
    }

    #[retry(call = c)]
    async fn handled(n: u32) -> Result<u32, Down> {
        Ok(std::future::ready(n + c.attempt()).await)
    }

    let (plain, handled) = (assert_send(plain(1)), assert_send(handled(1)));
    let (plain, handled) = (size_of_val(&plain), size_of_val(&handled));
    assert!(handled <= plain + 16, "{plain} bytes without a handle, {handled} with it");
}

struct Local;

#[async_trait(?Send)]
trait LocalFeed {
    async fn read_locally(&mut self, op: &Flaky) -> Result<u32, Down>;
}

#[async_trait(?Send)]
impl LocalFeed for Local {
    #[retry(call = c, max = 2)]
    async fn read_locally(&mut self, op: &Flaky) -> Result<u32, Down> {
        op.call().map(|_| c.attempt())
    }
}

#[retry(call = c, max = 2)]
impl Local {
    fn first(&mut self, op: &Flaky) -> Result<u32, Down> {
        op.call().map(|_| c.attempt())
    }

    async fn second(&self, op: &Flaky) -> Result<u32, Down> {
        let attempt = async { c.attempt() }.await;
        op.call()?;
        Ok(attempt)
    }

    fn third<'a>(&'a self, op: &'a Flaky) -> impl Future<Output = Result<u32, Down>> + 'a {
        async move { op.call().map(|_| c.attempt()) }
    }
}

#[test]
fn the_handle_is_in_every_shape_of_function() {
    let _guard = testing::no_wait();
    assert_eq!(finish(Local.read_locally(&Flaky::failing(1))), Ok(2));
    assert_eq!(Local.first(&Flaky::failing(1)), Ok(2));
    assert_eq!(finish(Local.second(&Flaky::failing(1))), Ok(2));
    assert_eq!(finish(Local.third(&Flaky::failing(1))), Ok(2));
}

// `on_success`.

both! {
    #[retry(name = "fetch {key}", max = 5, jitter = none, on_success = |event| told.borrow_mut().push(words(event)))]
    fn a_success_after_retries_is_told(op: &Flaky, key: u32, told: &RefCell<Vec<String>>) -> Result<u32, Down> {
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        let told = RefCell::default();
        call(&Flaky::failing(0), 7, &told).unwrap();
        call(&Flaky::broken(), 7, &told).unwrap_err();
        assert_eq!(told.take(), [""; 0], "the first attempt, or none, succeeded");
        call(&Flaky::failing(2), 7, &told).unwrap();
        assert_eq!(told.take(), ["fetch 7 3/Some(5) after 3s"]);
    }
}

fn words(event: &SuccessEvent<'_>) -> String {
    format!(
        "{} {}/{:?} after {:?}",
        event.operation(),
        event.attempt(),
        event.max_attempts(),
        event.elapsed()
    )
}

async fn words_later(event: &SuccessEvent<'_>) {
    std::future::ready(()).await;
    assert_eq!(event.attempt(), 2);
    TOLD.set(TOLD.get() + 1);
}

thread_local!(static TOLD: Cell<u32> = const { Cell::new(0) });

#[test]
fn the_hook_of_a_success_may_be_async_and_a_path() {
    #[retry(on_success = words_later)]
    async fn by_path(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(on_success = async |event| words_later(event).await, retry_ok = |value| *value == 0, budget = BUDGET)]
    async fn by_closure(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(on_success = |_| TOLD.set(TOLD.get() + 1), breaker = BREAKER, call = c, error = Down)]
    fn with_a_breaker(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call().map(|_| c.attempt())
    }

    static BUDGET: RetryBudget = RetryBudget::new();
    static BREAKER: CircuitBreaker = CircuitBreaker::new();
    TOLD.set(0);
    assert_eq!(run(by_path(&Flaky::failing(1))), Ok(2));
    assert_eq!(run(by_closure(&Flaky::failing(1))), Ok(2));
    let _guard = testing::no_wait();
    assert_eq!(with_a_breaker(&Flaky::failing(1)).unwrap(), 2);
    assert_eq!(TOLD.get(), 3);
}

#[test]
fn a_success_after_a_restart_counts_all_attempts() {
    #[retry(call = c, max = 2, on_success = |event| told.set(event.attempt()))]
    fn restarted(op: &Flaky, told: &Cell<u32>) -> Result<u32, Down> {
        c.restart();
        op.call()
    }

    let _guard = testing::no_wait();
    let told = Cell::new(0);
    assert_eq!(restarted(&Flaky::failing(5), &told), Ok(6));
    assert_eq!(told.get(), 6);
}

// Values that are refused.

both! {
    #[retry(
        max = 3,
        jitter = none,
        retry_ok = |value| *value < 5,
        retry_after_ok = |value| Some(Duration::from_secs(10 + u64::from(*value))),
        on_retry = |event| seen.borrow_mut().push((*event.value().unwrap(), event.error().is_none())),
        on_give_up = |event| seen.borrow_mut().push((*event.value().unwrap(), event.error().is_none())),
    )]
    fn a_refused_value_has_a_hint_and_is_in_the_events(op: &Flaky, seen: &Seen) -> Result<u32, Down> {
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        let seen = Seen::default();
        assert_eq!(call(&Flaky::failing(0), &seen), Ok(3));
        assert_eq!(guard.delays(), secs([11, 12]));
        assert_eq!(seen.into_inner(), [(1, true), (2, true), (3, true)]);
    }
}

/// A function that is named by its path sees no value, whatever its type.
fn on_any_retry<E>(event: &RetryEvent<'_, E>) {
    assert!(event.value().is_none() && event.error().is_none());
}

both! {
    #[retry(max = 3, jitter = none, error = Down, retry_ok = |_| true, on_retry = on_any_retry, policy = Policy::new().deadline(limit))]
    fn a_poll_that_is_used_up_ends_as_an_error(limit: Duration) -> Result<u32, RetryError<Down>> {
        Ok(1)
    }
    |call| {
        let _guard = testing::no_wait();
        for (limit, attempts, reason) in
            [(60, 3, GiveUpReason::MaxAttempts), (2, 2, GiveUpReason::Deadline)]
        {
            let error = call(Duration::from_secs(limit)).unwrap_err();
            assert_eq!((error.attempts(), error.reason(), error.last()), (attempts, reason, None));
        }
    }
}

#[test]
fn a_used_up_poll_beside_a_breaker_ends_as_an_error_too() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new();

    #[retry(max = 2, error = Down, retry_ok = |_| true, breaker = BREAKER, on_give_up = |event| assert_eq!(event.value(), Some(&1)))]
    fn poll() -> Result<u32, RetryError<Down>> {
        Ok(1)
    }

    let _guard = testing::no_wait();
    let error = poll().unwrap_err();
    assert_eq!((error.reason(), error.last()), (GiveUpReason::MaxAttempts, None));
}

// `delay`.

both! {
    #[retry(max = 4, delay = |error, attempt| Duration::from_millis(u64::from(error.0 * 100 + attempt)))]
    fn a_function_computes_the_exact_delay(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        assert_eq!(call(&Flaky::broken()), Err(Down(4)));
        assert_eq!(guard.delays(), [101, 202, 303].map(Duration::from_millis));
    }
}

const WAITS: [u64; 2] = [3, 1];

both! {
    #[retry(max = 3, delay = |_, attempt| Duration::from_secs(WAITS[attempt as usize - 1]))]
    fn the_delay_is_not_computed_after_the_last_attempt(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        assert_eq!(call(&Flaky::broken()), Err(Down(3)));
        assert_eq!(guard.delays(), secs(WAITS));
    }
}

both! {
    #[retry(delay = |_, _| Duration::MAX, error = Down, deadline = "1h")]
    fn an_endless_delay_reaches_the_deadline(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }
    |call| {
        let _guard = testing::no_wait();
        assert_eq!(call(&Flaky::broken()).unwrap_err().reason(), GiveUpReason::Deadline);
    }
}

both! {
    #[retry(max = 2, retry_after = |_| Some(Duration::from_secs(9)), delay = |_, _| wait, jitter = none)]
    fn a_hint_lengthens_an_exact_delay(op: &Flaky, wait: Duration) -> Result<u32, Down> {
        op.call()
    }
    |call| {
        let guard = testing::no_wait();
        for wait in [1, 20] {
            assert_eq!(call(&Flaky::broken(), Duration::from_secs(wait)), Err(Down(2)));
        }
        assert_eq!(guard.delays(), secs([9, 20]));
    }
}

// `cancel`.

#[test]
fn a_blocking_call_is_cancelled_before_or_during_a_wait() {
    #[retry(max = 9, error = Down, cancel = |limit| { asked.borrow_mut().push(limit); op.calls() >= end })]
    fn call(op: &Flaky, end: u32, asked: &RefCell<Vec<Duration>>) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let guard = testing::no_wait();
    let asked = RefCell::default();
    let error = call(&Flaky::broken(), 2, &asked).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 2));
    assert_eq!(error.into_last(), Some(Down(2)));
    assert_eq!(guard.delays().len(), 1);
    assert!(asked.take().iter().all(Duration::is_zero), "a test waits for nothing");
    assert_eq!(call(&Flaky::failing(0), 0, &asked).unwrap(), 1, "attempt 1 always runs");
    let error = call(&Flaky::broken(), 0, &asked).unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[test]
fn an_async_call_is_cancelled_before_or_during_a_wait() {
    #[retry(max = 9, error = Down, cancel = std::future::poll_fn(|_| end(op)))]
    async fn call<F: Fn(&Flaky) -> Poll<()>>(op: &Flaky, end: F) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let guard = testing::no_wait();
    let after_two = |op: &Flaky| if op.calls() >= 2 { Poll::Ready(()) } else { Poll::Pending };
    let error = finish(call(&Flaky::broken(), after_two)).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 2));
    assert_eq!(guard.delays().len(), 1);
    let polls = Cell::new(0);
    let during_the_wait = |_: &Flaky| {
        polls.set(polls.get() + 1);
        if polls.get() == 2 { Poll::Ready(()) } else { Poll::Pending }
    };
    let error = finish(call(&Flaky::broken(), during_the_wait)).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 1));
    assert_eq!(polls.get(), 2, "a future that has ended is not polled again");
    let at_once = |_: &Flaky| Poll::Ready(());
    assert_eq!(finish(call(&Flaky::failing(0), at_once)).unwrap(), 1, "attempt 1 always runs");
}

#[test]
fn a_cancelled_call_withdraws_nothing_and_calls_no_hook_of_a_retry() {
    static BUDGET: RetryBudget = RetryBudget::new();

    #[retry(cancel = |_| true, budget = BUDGET, on_retry = |_| panic!("there is no retry"), on_give_up = |event| {
        assert_eq!(event.reason(), GiveUpReason::Cancelled);
    })]
    fn blocking(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(cancel = std::future::ready(1), budget = BUDGET, on_retry = async |_| panic!("there is no retry"))]
    async fn later(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    let _guard = testing::no_wait();
    let full = BUDGET.balance();
    assert_eq!(blocking(&Flaky::broken()), Err(Down(1)));
    assert_eq!(finish(later(&Flaky::broken())), Err(Down(1)));
    assert_eq!(BUDGET.balance(), full);
}

#[test]
fn a_cancelled_poll_returns_its_last_value() {
    #[retry(cancel = |_| true, retry_ok = |_| true)]
    fn blocking() -> Option<u32> {
        Some(1)
    }

    #[retry(cancel = async {}, retry_ok = |_| true)]
    async fn later() -> Result<u32, Down> {
        Ok(1)
    }

    let _guard = testing::no_wait();
    assert_eq!(blocking(), Some(1));
    assert_eq!(finish(later()), Ok(1));
}

#[test]
fn the_rest_of_a_wait_that_is_left_early_is_slept() {
    #[retry(max = 2, base = "1m", jitter = none, cancel = |_| false, sleep = |rest| slept.borrow_mut().push(rest))]
    fn call(op: &Flaky, slept: &RefCell<Vec<Duration>>) -> Result<u32, Down> {
        op.call()
    }

    let slept = RefCell::default();
    assert_eq!(call(&Flaky::failing(1), &slept), Ok(2));
    let slept = slept.take();
    assert_eq!(slept.len(), 1);
    assert!(slept[0] <= Duration::from_secs(60) && slept[0] > Duration::ZERO, "{slept:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_channels_and_receivers_cancel() {
    #[retry(unlimited, error = Down, cancel = stop)]
    async fn call<S: Future>(op: &Flaky, stop: S) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let token = tokio_util::sync::CancellationToken::new();
    let child = token.child_token();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(90)).await;
        token.cancel();
    };
    let op = Flaky::broken();
    let (ended, ()) = tokio::join!(call(&op, child.cancelled()), stop);
    assert_eq!(ended.unwrap_err().reason(), GiveUpReason::Cancelled);
    assert!(op.calls() > 3);

    let (sender, mut watched) = tokio::sync::watch::channel(false);
    sender.send(true).unwrap();
    let op = Flaky::broken();
    let ended = call(&op, watched.wait_for(|stop| *stop)).await.unwrap_err();
    assert_eq!((ended.reason(), op.calls()), (GiveUpReason::Cancelled, 1));

    let (sender, receiver) = tokio::sync::oneshot::channel();
    let op = Flaky::broken();
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        sender.send("shut down").unwrap();
    };
    let (ended, ()) = tokio::join!(call(&op, receiver), stop);
    assert_eq!(ended.unwrap_err().reason(), GiveUpReason::Cancelled);
    assert_eq!(op.calls(), 1, "the wait ended at once");
}

#[test]
fn a_flag_with_a_condition_variable_cancels() {
    use std::sync::{Condvar, Mutex};

    struct Stop(Mutex<bool>, Condvar);

    impl Stop {
        fn wait(&self, limit: Duration) -> bool {
            let flag = self.0.lock().unwrap();
            *self.1.wait_timeout_while(flag, limit, |stop| !*stop).unwrap().0
        }
    }

    #[retry(unlimited, base = "1m", jitter = none, error = Down, cancel = |limit| stop.wait(limit))]
    fn call(op: &Flaky, stop: &Stop) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let (stop, op) = (Stop(Mutex::new(false), Condvar::new()), Flaky::broken());
    let error = std::thread::scope(|scope| {
        // The other thread cannot tell when the wait begins: the flag ends it at any time.
        scope.spawn(|| {
            *stop.0.lock().unwrap() = true;
            stop.1.notify_all();
        });
        call(&op, &stop).unwrap_err()
    });
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 1));
}

#[test]
fn an_open_breaker_and_a_cancel_end_the_same_call() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().consecutive_failures(1);

    #[retry(max = 9, error = Down, breaker = BREAKER, cancel = |_| cancelled.get())]
    fn call(op: &Flaky, cancelled: &Cell<bool>) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let _guard = testing::no_wait();
    let (op, cancelled) = (Flaky::broken(), Cell::new(true));
    assert_eq!(call(&op, &cancelled).unwrap_err().reason(), GiveUpReason::Cancelled);
    cancelled.set(false);
    let error = call(&op, &cancelled).unwrap_err();
    assert_eq!((error.reason(), error.last()), (GiveUpReason::CircuitOpen, None), "no attempt was made");
}

#[test]
fn a_cancelled_async_call_is_send_if_its_error_is() {
    #[retry(cancel = std::future::pending::<()>(), call = c)]
    async fn call(n: u32) -> Result<u32, Down> {
        Err(Down(std::future::ready(n + c.attempt()).await))
    }

    drop(assert_send(call(1)));
    let _policy = Policy::new();
}

//! The loops on embassy's timer, with a clock that moves when a test moves it.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use embassy_time::MockDriver;
use no_std::embassy::{with_limits, with_retries};
use reattempt::{CircuitBreaker, CircuitState, Jitter, Policy, RetryBudget};

const POLICY: Policy = Policy::new().max(3).base(Duration::from_millis(10)).jitter(Jitter::None);

/// The clock is one for the process.
static CLOCK: Mutex<()> = Mutex::new(());

/// The policy has no jitter, so the number does not matter.
fn draw() -> u64 {
    0
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn advance(millis: u64) {
    MockDriver::get().advance(embassy_time::Duration::from_millis(millis));
}

#[test]
fn each_retry_waits_for_its_delay() {
    let _one_at_a_time = CLOCK.lock().unwrap();
    let calls = Cell::new(0);
    let mut call = pin!(with_retries(POLICY, draw, async || {
        calls.set(calls.get() + 1);
        if calls.get() == 3 { Ok("up") } else { Err("down") }
    }));
    assert!(poll(call.as_mut()).is_pending());
    advance(9);
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(calls.get(), 1);
    advance(1);
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(calls.get(), 2);
    advance(20);
    assert_eq!(poll(call.as_mut()), Poll::Ready(Ok("up")));
}

#[test]
fn the_last_error_is_returned() {
    let _one_at_a_time = CLOCK.lock().unwrap();
    let mut call = pin!(with_retries(POLICY.max(1), draw, async || Err::<(), _>("down")));
    assert_eq!(poll(call.as_mut()), Poll::Ready(Err("down")));
}

#[test]
fn a_breaker_and_a_budget_end_the_call() {
    let _one_at_a_time = CLOCK.lock().unwrap();
    let still = || Duration::ZERO;
    let breaker = CircuitBreaker::new().consecutive_failures(2).clock(still);
    let budget = RetryBudget::new().clock(still);
    let down = async || Err::<(), _>("down");
    let mut call = pin!(with_limits(POLICY, draw, (&breaker, &budget), down));
    assert!(poll(call.as_mut()).is_pending());
    advance(10);
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(breaker.state(), CircuitState::Open);
    advance(20);
    assert_eq!(poll(call.as_mut()), Poll::Ready(Some(Err("down"))));
    let mut refused = pin!(with_limits(POLICY, draw, (&breaker, &budget), down));
    assert_eq!(poll(refused.as_mut()), Poll::Ready(None));

    let (breaker, empty) = (CircuitBreaker::new().clock(still), RetryBudget::new().clock(still));
    while empty.try_withdraw() {}
    let mut once = pin!(with_limits(POLICY, draw, (&breaker, &empty), down));
    assert_eq!(poll(once.as_mut()), Poll::Ready(Some(Err("down"))));
}

/// The recipe's loop is the one that is tested here.
#[test]
fn the_recipe_is_this_loop() {
    let source = include_str!("../src/embassy.rs");
    let start = source.find("pub async fn with_retries").expect("it is there");
    let function = &source[start..];
    let end = function.find("\n}\n").expect("it ends") + 2;
    let recipe = include_str!("../../../docs/book/src/cookbook/without-the-standard-library.md");
    assert!(
        recipe.contains(&function[..end]),
        "docs/book/src/cookbook/without-the-standard-library.md has another loop"
    );
}

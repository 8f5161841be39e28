//! Budgets, breakers and throttles that the calls of a service share.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use retry_core::middleware::tower::{BoxError, RetryLayer};
use retry_core::{CircuitBreaker, CircuitOpen, CircuitState, Permit, RetryBudget, Throttle, Throttled};
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::{Layer, ServiceExt, service_fn};
use tower_test::assert_request_eq;

use crate::{Handle, POLICY, permanent, spawn, transient};

fn next_request(handle: &mut Handle) -> tower_test::mock::SendResponse<&'static str> {
    let next = assert_ready!(task::spawn(handle.next_request()).poll());
    next.expect("the service is alive").1
}

#[tokio::test]
async fn a_breaker_opens_and_refuses_without_a_request() {
    let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(2).open_for(Duration::from_secs(60)));
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    next_request(&mut handle).send_error("first");
    assert_pending!(call.poll());
    assert_pending!(call.poll());
    next_request(&mut handle).send_error("second");
    assert_eq!(assert_ready_err!(call.poll()).to_string(), "second", "the last error, not the refusal");
    assert_eq!(breaker.state(), CircuitState::Open);

    assert_ready_ok!(service.poll_ready());
    let refused = assert_ready_err!(task::spawn(service.call("hello")).poll());
    assert!(refused.is::<CircuitOpen>(), "{refused}");
    assert_pending!(task::spawn(handle.next_request()).poll(), "nothing was sent");
}

#[tokio::test]
async fn a_permanent_error_says_nothing_about_the_server() {
    let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(1));
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    next_request(&mut handle).send_error(permanent());
    assert_ready_err!(call.poll());
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test]
async fn a_request_that_is_not_repeated_counts_as_a_failure_of_the_server() {
    let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(1));
    let layer = RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)).request(|_: &&'static str| None);
    let (mut service, mut handle) = spawn(layer);
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    next_request(&mut handle).send_error(transient());
    assert_ready_err!(call.poll());
    assert_eq!(breaker.state(), CircuitState::Open);
}

/// Returns a breaker that lets its only trial through.
fn on_trial() -> Arc<CircuitBreaker> {
    thread_local! {
        static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }
    let second = Duration::from_secs(1);
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(second).clock(|| NOW.get());
    breaker.acquire().unwrap().failure();
    NOW.set(NOW.get() + second);
    Arc::new(breaker)
}

#[tokio::test]
async fn a_call_that_is_dropped_releases_its_trial() {
    let breaker = on_trial();
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_pending!(call.poll());
    assert!(breaker.acquire().is_err(), "the call has the only place");
    drop(call);
    drop(next_request(&mut handle));
    breaker.acquire().expect("the place is free").ignore();
}

#[tokio::test]
async fn a_success_of_a_trial_closes_the_circuit() {
    let breaker = on_trial();
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    next_request(&mut handle).send_response("world");
    assert_ready_ok!(call.poll());
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test]
async fn a_budget_pays_for_retries() {
    let budget = Arc::new(RetryBudget::new().reserve_per_second(0).ratio(0.5));
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY).budget(Arc::clone(&budget)));
    for _ in 0..2 {
        assert_ready_ok!(service.poll_ready());
        let mut call = task::spawn(service.call("hello"));
        next_request(&mut handle).send_response("world");
        assert_ready_ok!(call.poll());
    }
    let mut sent = 0;
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    let error = loop {
        sent += 1;
        next_request(&mut handle).send_error("down");
        match call.poll() {
            std::task::Poll::Ready(outcome) => break outcome.unwrap_err(),
            std::task::Poll::Pending => assert_pending!(call.poll()),
        }
    };
    assert_eq!((sent, error.to_string().as_str()), (2, "down"), "three calls pay for one retry");
}

#[tokio::test]
async fn a_throttle_refuses_without_a_request() {
    let throttle = Arc::new(Throttle::new());
    for _ in 0..10_000 {
        if let Ok(pass) = throttle.acquire() {
            pass.rejected();
        }
    }
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY).throttle(Arc::clone(&throttle)));
    let refused = (0..100).find_map(|_| {
        assert_ready_ok!(service.poll_ready());
        match task::spawn(service.call("hello")).poll() {
            std::task::Poll::Ready(Err(refused)) => Some(refused),
            _ => {
                drop(next_request(&mut handle));
                None
            }
        }
    });
    let refused: BoxError = refused.expect("it refuses nine of ten");
    assert!(refused.is::<Throttled>(), "{refused}");
}

#[tokio::test]
async fn a_nested_refusal_is_no_failure() {
    let outer = Arc::new(CircuitBreaker::new().consecutive_failures(1));
    let layer = RetryLayer::new(POLICY.max(1)).breaker(Arc::clone(&outer));
    let (mut service, mut handle) = spawn(layer);
    let inner = CircuitBreaker::new().consecutive_failures(1);
    inner.acquire().unwrap().failure();
    let open = inner.acquire().unwrap_err();
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_request_eq!(handle, "hello").send_error(open);
    assert_ready_err!(call.poll());
    assert_eq!(outer.state(), CircuitState::Closed);
}

#[tokio::test]
async fn a_success_after_a_retry_refunds_it() {
    let budget =
        Arc::new(RetryBudget::new().reserve_per_second(0).ratio(1.0).earn_on_success().refund_on_success());
    let outcomes = RefCell::new(VecDeque::from([true, false, true, false, false, false, true]));
    let sent = Cell::new(0);
    let service = service_fn(|()| {
        sent.set(sent.get() + 1);
        let is_there = outcomes.borrow_mut().pop_front().unwrap_or(false);
        ready(if is_there { Ok(()) } else { Err(transient()) })
    });
    let service = RetryLayer::new(POLICY).budget(budget).layer(service);
    // A success earns a token. The retry of the second call spends it; its success earns one and gets the other back.
    for _ in 0..2 {
        service.clone().oneshot(()).await.unwrap();
    }
    assert_eq!(sent.take(), 3);
    service.clone().oneshot(()).await.unwrap_err();
    assert_eq!(sent.get(), 3, "two tokens pay for two retries");
}

#[tokio::test]
async fn a_throttle_counts_the_outcomes() {
    let throttle = Arc::new(Throttle::new());
    let layer = RetryLayer::new(POLICY.max(1)).throttle(Arc::clone(&throttle));
    let call = async |outcome: fn() -> Result<(), BoxError>| {
        let _ = layer.layer(service_fn(move |()| ready(outcome()))).oneshot(()).await;
    };
    for _ in 0..200 {
        call(|| Ok(())).await;
    }
    assert!(throttle.refusal_probability() <= 0.0);
    for _ in 0..2_000 {
        call(|| Err(transient())).await;
    }
    assert!(throttle.refusal_probability() > 0.1);
}

#[tokio::test]
async fn a_call_inside_a_trial_belongs_to_it() {
    let breaker = on_trial();
    let inner = Arc::clone(&breaker);
    let service = service_fn(move |()| {
        let inner = Arc::clone(&inner);
        async move { inner.acquire().map(Permit::success).map_err(BoxError::from) }
    });
    RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)).layer(service).oneshot(()).await.unwrap();
    assert_eq!(breaker.state(), CircuitState::Closed);
}

/// A future that never ends, and whose drop notes whether its call still has its place.
struct Noting {
    breaker: Arc<CircuitBreaker>,
    had_place: Rc<Cell<Option<bool>>>,
}

impl Future for Noting {
    type Output = Result<(), BoxError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        self.had_place.set(Some(self.breaker.acquire().is_err()));
    }
}

#[test]
fn an_attempt_is_dropped_before_its_place_is_free() {
    let (breaker, had_place) = (on_trial(), Rc::new(Cell::new(None)));
    let service = {
        let (breaker, had_place) = (Arc::clone(&breaker), Rc::clone(&had_place));
        service_fn(move |()| Noting { breaker: Arc::clone(&breaker), had_place: Rc::clone(&had_place) })
    };
    let mut call = Box::pin(RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)).layer(service).oneshot(()));
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(call);
    assert_eq!(had_place.get(), Some(true));
    breaker.acquire().expect("the place is free").ignore();
}

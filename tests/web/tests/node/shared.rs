//! State that calls share.

use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use reattempt::{CircuitBreaker, CircuitState, Hedge, Policy, RetryBudget, Throttle, retry};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Failure, Server};

static BREAKER: CircuitBreaker =
    CircuitBreaker::new().consecutive_failures(2).open_for(Duration::from_millis(5));

#[retry(max = 2, base = "1ms", breaker = BREAKER)]
async fn through_breaker(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn a_breaker_opens_and_lets_a_trial_through_in_time() {
    let server = Server::good_at(3);
    assert_eq!(through_breaker(&server).await, Err(Failure::Down(2)));
    assert_eq!(BREAKER.state(), CircuitState::Open);
    // A second or two in a slow machine is a long time: it is open yet, or a trial goes through.
    if let Err(open) = BREAKER.acquire() {
        assert!(open.retry_in() <= Duration::from_millis(5), "{open:?}");
    }
    TimeoutFuture::new(7).await;
    assert_eq!(through_breaker(&server).await, Ok(3));
    assert_eq!(BREAKER.state(), CircuitState::Closed);
}

static BUDGET: RetryBudget = RetryBudget::new().reserve_per_second(1);

#[retry(unlimited, base = "1ms", backoff = constant, budget = BUDGET)]
async fn with_budget(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn a_budget_ends_the_retries() {
    let server = Server::good_at(0);
    assert!(with_budget(&server).await.is_err());
    assert!(server.calls() > 1, "the reserve pays for some");
}

#[wasm_bindgen_test]
async fn a_budget_refills_with_the_time() {
    let budget = RetryBudget::new().reserve_per_second(1000);
    while budget.try_withdraw() {}
    TimeoutFuture::new(5).await;
    assert!(budget.try_withdraw());
}

static THROTTLE: Throttle = Throttle::new().minimum_requests(2);

#[retry(max = 1, throttle = THROTTLE)]
async fn throttled(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn a_throttle_refuses_while_most_calls_fail() {
    let server = Server::good_at(0);
    let mut refused = 0;
    for _ in 0..1000 {
        refused += u32::from(throttled(&server).await == Err(Failure::Throttled));
    }
    assert_eq!(refused + server.calls(), 1000);
    assert!(refused > 100, "{refused}");
}

static HEDGE: Hedge = Hedge::after(Duration::from_millis(2)).extra_load(1.0);

#[retry(hedge = HEDGE)]
async fn hedged(tries: &Cell<u32>) -> Result<u32, Failure> {
    tries.set(tries.get() + 1);
    match tries.get() {
        1 | 2 => Ok(1),
        3 => pending().await,
        copy => Ok(copy),
    }
}

#[wasm_bindgen_test]
async fn a_copy_answers_for_a_try_that_hangs() {
    let tries = Cell::new(0);
    // They pay for the copy.
    assert_eq!((hedged(&tries).await, hedged(&tries).await), (Ok(1), Ok(1)));
    assert_eq!(hedged(&tries).await, Ok(4));
}

#[wasm_bindgen_test]
async fn a_hedge_measures_the_latency() {
    let hedge = Hedge::new().quantile(0.9);
    let server = Server::good_at(1);
    let answer = async || server.ask().await;
    assert_eq!(Policy::new().retry_async(answer).hedge(&hedge).await, Ok(1));
}

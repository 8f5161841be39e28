//! Limits on the time.

use std::future::pending;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use reattempt::{GiveUpReason, Policy, RetryError, retry};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Failure, Server};

/// The proof of `within` is made by the compiler; the deadline reads the clock.
#[retry(unlimited, base = "3ms", backoff = constant, jitter = none, deadline = "40ms", error = Failure)]
async fn until_the_deadline(server: &Server) -> Result<u32, RetryError<Failure>> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn the_deadline_ends_the_call() {
    let server = Server::good_at(0);
    let error = until_the_deadline(&server).await.unwrap_err();
    assert_eq!(error.reason(), GiveUpReason::Deadline);
    // No wait is shorter than 3 ms, so no more than 13 of them fit in.
    assert!((1..=14).contains(&server.calls()), "{}", server.calls());
}

#[retry(max = 3, base = "2ms", within = "10ms")]
async fn within(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn within_is_proven_there_too() {
    assert_eq!(within(&Server::good_at(3)).await, Ok(3));
}

#[retry(max = 2, base = "1ms", attempt_timeout = "3ms")]
async fn cut_off(server: &Server) -> Result<u32, Failure> {
    match server.answer() {
        Ok(value) => Ok(value),
        Err(_) => pending().await,
    }
}

#[wasm_bindgen_test]
async fn an_attempt_that_takes_too_long_is_cut_off() {
    let server = Server::good_at(2);
    assert_eq!(cut_off(&server).await, Ok(2));
    server.waited(4);
    let server = Server::good_at(0);
    assert_eq!((cut_off(&server).await, server.calls()), (Err(Failure::TimedOut), 2));
}

#[retry(unlimited, base = "1m", cancel = TimeoutFuture::new(3), error = Failure)]
async fn cancelled(server: &Server) -> Result<u32, RetryError<Failure>> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn a_wait_can_be_cancelled() {
    let server = Server::good_at(0);
    let error = cancelled(&server).await.unwrap_err();
    assert_eq!((error.reason(), server.calls()), (GiveUpReason::Cancelled, 1));
    server.waited(3);
}

/// `setTimeout` takes no more than 2^31 - 1 milliseconds: beyond that it ends at once.
#[wasm_bindgen_test]
async fn a_delay_longer_than_a_timeout_does_not_end_at_once() {
    const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
    let server = Server::good_at(2);
    let policy = Policy::new().base(MONTH).max_delay(MONTH);
    let call = policy.retry_async(|| server.ask()).cancel(TimeoutFuture::new(20));
    assert_eq!(call.await, Err(Failure::Down(1)));
}

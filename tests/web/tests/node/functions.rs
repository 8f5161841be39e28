//! Async functions under the attribute.

use std::cell::RefCell;
use std::time::Duration;

use reattempt::{GiveUpReason, RetryError, RetryEvent, retry};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Failure, Server};

#[retry(max = 4, base = "2ms", backoff = constant, jitter = none)]
async fn ask(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn the_first_success_ends_the_call() {
    let server = Server::good_at(3);
    assert_eq!(ask(&server).await, Ok(3));
    server.waited(4);
}

#[wasm_bindgen_test]
async fn the_last_error_is_returned() {
    let server = Server::good_at(0);
    assert_eq!(ask(&server).await, Err(Failure::Down(4)));
    server.waited(6);
}

#[retry(base = "1ms")]
async fn wrong(server: &Server) -> Result<u32, Failure> {
    server.ask().await.or(Err(Failure::Wrong))
}

#[wasm_bindgen_test]
async fn an_error_that_is_not_retryable_ends_the_call() {
    let server = Server::good_at(0);
    assert_eq!((wrong(&server).await, server.calls()), (Err(Failure::Wrong), 1));
}

#[retry(max = 3, base = "1ms", jitter = none, error = Failure, on_retry = |event| seen(&events, &event))]
async fn explained(
    server: &Server,
    events: &RefCell<Vec<(u32, Duration)>>,
) -> Result<u32, RetryError<Failure>> {
    server.ask().await
}

fn seen<T, E>(events: &RefCell<Vec<(u32, Duration)>>, event: &RetryEvent<'_, T, E>) {
    events.borrow_mut().push((event.attempt(), event.delay()));
}

#[wasm_bindgen_test]
async fn hooks_and_the_reason_have_the_time() {
    let (server, events) = (Server::good_at(0), RefCell::default());
    let error = explained(&server, &events).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 3));
    assert!(error.elapsed() >= Duration::from_millis(3), "{:?}", error.elapsed());
    assert_eq!(*events.borrow(), [(1, Duration::from_millis(1)), (2, Duration::from_millis(2))]);
}

struct Client(Server);

#[retry(max = 3, base = "1ms")]
impl Client {
    async fn get(&self) -> Result<u32, Failure> {
        self.0.ask().await
    }
}

#[wasm_bindgen_test]
async fn methods_are_retried() {
    assert_eq!(Client(Server::good_at(2)).get().await, Ok(2));
}

#[retry(max = 3, delays = ["0ms", "0ms"])]
async fn at_once(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn a_delay_of_nothing_yields() {
    assert_eq!(at_once(&Server::good_at(3)).await, Ok(3));
}

#[retry(max = 3, base = "1ms", env = "UNSET")]
async fn with_environment(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn an_environment_is_empty() {
    assert_eq!(with_environment(&Server::good_at(0)).await, Err(Failure::Down(3)));
}

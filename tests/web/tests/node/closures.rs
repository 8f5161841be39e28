//! The closure form, and a loop of one's own.

use std::collections::HashSet;
use std::ops::ControlFlow::Continue;
use std::time::Duration;

use reattempt::{GiveUpReason, Jitter, Policy, testing};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Failure, Server};

const POLICY: Policy = Policy::new().max(3).base(Duration::from_millis(2)).jitter(Jitter::None);

#[wasm_bindgen_test]
async fn a_closure_is_retried() {
    let server = Server::good_at(3);
    assert_eq!(POLICY.retry_async(|| server.ask()).retryable().await, Ok(3));
    server.waited(6);
    let server = Server::good_at(0);
    let error = POLICY.retry_async(|| server.ask()).run_or_explain().await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 3));
}

#[wasm_bindgen_test]
async fn a_closure_may_lend() {
    let mut calls = 0;
    let call = POLICY.retry_async_mut(async || {
        calls += 1;
        if calls < 3 { Err("down") } else { Ok(calls) }
    });
    assert_eq!(call.run().await, Ok(3));
}

#[wasm_bindgen_test]
async fn steps_wait_too() {
    let server = Server::good_at(0);
    let mut attempts = POLICY.attempts();
    let error = server.ask().await.unwrap_err();
    let Continue(delay) = attempts.failed(&error) else { panic!("it may be retried") };
    attempts.wait(delay).await;
    server.waited(2);
}

#[wasm_bindgen_test]
fn jitter_differs_from_draw_to_draw() {
    let policy = Policy::new().max(20).jitter(Jitter::Full);
    let delays: HashSet<Duration> = policy.delays().collect();
    assert_eq!(delays.len(), 19);
}

#[wasm_bindgen_test]
async fn a_test_guard_skips_the_waits() {
    let guard = testing::no_wait();
    let server = Server::good_at(0);
    let hourly = Policy::new().base(Duration::from_secs(3600)).jitter(Jitter::None).max_delay(Duration::MAX);
    assert!(hourly.retry_async(|| server.ask()).await.is_err());
    assert_eq!(guard.delays(), [1, 2].map(|hours| Duration::from_secs(hours * 3600)));
    assert_eq!(hourly.run(|| server.answer()), Err(Failure::Down(6)), "a guard blocks nothing");
}

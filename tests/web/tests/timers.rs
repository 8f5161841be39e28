//! Waits with JavaScript's timers, and what is counted over time.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

use std::cell::Cell;
use std::time::Duration;

use reattempt::retry;
use wasm_bindgen_test::wasm_bindgen_test;
use web_time::Instant;

#[derive(Debug, PartialEq)]
struct Down;

#[retry(max = 4, base = "2ms", jitter = none, backoff = constant)]
async fn third_time(calls: &Cell<u32>) -> Result<u32, Down> {
    calls.set(calls.get() + 1);
    if calls.get() < 3 { Err(Down) } else { Ok(calls.get()) }
}

#[wasm_bindgen_test]
async fn an_async_function_waits_for_its_delays() {
    let (calls, start) = (Cell::new(0), Instant::now());
    assert_eq!(third_time(&calls).await, Ok(3));
    assert!(start.elapsed() >= Duration::from_millis(4), "{:?}", start.elapsed());
}

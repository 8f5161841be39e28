//! Calls that would block the thread.

use std::cell::Cell;
use std::time::Duration;

use reattempt::{GiveUpReason, Policy, retry};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Failure, Server};

#[wasm_bindgen_test]
fn a_blocking_closure_makes_one_attempt() {
    let server = Server::good_at(0);
    assert_eq!(Policy::new().unlimited().run(|| server.answer()), Err(Failure::Down(1)));
    let error = Policy::new().retry(|| server.answer()).run_or_explain().unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 1));
    let cancelled = Policy::new().retry(|| server.answer()).cancel(|_| false).run();
    assert_eq!((cancelled, server.calls()), (Err(Failure::Down(3)), 3));
}

#[wasm_bindgen_test]
fn a_wait_of_ones_own_is_called() {
    let (server, waits) = (Server::good_at(3), Cell::new(0));
    let wait = |_: Duration| waits.set(waits.get() + 1);
    assert_eq!(Policy::new().retry(|| server.answer()).sleep(wait).run(), Ok(3));
    assert_eq!(waits.get(), 2);
}

#[retry(sleep = |_| ())]
fn spun(server: &Server) -> Result<u32, Failure> {
    server.answer()
}

#[wasm_bindgen_test]
fn a_function_may_have_a_wait_of_its_own() {
    assert_eq!(spun(&Server::good_at(3)), Ok(3));
}

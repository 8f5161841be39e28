//! An operation that fails at first, and a promise of JavaScript's.

use std::cell::Cell;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use js_sys::Promise;
use reattempt::{AttemptTimeout, CircuitOpen, Retryable, Throttled};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_time::Instant;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    Down(u32),
    Wrong,
    Open,
    Throttled,
    TimedOut,
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        *self != Failure::Wrong
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Failure {
        Failure::Open
    }
}

impl From<Throttled> for Failure {
    fn from(_: Throttled) -> Failure {
        Failure::Throttled
    }
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Failure {
        Failure::TimedOut
    }
}

/// Fails until the call with this number. 0 never succeeds.
pub(crate) struct Server {
    good: u32,
    calls: Cell<u32>,
    start: Instant,
}

impl Server {
    pub(crate) fn good_at(call: u32) -> Server {
        Server { good: call, calls: Cell::new(0), start: Instant::now() }
    }

    pub(crate) fn answer(&self) -> Result<u32, Failure> {
        let call = self.calls.get() + 1;
        self.calls.set(call);
        if call == self.good { Ok(call) } else { Err(Failure::Down(call)) }
    }

    /// Answers after a promise, whose future is not `Send`.
    pub(crate) async fn ask(&self) -> Result<u32, Failure> {
        JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await.expect("it is resolved");
        self.answer()
    }

    pub(crate) fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// Asserts that the time since the start is not shorter than this.
    pub(crate) fn waited(&self, at_least: u64) {
        let elapsed = self.start.elapsed();
        assert!(elapsed >= Duration::from_millis(at_least), "{elapsed:?} is less than {at_least} ms");
    }
}

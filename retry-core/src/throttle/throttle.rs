//! [`Throttle`]: its settings and its state.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::rule::Rule;
use crate::error::Probability;
use crate::policy::nanos::Nanos;
use crate::runtime::TimeSource;

/// A client-side throttle: while the server rejects most of the calls, it refuses some of them before they are sent.
///
/// The throttle counts the requests of the last [`window`](Self::window) and how many of them the server accepted. A call
/// is refused with this probability, and at most with 0.9:
///
/// ```text
/// (requests − k · accepts) / (requests + 1)
/// ```
///
/// So the server receives at most about `k` times the requests that it accepts, and a few more, by which the throttle
/// finds out when the server has recovered. While the server accepts at least one request in `k`, nothing is refused. The
/// formula is that of [Site Reliability Engineering, chapter 21][sre]. A throttle is usually a `static`:
///
/// ```
/// use retry_core::Throttle;
///
/// static SEARCH: Throttle = Throttle::new().name("search");
///
/// for _ in 0..20 {
///     if let Ok(pass) = SEARCH.acquire() {
///         pass.rejected(); // the server is overloaded
///     }
/// }
/// assert!(SEARCH.refusal_probability() > 0.8);
/// ```
///
/// The time is that of the calls: the time of tokio, of a test context, or of [`clock`](Self::clock).
///
/// [sre]: https://sre.google/sre-book/handling-overload/#client-side-throttling-a7sYUg
#[derive(Debug)]
pub struct Throttle {
    pub(super) name: &'static str,
    pub(super) rule: Rule,
    pub(super) window: Nanos,
    pub(super) time: TimeSource,
    calls: Mutex<VecDeque<(Nanos, bool)>>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl Throttle {
    /// Creates a throttle with `k` 2 over a window of 30 s, which refuses nothing before the tenth request of the window.
    #[must_use]
    pub const fn new() -> Throttle {
        Throttle {
            name: "unnamed",
            rule: Rule::new(),
            window: 30_000_000_000,
            time: TimeSource::Runtime,
            calls: Mutex::new(VecDeque::new()),
        }
    }

    /// Returns the probability with which a call is refused now, from 0 to 0.9.
    #[must_use]
    pub fn refusal_probability(&self) -> f64 {
        self.probability().as_f64()
    }

    pub(super) fn probability(&self) -> Probability {
        let now = self.time.now();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        while calls.front().is_some_and(|(time, _)| now.saturating_sub(*time) >= self.window) {
            calls.pop_front();
        }
        let accepts = calls.iter().filter(|(_, is_accepted)| *is_accepted).count() as u64;
        self.rule.probability(calls.len() as u64, accepts)
    }

    pub(super) fn count(&self, is_accepted: bool) {
        let now = self.time.now();
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push_back((now, is_accepted));
    }
}

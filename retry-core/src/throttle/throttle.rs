//! [`Throttle`]: its settings and its state.

#[cfg(feature = "std")]
use std::sync::Arc;

use super::rule::Rule;
use super::window::Window;
use crate::error::Probability;
use crate::policy::nanos::Nanos;
use crate::runtime::tenths::Tenths;
use crate::runtime::{TimeSource, thread};

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
    pub(super) name: Option<&'static str>,
    #[cfg(feature = "std")]
    pub(super) made_name: Option<Arc<str>>,
    pub(super) rule: Rule,
    pub(super) time: TimeSource,
    pub(super) tenths: Tenths,
    pub(super) window: Window,
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
            name: None,
            #[cfg(feature = "std")]
            made_name: None,
            rule: Rule::new(),
            time: TimeSource::Runtime,
            tenths: Tenths::new(WINDOW),
            window: Window::new(),
        }
    }

    /// Returns the probability with which a call is refused now, from 0 to 0.9.
    #[must_use]
    pub fn refusal_probability(&self) -> f64 {
        self.probability().as_f64()
    }

    #[inline]
    pub(super) fn probability(&self) -> Probability {
        if self.window.is_clean() { Probability::ZERO } else { self.probability_now() }
    }

    #[cold]
    #[inline(never)]
    fn probability_now(&self) -> Probability {
        let may_refuse = |tally| self.rule.excess(tally) > 0;
        let tally = self.window.tally(self.tenth(), thread::number(), may_refuse);
        tally.map_or(Probability::ZERO, |tally| self.rule.probability(tally))
    }

    /// Counts a request that the server accepted. In a busy tenth, most accepts do not read the clock, which costs four
    /// times as much as the rest.
    #[inline]
    pub(super) fn accepted(&self) {
        let may_skip_the_clock = !thread::is_due() && matches!(self.time, TimeSource::Runtime);
        let thread = thread::number();
        if !(may_skip_the_clock && self.window.add_accepted_above(BUSY, self.tenths.latest(), thread)) {
            self.accepted_now(thread);
        }
    }

    #[inline(never)]
    fn accepted_now(&self, thread: usize) {
        self.window.add_accepted(self.tenth(), thread);
    }

    /// Counts a request that the server rejected, or that was refused.
    #[cold]
    #[inline(never)]
    pub(super) fn not_accepted(&self) {
        self.window.add_other(self.tenth());
    }

    /// Returns the number of the present tenth of the window.
    #[inline]
    fn tenth(&self) -> u64 {
        self.tenths.number(self.time.now())
    }
}

/// The accepts of a shard from which on a tenth is busy. An accept that does not read the clock may be counted in an earlier
/// tenth than its own: if its thread has paused since, and then up to 30 times. Beside so many others they make no
/// difference.
const BUSY: u64 = 4096;

/// The window of a throttle without a setting.
const WINDOW: Nanos = 30_000_000_000;

#[cfg(all(test, feature = "std"))]
mod tests {
    use core::cell::Cell;
    use core::time::Duration;

    use super::*;

    /// Moves the clock of a throttle that has many accepts, and returns the probability of a refusal, in millionths, after one
    /// more accept and one rejection.
    ///
    /// All but the last accept have left the window by then. The thread need not look at the clock in its next call.
    fn after_a_busy_tenth(throttle: Throttle, advance: impl Fn(Duration)) -> u32 {
        let throttle = throttle.k(1.0).minimum_requests(1).window(Duration::from_secs(10));
        for _ in 0..=BUSY {
            throttle.accepted();
        }
        advance(Duration::from_secs(9));
        while !thread::is_due() {}
        throttle.accepted();
        advance(Duration::from_secs(1));
        throttle.not_accepted();
        (throttle.refusal_probability() * 1e6).round() as u32
    }

    #[test]
    fn an_accept_counts_in_its_own_tenth_in_a_test_context_and_by_a_custom_clock() {
        std::thread_local!(static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) });
        let custom = Throttle::new().clock(|| NOW.get());
        assert_eq!(after_a_busy_tenth(custom, |time| NOW.set(NOW.get() + time)), 333_333);
        let guard = crate::testing::no_wait();
        assert_eq!(after_a_busy_tenth(Throttle::new(), |time| guard.advance(time)), 333_333);
    }
}

//! [`Hedge`]: its settings, the delay before a copy, and the budget of copies.

use core::time::Duration;

#[cfg(feature = "hedge")]
use super::latency::Latency;
use crate::budget::{FailureKind, RetryBudget};
use crate::policy::nanos::{Nanos, from_duration, to_duration};
#[cfg(feature = "hedge")]
use crate::runtime;

/// When slow attempts of an async function get a copy beside them, and how many copies all its calls may start.
///
/// If an attempt has not answered after the delay, a copy of it starts. The first acceptable result is taken, and the
/// other is dropped. So a request that one slow server holds up does not determine how long its caller waits. The delay is
/// fixed, as in [`Hedge::after`], or a quantile of the measured latency, as in `Hedge::new` (feature `hedge`):
///
/// ```
/// # #[cfg(feature = "hedge")] {
/// use std::time::Duration;
/// use retry_core::Hedge;
///
/// static READS: Hedge = Hedge::new()
///     .quantile(0.95)
///     .between(Duration::from_millis(10), Duration::from_millis(500))
///     .extra_load(0.05);
///
/// assert_eq!(READS.delay(), Duration::from_millis(500), "nothing is measured yet");
/// # }
/// ```
///
/// Copies are paid from a budget that starts empty. Each call deposits [`extra_load`](Self::extra_load) of a copy, so at
/// most one call in twenty gets a copy if nothing is set, also when everything is slow. At most ten copies can be saved
/// up, and deposits last for a minute, so a sudden slowdown of all calls starts ten copies at once and no more.
///
/// Setters are `const`, so a hedge can be a `static`. Functions that share a hedge share its budget and, with a quantile,
/// its latency: share it only among operations that take about as long.
#[derive(Debug)]
pub struct Hedge {
    #[cfg(feature = "hedge")]
    shortest: Nanos,
    longest: Nanos,
    copies: u8,
    budget: RetryBudget,
    /// The fraction of attempts that answer within the delay, or 0 if the delay is fixed.
    #[cfg(feature = "hedge")]
    quantile: f64,
    #[cfg(feature = "hedge")]
    latency: Latency,
}

impl Hedge {
    /// Creates a hedge that starts a copy after a fixed delay, and copies for at most one call in twenty.
    ///
    /// A good delay is the 95th percentile of the latency: one call in twenty takes longer. It needs no feature and
    /// measures nothing. `hedge = "50ms"` on a function is short for a `static` with this hedge.
    ///
    /// # Panics
    /// If `delay` is 0.
    #[must_use]
    #[track_caller]
    pub const fn after(delay: Duration) -> Hedge {
        Hedge::check_delay(delay);
        let delay = from_duration(delay);
        Hedge {
            #[cfg(feature = "hedge")]
            shortest: delay,
            longest: delay,
            copies: 1,
            budget: Hedge::budget(0.05),
            #[cfg(feature = "hedge")]
            quantile: 0.0,
            #[cfg(feature = "hedge")]
            latency: Latency::new(),
        }
    }

    /// Checks that a fixed delay is not 0.
    #[track_caller]
    pub(crate) const fn check_delay(delay: Duration) {
        assert!(
            !delay.is_zero(),
            "a copy after no time doubles every request; write the time that most calls take, such as `50ms`"
        );
    }

    /// The budget of copies: it starts empty, since it has no reserve. A copy is paid by the calls of the last minute, and
    /// ten of them at most can be saved up.
    const fn budget(extra_load: f64) -> RetryBudget {
        RetryBudget::new()
            .ratio(extra_load)
            .reserve_per_second(0)
            .ttl(Duration::from_secs(60))
            .capacity(Hedge::SAVED)
    }

    /// The number of copies that can be saved up.
    const SAVED: u32 = 10;

    /// The largest number of copies of one attempt.
    pub(crate) const MOST_COPIES: u32 = 10;

    /// Sets the number of copies that one attempt may have; 1 if not set. The delay passes before each of them.
    ///
    /// # Panics
    /// If `copies` is not in `1..=10`.
    #[must_use]
    #[track_caller]
    pub const fn copies(mut self, copies: u32) -> Hedge {
        assert!(
            copies >= 1 && copies <= Hedge::MOST_COPIES,
            "`copies` is not in 1..=10; write `copies(1)` for one copy"
        );
        self.copies = copies as u8;
        self
    }

    /// Sets the number of copies that one call pays for; 0.05 if not set, which allows one copy for twenty calls.
    ///
    /// # Panics
    /// If `fraction` is not above 0, or above 1.
    #[must_use]
    #[track_caller]
    pub const fn extra_load(mut self, fraction: f64) -> Hedge {
        assert!(
            fraction > 0.0 && fraction <= 1.0,
            "`extra_load` is not above 0 and at most 1; write `extra_load(0.05)` for one copy to twenty calls"
        );
        // A budget may have what a `const` function cannot drop. This one has it not yet.
        #[cfg_attr(
            not(feature = "fleet"),
            expect(clippy::forget_non_drop, reason = "it has something with a fleet")
        )]
        core::mem::forget(core::mem::replace(&mut self.budget, Hedge::budget(fraction)));
        self
    }

    /// Returns the present delay before a copy. It changes only with a quantile.
    #[must_use]
    pub fn delay(&self) -> Duration {
        to_duration(self.delay_nanos())
    }

    /// Returns the number of copies that could start now.
    #[must_use]
    pub fn balance(&self) -> u64 {
        self.budget.balance()
    }

    pub(crate) fn delay_nanos(&self) -> Nanos {
        #[cfg(feature = "hedge")]
        if let Some(delay) = self.latency.quantile().filter(|_| self.is_measured()) {
            return delay.clamp(self.shortest, self.longest);
        }
        self.longest
    }

    /// Returns the number of copies that one attempt may have.
    pub(crate) fn most_copies(&self) -> u8 {
        self.copies
    }

    /// Deposits the part of a copy that a call pays for.
    #[inline]
    pub(crate) fn deposit(&self) {
        self.budget.deposit();
    }

    /// Pays for a copy, if there is enough.
    pub(crate) fn pay(&self) -> bool {
        self.budget.withdraw(FailureKind::Error)
    }

    /// Starts to measure an attempt that has not answered at once, if the latency is measured.
    pub(crate) fn watch(&self, started: Nanos) -> Option<Watch<'_>> {
        #[cfg(feature = "hedge")]
        let is_measured = self.is_measured();
        #[cfg(not(feature = "hedge"))]
        let is_measured = false;
        is_measured.then(|| Watch { hedge: self, started, is_late: false })
    }
}

/// Hedges that measure the latency.
#[cfg(feature = "hedge")]
impl Hedge {
    /// Creates a hedge that starts a copy after the 95th percentile of the latency, but not before 1 ms and not later
    /// than after 1 s, and copies for at most one call in twenty.
    ///
    /// The percentile and the load are those of J. Dean and L. A. Barroso, "The Tail at Scale" (2013): a copy after the
    /// 95th percentile adds about 5 % to the load and shortens the tail of the latency most.
    #[must_use]
    pub const fn new() -> Hedge {
        Hedge::after(Duration::from_secs(1)).between(Duration::from_millis(1), Duration::from_secs(1))
    }

    /// Sets the fraction of attempts that answer within the delay; 0.95 if not set.
    ///
    /// Only attempts that do not answer at once are measured: from their start to their answer, which may be a value or,
    /// if a copy was faster, the time until then, which is a lower bound. Failures are not measured. Until 100 attempts are
    /// measured, the delay is the longer one of [`between`](Self::between). The delay follows the attempts of the last 10 s
    /// to 20 s, or the last hundred if there were fewer.
    ///
    /// # Panics
    /// If `fraction` is not in `0.5..1`: the copies would otherwise be no exception.
    #[must_use]
    #[track_caller]
    pub const fn quantile(mut self, fraction: f64) -> Hedge {
        assert!(
            fraction >= 0.5 && fraction < 1.0,
            "`quantile` is not in 0.5..1; write `quantile(0.95)` to copy the slowest twentieth of the attempts"
        );
        self.quantile = fraction;
        self.latency.forget();
        self
    }

    /// Sets the shortest and the longest delay before a copy; 1 ms and 1 s if not set.
    ///
    /// The longest delay applies until enough attempts are measured. A good shortest delay is what a fast attempt takes: a
    /// copy before that is hardly ever faster.
    ///
    /// # Panics
    /// If `shortest` is 0, or above `longest`.
    #[must_use]
    #[track_caller]
    pub const fn between(mut self, shortest: Duration, longest: Duration) -> Hedge {
        assert!(
            !shortest.is_zero() && shortest.as_nanos() <= longest.as_nanos(),
            "`between` takes the shortest delay above 0, then the longest; write \
             `between(Duration::from_millis(10), Duration::from_secs(1))`"
        );
        self.shortest = from_duration(shortest);
        self.longest = from_duration(longest);
        if !self.is_measured() {
            self.quantile = 0.95;
        }
        self
    }

    const fn is_measured(&self) -> bool {
        self.quantile > 0.0
    }
}

#[cfg(feature = "hedge")]
impl Default for Hedge {
    fn default() -> Self {
        Self::new()
    }
}

/// The measurement of one attempt. If the attempt is dropped after its delay, its time until then is recorded: it would
/// have taken at least as long. An attempt that is dropped before is no evidence.
#[derive(Debug)]
pub(crate) struct Watch<'h> {
    #[cfg_attr(not(feature = "hedge"), expect(dead_code, reason = "nothing is measured"))]
    hedge: &'h Hedge,
    #[cfg_attr(not(feature = "hedge"), expect(dead_code, reason = "nothing is measured"))]
    started: Nanos,
    is_late: bool,
}

impl Watch<'_> {
    /// Notes that the delay has passed.
    pub(crate) fn is_late(&mut self) {
        self.is_late = true;
    }

    /// Ends the measurement of an attempt that has answered, or has failed.
    pub(crate) fn ended(mut self, has_answered: bool) {
        self.is_late = has_answered;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        #[cfg(feature = "hedge")]
        if self.is_late {
            let now = runtime::timer_now();
            self.hedge.latency.record(now.saturating_sub(self.started), now, self.hedge.quantile);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "a copy after no time doubles every request")]
    fn a_copy_does_not_start_at_once() {
        let _ = Hedge::after(Duration::ZERO);
    }
}

//! Provides the time, the timers and the random draws of a call, and the test contexts that replace them.

#[cfg(feature = "std")]
mod active;
#[cfg(feature = "std")]
mod clock;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod counters;
#[cfg(feature = "std")]
mod delays;
#[cfg(feature = "std")]
pub(crate) mod enabled;
#[cfg(feature = "std")]
pub(crate) mod installed;
#[cfg(feature = "std")]
pub(crate) mod sleep;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod sync;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod tenths;
#[cfg(feature = "std")]
mod test_context;
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
mod web;
#[cfg(feature = "std")]
pub(crate) mod thread;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
mod time_source;

/// Replaces the module above without `std`, where threads have no numbers.
#[cfg(all(not(feature = "std"), any(target_has_atomic = "64", feature = "portable-atomic")))]
pub(crate) mod thread {
    /// Returns the same number for all threads.
    pub(crate) const fn number() -> usize {
        0
    }

    /// Returns that every use looks at the whole: there is no thread to count its uses by.
    pub(crate) const fn is_due() -> bool {
        true
    }
}

#[cfg(feature = "std")]
pub use crate::policy::random::seed_draws;
#[cfg(feature = "std")]
pub use clock::Clock;
#[cfg(feature = "std")]
pub(crate) use sleep::{Delay, Wait};
#[cfg(feature = "std")]
pub use test_context::{Settings, TestContext};

#[cfg(feature = "std")]
pub(crate) use active::{OnProcess, OnThread, current};
#[cfg(any(feature = "reqwest", feature = "tower"))]
pub(crate) use clock::calendar;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) use time_source::TimeSource;

#[cfg(feature = "std")]
use crate::policy::{nanos::Nanos, random};

/// Returns the time of the test context or, without a test context, of `clock`, in nanoseconds since an arbitrary
/// moment in the past. Only differences are meaningful.
#[cfg(feature = "std")]
#[inline]
pub(crate) fn now(clock: Clock) -> Nanos {
    current().map_or_else(|| clock.real_now(), |context| context.now())
}

/// Returns the time of the timers that no test context skips, in nanoseconds like [`now`].
#[cfg(feature = "std")]
pub(crate) fn timer_now() -> Nanos {
    Clock::Async.real_now()
}

/// Returns the next draw of a seeded test context or, without such a context, of this thread's generator.
#[cfg(feature = "std")]
pub(crate) fn draw() -> u64 {
    current().and_then(|context| context.draw()).unwrap_or_else(random::draw)
}

/// Records `delay` in the test context instead of waiting. Returns `false` without a test context.
#[cfg(feature = "std")]
pub(crate) fn skip(delay: Nanos) -> bool {
    current().map(|context| context.skip(delay)).is_some()
}

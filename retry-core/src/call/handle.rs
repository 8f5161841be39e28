//! `Call`, by which an attempt learns about its call and controls it.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;

use super::progress::Progress;
use super::site::Site;
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::runtime::{self, Clock};

/// The call that an attempt belongs to: `call = c` binds it in the body of a function, and
/// [`Policy::retry_with`](crate::Policy::retry_with) passes it to a closure.
///
/// All of its methods take `&self`. It is made of atomics, so that a future that uses it stays `Send`. A task that the
/// attempt spawns outlives the reference: copy what it needs, such as [`attempt`](Call::attempt), before.
///
/// ```
/// # let _guard = retry_core::testing::no_wait();
/// use retry_core::{Call, Policy};
///
/// let mut sent = 0;
/// let send = |call: &Call| {
///     sent += 1;
///     if call.attempt() == 2 {
///         call.stop();
///     }
///     Err::<(), _>("no such queue")
/// };
/// assert_eq!(Policy::new().max(5).retry_with(send).run(), Err("no such queue"));
/// assert_eq!(sent, 2);
/// ```
#[derive(Debug)]
pub struct Call {
    /// What the attempt asked for: flags, and above them a hint in nanoseconds plus 1, or 0 without a hint.
    asked: Halves,
    /// The progress of the loop, which has no other copy of it.
    started: Halves,
    previous: Halves,
    attempt: AtomicU32,
    /// The number of attempts before the last restart.
    before: AtomicU32,
}

/// 64 bits in two halves, for targets without atomics of 64 bits, and for an alignment that a future can use.
///
/// The halves can differ by a write if two threads of one attempt write at the same time. The loop itself writes only
/// between attempts.
#[derive(Debug)]
struct Halves {
    low: AtomicU32,
    high: AtomicU32,
}

impl Halves {
    #[inline]
    fn new(value: u64) -> Halves {
        Halves { low: AtomicU32::new(value as u32), high: AtomicU32::new((value >> 32) as u32) }
    }

    #[inline]
    fn load(&self) -> u64 {
        u64::from(self.high.load(Relaxed)) << 32 | u64::from(self.low.load(Relaxed))
    }

    #[inline]
    fn store(&self, value: u64) {
        self.low.store(value as u32, Relaxed);
        self.high.store((value >> 32) as u32, Relaxed);
    }
}

/// The flag for a failure that is final.
const STOP: u32 = 1;
/// The flag for a new start.
const RESTART: u32 = 2;
/// The flag for an attempt that no other can follow.
const LAST: u32 = 4;
/// The flag for a call that blocks its thread.
const BLOCKING: u32 = 8;
/// The number of bits below the hint. The bits above it hold 36 years.
const FLAGS: u32 = 4;

/// What an attempt asked of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) stop: bool,
    pub(crate) restart: bool,
    pub(crate) hint: Option<Nanos>,
}

impl Asked {
    /// The wishes of an attempt without a handle.
    pub(crate) const NOTHING: Asked = Asked { stop: false, restart: false, hint: None };
}

impl Call {
    /// Starts a call that has made no attempt.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn new(site: &Site<'_>, progress: &Progress, clock: Clock) -> Call {
        let clock = if clock == Clock::Blocking { BLOCKING } else { 0 };
        let last = if site.is_only_attempt() { LAST } else { 0 };
        Call {
            asked: Halves::new(u64::from(clock | last)),
            started: Halves::new(progress.started()),
            previous: Halves::new(0),
            attempt: AtomicU32::new(1),
            before: AtomicU32::new(0),
        }
    }

    /// Returns the number of the attempt that runs, from 1. A [restart](Call::restart) counts anew: the attempt after a
    /// failure that restarted has the number 2.
    #[inline]
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt.load(Relaxed)
    }

    /// Returns whether no attempt can follow this one, by the limit on attempts. Another limit, such as a deadline, can
    /// make any attempt the last one.
    #[must_use]
    pub fn is_last(&self) -> bool {
        let is_last = self.asked.low.load(Relaxed) & LAST != 0;
        // The start of a call reads no test context.
        let is_first = self.attempt() == 1;
        if is_first { Site::is_only_attempt_now(is_last) } else { is_last }
    }

    /// Returns how long the call has taken: from its start if it reads the clock there anyway, which it does with a
    /// deadline, an `attempt_timeout`, hooks or `error`; else from the end of attempt 1, and 0 before.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        let started = self.started.load();
        if started == Progress::UNKNOWN {
            return Duration::ZERO;
        }
        let clock = if self.asked.low.load(Relaxed) & BLOCKING != 0 { Clock::Blocking } else { Clock::Async };
        to_duration(runtime::now(clock).saturating_sub(started))
    }

    /// Makes a failure of this attempt final, whatever the rules: the call gives up with
    /// [`Stopped`](crate::GiveUpReason::Stopped). A success stays a success, also one that `retry_ok` would refuse.
    ///
    /// It is for an error whose type is permanent at one place and passes at another.
    #[inline]
    pub fn stop(&self) {
        self.asked.low.fetch_or(STOP, Relaxed);
    }

    /// Starts the call anew if this attempt fails, since it has made progress: its failure counts as that of attempt 1.
    ///
    /// Attempts, backoff and the memory of decorrelated jitter begin again; the deadline does not.
    /// [`attempt`](Call::attempt) counts from there, while events and
    /// [`RetryError::attempts`](crate::RetryError::attempts) count all attempts.
    #[inline]
    pub fn restart(&self) {
        self.asked.low.fetch_or(RESTART, Relaxed);
    }

    /// Sets the wait that the peer asked for, like a hint that the error contains. The longer of the two applies. A wait
    /// above 36 years counts as 36 years.
    #[inline]
    pub fn hint(&self, wait: Duration) {
        let hint = from_duration(wait).saturating_add(1).min(u64::MAX >> FLAGS) << FLAGS;
        self.asked.high.store((hint >> 32) as u32, Relaxed);
        // A flag that another thread sets meanwhile stays.
        let with_flags = |low| Some(low & ((1 << FLAGS) - 1) | hint as u32);
        let _ = self.asked.low.fetch_update(Relaxed, Relaxed, with_flags);
    }

    /// Returns the wait that the attempt asked for.
    pub(crate) fn asked_wait(&self) -> Option<Duration> {
        (self.asked.load() >> FLAGS).checked_sub(1).map(to_duration)
    }

    /// Returns the handle of a copy of this attempt, by its number from 1. The attempts before it include the attempt itself
    /// and the copies before this one.
    #[doc(hidden)]
    #[must_use]
    pub fn copied(&self, number: u32) -> Call {
        Call {
            asked: Halves::new(u64::from(self.asked.low.load(Relaxed) & (BLOCKING | LAST))),
            started: Halves::new(self.started.load()),
            previous: Halves::new(self.previous.load()),
            attempt: AtomicU32::new(self.attempt()),
            before: AtomicU32::new(self.before().saturating_add(number)),
        }
    }

    /// Takes over what a copy of this attempt asked for.
    #[doc(hidden)]
    pub fn take_over(&self, copy: &Call) {
        self.asked.store(copy.asked.load());
    }

    /// Returns whether a failure of this attempt is final.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.asked.low.load(Relaxed) & STOP != 0
    }

    /// Starts the call anew if the attempt has run for at least `limit` since `since`.
    #[doc(hidden)]
    pub fn restart_after(&self, limit: Duration, since: AttemptStart) {
        let now = runtime::now(since.clock);
        if now.saturating_sub(since.at) >= from_duration(limit) {
            self.restart();
        }
    }

    /// Returns the progress of the loop.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::resumed(self.attempt(), self.previous.load(), self.started.load())
    }

    /// Returns the number of attempts before this one, those before a restart included.
    #[cfg(feature = "http")]
    pub(crate) fn earlier(&self) -> u32 {
        self.before().saturating_add(self.attempt().saturating_sub(1))
    }

    /// Returns the number of attempts before the last restart.
    pub(crate) fn before(&self) -> u32 {
        self.before.load(Relaxed)
    }

    /// Returns what the attempt asked for, which is then forgotten.
    pub(crate) fn take(&self) -> Asked {
        let asked = self.asked.load();
        let flags = asked as u32;
        self.asked.store(u64::from(flags & BLOCKING));
        Asked {
            stop: flags & STOP != 0,
            restart: flags & RESTART != 0,
            hint: (asked >> FLAGS).checked_sub(1),
        }
    }

    /// Keeps the progress for the next attempt.
    pub(crate) fn keep(&self, progress: &Progress, before: u32, is_last: bool) {
        self.started.store(progress.started());
        self.previous.store(progress.previous());
        self.attempt.store(progress.attempt(), Relaxed);
        self.before.store(before, Relaxed);
        self.asked.low.fetch_or(if is_last { LAST } else { 0 }, Relaxed);
    }
}

/// The start of an attempt whose duration decides about a new start.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct AttemptStart {
    at: Nanos,
    clock: Clock,
}

impl AttemptStart {
    /// Reads the clock.
    #[must_use]
    pub fn now(clock: Clock) -> AttemptStart {
        AttemptStart { at: runtime::now(clock), clock }
    }
}

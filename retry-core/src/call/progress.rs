//! What a call carries from one attempt to the next.

use super::site::Site;
use crate::policy::Policy;
use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::{self, Clock};

/// Where a call stands. Two words: it is a part of every annotated future.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Attempts that have failed.
    failures: u32,
    /// What the policy remembers of the delay before this attempt.
    pub(crate) previous: Nanos,
    /// When attempt 1 started or, where no clock was read then, ended. `UNKNOWN` until somebody wants to know.
    started: Nanos,
}

impl Progress {
    /// No clock reads this.
    const UNKNOWN: Nanos = FOREVER;

    /// The start of a call whose policy has no deadline.
    pub const START: Progress = Progress::at(Progress::UNKNOWN);

    const fn at(started: Nanos) -> Progress {
        Progress { failures: 0, previous: 0, started }
    }

    /// The start of a blocking call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn blocking(site: &Site) -> Progress {
        Self::begin(site.policy(), Clock::Blocking)
    }

    /// The start of an async call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn asynchronous(site: &Site) -> Progress {
        Self::begin(site.policy(), Clock::Async)
    }

    #[inline]
    fn begin(policy: &Policy, clock: Clock) -> Progress {
        if policy.has_deadline() { Progress::at(runtime::now(clock)) } else { Progress::START }
    }

    /// The start of a blocking call that is told how long it took.
    #[must_use]
    pub fn blocking_timed() -> Progress {
        Progress::at(runtime::now(Clock::Blocking))
    }

    /// The start of an async call that is told how long it took.
    #[must_use]
    pub fn asynchronous_timed() -> Progress {
        Progress::at(runtime::now(Clock::Async))
    }

    /// The number of the attempt that runs, from 1.
    #[inline]
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.failures.saturating_add(1)
    }

    /// Whether an attempt has failed already.
    #[inline]
    #[must_use]
    pub fn has_retried(&self) -> bool {
        self.failures > 0
    }

    /// Whether the clock was read.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.started != Progress::UNKNOWN
    }

    /// How long the call has taken. If nobody has read the clock before, it starts here.
    pub(crate) fn elapsed(&mut self, now: Nanos) -> Nanos {
        if !self.is_timed() {
            self.started = now;
        }
        now.saturating_sub(self.started)
    }

    /// On from attempt `attempt` to the next.
    #[inline]
    pub(crate) fn advance(&mut self, attempt: u32) {
        self.failures = attempt;
    }
}

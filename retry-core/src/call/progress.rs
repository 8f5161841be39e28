//! The progress of a call, which it carries from one attempt to the next.

use super::site::Site;
use crate::policy::Policy;
use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::{self, Clock};

/// The progress of a call. It is small, because it is a part of the future of every annotated function.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The number of failed attempts.
    failures: u32,
    /// The delay before this attempt, as the policy remembers it.
    pub(crate) previous: Nanos,
    /// The time at which attempt 1 started or, if no clock was read then, ended. It is `UNKNOWN` until the
    /// time is needed.
    started: Nanos,
}

/// The start of a blocking call: the time, if its policy has a deadline. It is one word, for it is passed to the
/// attempts after the first one in a register.
#[derive(Clone, Copy, Debug)]
pub struct Started(Nanos);

impl Started {
    /// The start of a call whose policy has no deadline.
    pub const UNTIMED: Started = Started(Progress::UNKNOWN);

    /// Returns the start of a blocking call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn blocking(site: &Site) -> Started {
        Started(Progress::blocking(site).started)
    }
}

impl From<Started> for Progress {
    fn from(Started(started): Started) -> Progress {
        Progress::at(started)
    }
}

impl Progress {
    /// A value that no clock returns.
    const UNKNOWN: Nanos = FOREVER;

    /// The progress at the start of a call whose policy has no deadline.
    pub const START: Progress = Progress::at(Progress::UNKNOWN);

    const fn at(started: Nanos) -> Progress {
        Progress { failures: 0, previous: 0, started }
    }

    /// Returns the progress at the start of a blocking call. Reads the clock only if the policy has a
    /// deadline.
    #[inline]
    #[must_use]
    pub fn blocking(site: &Site) -> Progress {
        Self::begin(site.policy(), Clock::Blocking)
    }

    /// Returns the progress at the start of an async call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn asynchronous(site: &Site) -> Progress {
        Self::begin(site.policy(), Clock::Async)
    }

    #[inline]
    fn begin(policy: &Policy, clock: Clock) -> Progress {
        if policy.has_deadline() { Progress::at(runtime::now(clock)) } else { Progress::START }
    }

    /// Returns the progress at the start of a blocking call that needs its elapsed time.
    #[must_use]
    pub fn blocking_timed() -> Progress {
        Progress::at(runtime::now(Clock::Blocking))
    }

    /// Returns the progress at the start of an async call that needs its elapsed time.
    #[must_use]
    pub fn asynchronous_timed() -> Progress {
        Progress::at(runtime::now(Clock::Async))
    }

    /// Returns the number of the attempt that runs, from 1.
    #[inline]
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.failures.saturating_add(1)
    }

    /// Returns whether an attempt has failed.
    #[inline]
    #[must_use]
    pub fn has_retried(&self) -> bool {
        self.failures > 0
    }

    /// Returns whether the clock was read.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.started != Progress::UNKNOWN
    }

    /// Returns how long the call has taken. If the clock was not read before, the call starts at `now`.
    pub(crate) fn elapsed(&mut self, now: Nanos) -> Nanos {
        if !self.is_timed() {
            self.started = now;
        }
        now.saturating_sub(self.started)
    }

    /// Advances from attempt `attempt` to the next attempt.
    #[inline]
    pub(crate) fn advance(&mut self, attempt: u32) {
        self.failures = attempt;
    }
}

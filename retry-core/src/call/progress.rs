//! The progress of a call, which it carries from one attempt to the next.

use core::num::NonZeroU32;

use super::site::Site;
use crate::policy::Policy;
use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::{self, Clock};

/// The progress of a call. It is small, because it is a part of the future of every annotated function: nothing is
/// written until the first attempt has failed, unless the clock is read before.
#[derive(Clone, Copy, Debug)]
pub struct Progress(Option<Noted>);

/// What a call remembers. Packed it has 20 bytes and not 24, and the state of the future fits in beside it.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
struct Noted {
    /// The number of the attempt that runs.
    attempt: NonZeroU32,
    /// The delay before this attempt, as the policy remembers it.
    previous: Nanos,
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
    pub fn blocking(site: &Site<'_>) -> Started {
        Started(Progress::blocking(site).started())
    }
}

impl From<Started> for Progress {
    #[inline]
    fn from(Started(started): Started) -> Progress {
        Progress::at(started)
    }
}

impl From<Progress> for Started {
    #[inline]
    fn from(progress: Progress) -> Started {
        Started(progress.started())
    }
}

impl Progress {
    /// A value that no clock returns.
    pub(super) const UNKNOWN: Nanos = FOREVER;

    /// Returns the progress at the start of a call whose policy has no deadline.
    #[inline]
    #[must_use]
    pub fn untimed() -> Progress {
        Progress(None)
    }

    /// Returns the progress of a call that a handle has kept.
    #[inline]
    pub(super) fn resumed(attempt: u32, previous: Nanos, started: Nanos) -> Progress {
        let attempt = NonZeroU32::new(attempt).unwrap_or(NonZeroU32::MIN);
        Progress(Some(Noted { attempt, previous, started }))
    }

    const fn at(started: Nanos) -> Progress {
        Progress(Some(Noted { attempt: NonZeroU32::MIN, previous: 0, started }))
    }

    /// Returns the progress at the start of a blocking call. Reads the clock only if the policy has a
    /// deadline.
    #[inline]
    #[must_use]
    pub fn blocking(site: &Site<'_>) -> Progress {
        Self::begin(site.policy(), Clock::Blocking)
    }

    /// Returns the progress at the start of an async call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn asynchronous(site: &Site<'_>) -> Progress {
        Self::begin(site.policy(), Clock::Async)
    }

    #[inline]
    fn begin(policy: &Policy, clock: Clock) -> Progress {
        if policy.has_deadline() { Progress::at(runtime::now(clock)) } else { Progress::untimed() }
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
        self.0.map_or(1, |noted| noted.attempt.get())
    }

    /// Returns whether an attempt has failed.
    #[inline]
    #[must_use]
    pub fn has_retried(&self) -> bool {
        self.0.map_or(0, |noted| noted.attempt.get()) > 1
    }

    /// Returns the delay before this attempt, as the policy remembers it; 0 before the first.
    pub(crate) fn previous(&self) -> Nanos {
        self.0.map_or(0, |noted| noted.previous)
    }

    /// Returns whether the clock was read.
    #[inline]
    pub(crate) fn is_timed(&self) -> bool {
        self.started() != Progress::UNKNOWN
    }

    #[inline]
    pub(super) fn started(&self) -> Nanos {
        self.0.map_or(Progress::UNKNOWN, |noted| noted.started)
    }

    /// Returns how long the call has taken. If the clock was not read before, the call starts at `now`.
    pub(crate) fn elapsed(&mut self, now: Nanos) -> Nanos {
        if !self.is_timed() {
            self.noted().started = now;
        }
        now.saturating_sub(self.started())
    }

    /// Advances from attempt `attempt` to the next attempt.
    #[inline]
    pub(crate) fn advance(&mut self, attempt: u32) {
        self.noted().attempt = NonZeroU32::MIN.saturating_add(attempt);
    }

    /// Starts anew: the attempt that has just ended counts as attempt 1.
    pub(crate) fn restart(&mut self) {
        let noted = self.noted();
        noted.attempt = NonZeroU32::MIN;
        noted.previous = 0;
    }

    /// Remembers the delay before the attempt that comes next.
    pub(crate) fn remember(&mut self, delay: Nanos) {
        self.noted().previous = delay;
    }

    #[inline]
    fn noted(&mut self) -> &mut Noted {
        self.0.get_or_insert(Noted { attempt: NonZeroU32::MIN, previous: 0, started: Progress::UNKNOWN })
    }
}

//! What a call carries from one attempt to the next.

use core::cell::Cell;
use core::mem::MaybeUninit;

use crate::call::next::Site;
use crate::policy::nanos::{FOREVER, Nanos, Packed};
use crate::policy::policy::Policy;
use crate::runtime::clock::Clock;

/// Where a call stands. Two words: it is a part of every annotated future.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Attempts that have failed.
    failures: u32,
    /// What the policy remembers of the delay before this attempt.
    pub(crate) previous: Packed,
    /// When attempt 1 started or, where no clock was read then, ended. `UNKNOWN` until somebody wants to know.
    started: Nanos,
}

impl Progress {
    /// No clock reads this.
    const UNKNOWN: Nanos = FOREVER;

    /// The start of a call whose policy has no deadline.
    pub const START: Progress = Progress::at(Progress::UNKNOWN);

    const fn at(started: Nanos) -> Progress {
        Progress { failures: 0, previous: Packed::ZERO, started }
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
        if policy.has_deadline() { Progress::at(clock.now()) } else { Progress::START }
    }

    /// The start of a blocking call that is told how long it took.
    #[must_use]
    pub fn blocking_timed() -> Progress {
        Progress::at(Clock::Blocking.now())
    }

    /// The start of an async call that is told how long it took.
    #[must_use]
    pub fn asynchronous_timed() -> Progress {
        Progress::at(Clock::Async.now())
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

/// A blocking call that must remember something: beside where it stands, what it is and where this is kept.
///
/// An address that the compiler can work out itself, of a static or of a local, it works out once before the loop, and
/// keeps it over the body in a register that a success would pay for saving. An address that it has to load, from
/// memory that others may have written to, it loads when it is needed: after a failure.
// No `Debug`: it would print itself without end.
pub struct Begun<'m> {
    pub(crate) site: &'m Site,
    pub(crate) progress: Cell<Progress>,
    itself: Cell<Option<&'m Begun<'m>>>,
}

impl<'m> Begun<'m> {
    #[inline]
    fn new(site: &'m Site, progress: Progress, memory: &'m mut MaybeUninit<Self>) -> &'m Self {
        let (progress, itself) = (Cell::new(progress), Cell::new(None));
        let begun = &*memory.write(Begun { site, progress, itself });
        begun.itself.set(Some(begun));
        begun
    }

    /// The same call, by the address that it has noted. There always is one.
    #[inline]
    pub(crate) fn itself(&self) -> Option<&'m Self> {
        self.itself.get()
    }
}

/// Where a blocking call stands, in memory that nobody writes to before the first failure.
pub enum Position<'m> {
    /// At the first attempt, with nothing to remember.
    First(&'m mut MaybeUninit<Begun<'m>>),
    /// At the first attempt, and the clock runs.
    Timed(&'m Begun<'m>),
    /// An attempt has failed.
    Retried(&'m Begun<'m>),
}

impl<'m> Position<'m> {
    /// Memory for a call.
    #[inline]
    #[must_use]
    pub const fn memory() -> MaybeUninit<Begun<'m>> {
        MaybeUninit::uninit()
    }

    /// The start of a call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn begin(site: &'m Site, memory: &'m mut MaybeUninit<Begun<'m>>) -> Self {
        if site.policy().has_deadline() {
            Position::Timed(Begun::new(site, Progress::blocking(site), memory))
        } else {
            Position::First(memory)
        }
    }

    /// The number of the attempt that runs, from 1.
    #[inline]
    #[must_use]
    pub fn attempt(&self) -> u32 {
        match self {
            Position::First(_) | Position::Timed(_) => 1,
            Position::Retried(begun) => begun.progress.get().attempt(),
        }
    }

    /// Whether an attempt has failed already.
    #[inline]
    #[must_use]
    pub fn has_retried(&self) -> bool {
        matches!(self, Position::Retried(_))
    }

    #[inline]
    pub(crate) fn begun(self, site: &'m Site) -> &'m Begun<'m> {
        match self {
            Position::First(memory) => Begun::new(site, Progress::START, memory),
            Position::Timed(begun) | Position::Retried(begun) => begun,
        }
    }
}

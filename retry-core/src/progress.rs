//! What a call carries from one attempt to the next.

use core::cell::Cell;
use core::mem::MaybeUninit;
use core::num::NonZeroU32;

use crate::call::Site;
use crate::clock::Clock;
use crate::nanos::{FOREVER, Nanos, Packed};
use crate::policy::Policy;

/// Where a call stands. Before the first failure it is one word, unless the policy has a deadline.
#[derive(Clone, Copy, Debug)]
pub struct Progress(Option<Running>);

/// A call that has failed, or whose clock runs. Two words: it is a part of every annotated future.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running {
    /// The attempt that runs or has just failed.
    pub(crate) attempt: NonZeroU32,
    /// The delay before it; `base` before the first. Decorrelated jitter takes the next one from it.
    previous: Packed,
    /// When attempt 1 started or, where no clock was read then, ended. `UNKNOWN` until somebody wants to know.
    pub(crate) started: Nanos,
}

/// No clock reads this.
const UNKNOWN: Nanos = FOREVER;

impl Progress {
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
        Progress(if policy.has_deadline() { Some(Running::from(policy, Some(clock.now()))) } else { None })
    }

    /// The start of a blocking call that is told how long it took.
    #[must_use]
    pub fn blocking_timed(site: &Site) -> Progress {
        Progress(Some(Running::from(site.policy(), Some(Clock::Blocking.now()))))
    }

    /// The start of an async call that is told how long it took.
    #[must_use]
    pub fn asynchronous_timed(site: &Site) -> Progress {
        Progress(Some(Running::from(site.policy(), Some(Clock::Async.now()))))
    }

    /// The number of the attempt that runs, from 1.
    #[inline]
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.map_or(1, |running| running.attempt.get())
    }

    /// Whether an attempt has failed already.
    #[inline]
    #[must_use]
    pub fn has_retried(&self) -> bool {
        self.attempt() > 1
    }

    /// Whether the call's clock runs.
    pub(crate) fn is_timed(&self) -> bool {
        self.0.is_some_and(|running| running.started != UNKNOWN)
    }

    /// The state as it is after a failure. If the clock was read, it starts here at the latest.
    pub(crate) fn running(&self, policy: &Policy, now: Option<Nanos>) -> Running {
        match (self.0, now) {
            (None, _) => Running::from(policy, now),
            (Some(running), Some(now)) if running.started == UNKNOWN => Running { started: now, ..running },
            (Some(running), _) => running,
        }
    }

    /// On to the next attempt, after the policy's delay.
    pub(crate) fn advance(&mut self, running: Running, delay: Nanos) {
        let attempt = running.attempt.saturating_add(1);
        self.0 = Some(Running { attempt, previous: Packed::new(delay), ..running });
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
            Position::First(memory) => Begun::new(site, Progress(None), memory),
            Position::Timed(begun) | Position::Retried(begun) => begun,
        }
    }
}

impl Running {
    fn from(policy: &Policy, now: Option<Nanos>) -> Running {
        let (previous, started) = (Packed::new(policy.base), now.unwrap_or(UNKNOWN));
        Running { attempt: NonZeroU32::MIN, previous, started }
    }

    pub(crate) fn previous(&self) -> Nanos {
        self.previous.nanos()
    }

    pub(crate) fn elapsed(&self, now: Option<Nanos>) -> Nanos {
        now.map_or(0, |now| now.saturating_sub(self.started))
    }
}

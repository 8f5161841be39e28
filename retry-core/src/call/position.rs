//! Where a blocking call keeps its progress.

use core::cell::Cell;
use core::mem::MaybeUninit;

use super::progress::Progress;
use super::site::Site;

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

//! Stores the progress of a blocking call so that a success at the first attempt costs nothing.

use core::cell::Cell;
use core::mem::MaybeUninit;

use super::progress::Progress;
use super::site::Site;

/// A blocking call that has to remember something: its site, its progress and its own address.
///
/// If the compiler can compute an address itself, such as that of a static or a local, it hoists the address
/// out of the loop into a saved register, and every success pays for saving it. The compiler cannot hoist an
/// address that it has to load from memory which other code may have written to. It loads that address when
/// it is needed, which is after a failure.
// `Debug` is not implemented, because it would recurse without end.
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

    /// Returns the call by its stored address, which is always set.
    #[inline]
    pub(crate) fn itself(&self) -> Option<&'m Self> {
        self.itself.get()
    }
}

/// The position of a blocking call. Its memory is not written before the first failure, unless the policy has
/// a deadline.
pub enum Position<'m> {
    /// The first attempt runs, and there is nothing to remember.
    First(&'m mut MaybeUninit<Begun<'m>>),
    /// The first attempt runs, and its start time is stored.
    Timed(&'m Begun<'m>),
    /// An attempt has failed.
    Retried(&'m Begun<'m>),
}

impl<'m> Position<'m> {
    /// Returns uninitialized memory for a call.
    #[inline]
    #[must_use]
    pub const fn memory() -> MaybeUninit<Begun<'m>> {
        MaybeUninit::uninit()
    }

    /// Returns the position at the start of a call. Reads the clock only if the policy has a deadline.
    #[inline]
    #[must_use]
    pub fn begin(site: &'m Site, memory: &'m mut MaybeUninit<Begun<'m>>) -> Self {
        if site.policy().has_deadline() {
            Position::Timed(Begun::new(site, Progress::blocking(site), memory))
        } else {
            Position::First(memory)
        }
    }

    /// Returns the number of the attempt that runs, from 1.
    #[inline]
    #[must_use]
    pub fn attempt(&self) -> u32 {
        match self {
            Position::First(_) | Position::Timed(_) => 1,
            Position::Retried(begun) => begun.progress.get().attempt(),
        }
    }

    /// Returns whether an attempt has failed.
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

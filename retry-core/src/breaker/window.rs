//! The window of a closed circuit: the last calls, or the calls of the last period of time.

mod calls;
mod tally;
mod time;

use std::boxed::Box;
use std::sync::OnceLock;

use crate::policy::nanos::Nanos;
use crate::runtime::{tenths::Tenths, thread};
pub(super) use calls::Calls;
pub(super) use tally::{CallResult, Tally};
use time::Periods;

/// The reach of a window: a number of calls or a period of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Calls(u16),
    Time(Nanos),
}

/// A window of either kind. It is allocated at its first call, so that a breaker can be a `static` and a
/// breaker that counts consecutive failures stays small.
///
/// A change of settings after the first call starts a new window. The old window stays allocated but unused,
/// because a `const` setter cannot drop it.
#[derive(Debug)]
pub(super) struct Window(OnceLock<Box<Started>>);

#[derive(Debug)]
struct Started {
    /// The revision of the settings by which the window counts.
    revision: u32,
    storage: Storage,
    next: Window,
}

#[derive(Debug)]
enum Storage {
    Calls(Calls),
    /// The calls by tenths.
    Time(Box<Periods>, Tenths),
}

impl Window {
    pub(super) const fn new() -> Window {
        Window(OnceLock::new())
    }

    /// Adds a call of `generation`, unless a later generation has begun. Returns the tally of the window, or
    /// `None` if all calls in it were good.
    ///
    /// Only a window of time calls `now`, and `matters` with a part of the calls. If it returns `false`, the
    /// tally of all calls does not matter, and is not made. Only a window of calls asks whether the generation is the
    /// current one.
    #[inline]
    pub(super) fn add(
        &self,
        (reach, revision): (Reach, u32),
        generation: u32,
        result: CallResult,
        matters: impl Fn(Tally) -> bool,
        (now, is_current): (impl Fn() -> Nanos, impl Fn() -> bool),
    ) -> Option<Tally> {
        let mut window = self;
        loop {
            let started = window.0.get_or_init(|| Box::new(Started::new(reach, revision)));
            if started.revision == revision {
                return started.add(generation, result, matters, (now, is_current));
            }
            window = &started.next;
        }
    }

    /// Returns the tally of the calls of `generation` that are in the window now; without a generation, of the last
    /// generation that has counted a call.
    pub(super) fn tally(&self, revision: u32, generation: Option<u32>, now: impl Fn() -> Nanos) -> Tally {
        let mut window = self;
        while let Some(started) = window.0.get() {
            if started.revision == revision {
                return started.tally(generation, now);
            }
            window = &started.next;
        }
        Tally::default()
    }
}

impl Started {
    fn new(reach: Reach, revision: u32) -> Started {
        let storage = match reach {
            Reach::Calls(calls) => Storage::Calls(Calls::new(calls)),
            Reach::Time(length) => Storage::Time(Box::new(Periods::new()), Tenths::new(length)),
        };
        Started { revision, storage, next: Window::new() }
    }

    /// Adds a call.
    #[expect(
        clippy::inline_always,
        reason = "it has one caller, and the compiler's choice depends on unrelated code"
    )]
    #[inline(always)]
    fn add(
        &self,
        generation: u32,
        result: CallResult,
        matters: impl Fn(Tally) -> bool,
        (now, is_current): (impl Fn() -> Nanos, impl Fn() -> bool),
    ) -> Option<Tally> {
        match &self.storage {
            Storage::Calls(calls) => calls.add(generation, result, is_current),
            Storage::Time(periods, tenths) => {
                periods.add(generation, result, tenths.number(now()), thread::number(), matters)
            }
        }
    }

    fn tally(&self, generation: Option<u32>, now: impl Fn() -> Nanos) -> Tally {
        match &self.storage {
            Storage::Calls(calls) => calls.tally_of(generation),
            Storage::Time(periods, tenths) => periods.tally_of(generation, tenths.number(now())),
        }
    }
}

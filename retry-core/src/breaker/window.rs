//! The window of a closed circuit: the last calls, or the calls of the last period of time.

mod calls;
mod tally;
mod time;

use std::boxed::Box;
use std::sync::OnceLock;

use crate::policy::nanos::Nanos;
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
    /// The calls by tenths, and the time at which the first tenth began. Because of that time, the contents
    /// of a window do not depend on the moment at which a process or a test started.
    Time(Box<Periods>, Nanos),
}

impl Window {
    pub(super) const fn new() -> Window {
        Window(OnceLock::new())
    }

    /// Adds a call of `generation`, unless a later generation has begun. Returns the tally of the window, or
    /// `None` if all calls in it were good. Only a window of time calls `now`.
    pub(super) fn add(
        &self,
        (reach, revision): (Reach, u32),
        generation: u32,
        result: CallResult,
        now: impl Fn() -> Nanos,
    ) -> Option<Tally> {
        let mut window = self;
        loop {
            let started = window.0.get_or_init(|| Box::new(Started::new(reach, revision, &now)));
            if started.revision == revision {
                return started.add(reach, generation, result, now);
            }
            window = &started.next;
        }
    }
}

impl Started {
    fn new(reach: Reach, revision: u32, now: impl Fn() -> Nanos) -> Started {
        let storage = match reach {
            Reach::Calls(calls) => Storage::Calls(Calls::new(calls)),
            Reach::Time(_) => Storage::Time(Box::new(Periods::new()), now()),
        };
        Started { revision, storage, next: Window::new() }
    }

    fn add(
        &self,
        reach: Reach,
        generation: u32,
        result: CallResult,
        now: impl Fn() -> Nanos,
    ) -> Option<Tally> {
        match (&self.storage, reach) {
            (Storage::Time(periods, first), Reach::Time(length)) => {
                periods.add(generation, result, Periods::number(now(), *first, length))
            }
            (Storage::Calls(calls), _) => calls.add(generation, result),
            // A window of this revision has the same kind of reach, so this case does not occur.
            (Storage::Time(..), Reach::Calls(_)) => None,
        }
    }
}

//! What a closed circuit remembers of its calls: the last so many, or those of the last so long.

mod calls;
mod tally;
mod time;

use std::boxed::Box;
use std::sync::OnceLock;

use crate::policy::nanos::Nanos;
pub(super) use calls::Calls;
pub(super) use tally::{CallResult, Tally};
use time::Periods;

/// How far a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Calls(u16),
    Time(Nanos),
}

/// A window of either kind. It is allocated at its first call, so that a breaker can be a `static` and one that
/// counts in a row stays small.
///
/// A breaker whose settings are changed after its first calls starts a new window; the old one stays behind it, unused,
/// since a `const` setter cannot drop it.
#[derive(Debug)]
pub(super) struct Window(OnceLock<Box<Started>>);

#[derive(Debug)]
struct Started {
    /// Which settings it counts by.
    revision: u32,
    storage: Storage,
    next: Window,
}

#[derive(Debug)]
enum Storage {
    Calls(Calls),
    /// The calls by tenths, and when the first tenth began: then what a window holds does not depend on the moment at
    /// which a process or a test started.
    Time(Box<Periods>, Nanos),
}

impl Window {
    pub(super) const fn new() -> Window {
        Window(OnceLock::new())
    }

    /// Adds a call of `generation`, unless a later one has begun. What the window then holds; `None` if no call in it
    /// went wrong. `now` is asked only by a window of time.
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
            // The revision is that of the reach.
            (Storage::Time(..), Reach::Calls(_)) => None,
        }
    }
}

//! What a closed circuit remembers of its calls: the last so many, or those of the last so long.

mod calls;
mod time;

use std::boxed::Box;
use std::sync::OnceLock;

use crate::nanos::Nanos;
pub(super) use calls::Calls;
pub(super) use time::Periods;

/// How far a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Calls(u16),
    Time(Nanos),
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) has_failed: bool,
    pub(super) was_slow: bool,
}

impl Course {
    pub(super) const fn is_good(self) -> bool {
        !self.has_failed && !self.was_slow
    }
}

/// How many calls are in a window, and how they went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) failures: u64,
    pub(super) slow: u64,
}

/// A window of either kind. It is allocated at its first call, so that a breaker can be a `static` and one that
/// counts in a row stays small.
#[derive(Debug)]
pub(super) struct Window(OnceLock<Storage>);

#[derive(Debug)]
enum Storage {
    Calls(Calls),
    Time(Box<Periods>),
}

impl Window {
    pub(super) const fn new() -> Window {
        Window(OnceLock::new())
    }

    /// Adds a call of `generation`, unless a later one has begun. What the window then holds; `None` if no call in it
    /// went wrong. `now` is asked only by a window of time.
    pub(super) fn add(
        &self,
        reach: Reach,
        generation: u32,
        course: Course,
        now: impl Fn() -> Nanos,
    ) -> Option<Tally> {
        match (self.0.get_or_init(|| Storage::of(reach)), reach) {
            (Storage::Time(periods), Reach::Time(length)) => {
                periods.add(generation, course, Periods::number(now(), length))
            }
            (Storage::Calls(calls), _) => calls.add(generation, course),
            (Storage::Time(_), Reach::Calls(_)) => {
                unreachable!("a breaker's window is set before it is used")
            }
        }
    }
}

impl Storage {
    fn of(reach: Reach) -> Storage {
        match reach {
            Reach::Calls(calls) => Storage::Calls(Calls::new(calls)),
            Reach::Time(_) => Storage::Time(Box::new(Periods::new())),
        }
    }
}

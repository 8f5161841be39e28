//! What a closed circuit remembers of its calls: the last so many, or those of the last so long.

mod calls;
mod tally;
mod time;

use std::boxed::Box;
use std::sync::OnceLock;

use crate::nanos::Nanos;
pub(super) use calls::Calls;
pub(super) use tally::{Course, Tally};
use time::Periods;

/// How far a window reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Calls(u16),
    Time(Nanos),
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

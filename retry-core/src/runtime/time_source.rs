//! The time that shared state lives by.

use core::time::Duration;

use crate::policy::nanos::{Nanos, from_duration};

/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Timepiece {
    /// The clock of the calls: tokio's where it runs, a test guard's where there is one.
    House,
    /// The user's.
    Given(fn() -> Duration),
}

impl Timepiece {
    /// Nanoseconds since some moment; only differences mean something.
    pub(crate) fn now(self) -> Nanos {
        match self {
            Timepiece::House => house(),
            Timepiece::Given(clock) => from_duration(clock()),
        }
    }
}

#[cfg(feature = "std")]
fn house() -> Nanos {
    crate::runtime::clock::Clock::Async.now()
}

/// There is no clock to read, so time stands still.
#[cfg(not(feature = "std"))]
const fn house() -> Nanos {
    0
}

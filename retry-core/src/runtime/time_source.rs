//! The time that shared state lives by.

use core::time::Duration;

use crate::policy::nanos::{Nanos, from_duration};

/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimeSource {
    /// The clock of the calls: tokio's where it runs, a test guard's where there is one.
    Runtime,
    /// The user's.
    Custom(fn() -> Duration),
}

impl TimeSource {
    /// Nanoseconds since some moment; only differences mean something.
    pub(crate) fn now(self) -> Nanos {
        match self {
            TimeSource::Runtime => runtime_now(),
            TimeSource::Custom(clock) => from_duration(clock()),
        }
    }
}

#[cfg(feature = "std")]
fn runtime_now() -> Nanos {
    super::now(super::clock::Clock::Async)
}

/// There is no clock to read, so time stands still.
#[cfg(not(feature = "std"))]
const fn runtime_now() -> Nanos {
    0
}

//! Provides the time of shared state.

use core::time::Duration;

use crate::policy::nanos::{Nanos, from_duration};

/// The source of the time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimeSource {
    /// The clock of the calls: tokio's where it runs, or that of the active test context.
    Runtime,
    /// The user's clock.
    Custom(fn() -> Duration),
}

impl TimeSource {
    /// Returns the nanoseconds since an arbitrary moment. Only differences are meaningful.
    #[inline]
    pub(crate) fn now(self) -> Nanos {
        match self {
            TimeSource::Runtime => runtime_now(),
            TimeSource::Custom(clock) => from_duration(clock()),
        }
    }
}

#[cfg(feature = "std")]
#[inline]
fn runtime_now() -> Nanos {
    super::now(super::clock::Clock::Async)
}

/// Returns 0: without `std` there is no clock to read, so the time stands still.
#[cfg(not(feature = "std"))]
const fn runtime_now() -> Nanos {
    0
}

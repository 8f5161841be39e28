//! Real time. No other file reads a clock.

use std::sync::OnceLock;
use std::time::Instant;

use crate::policy::nanos::{Nanos, from_duration};

/// Which clock a call lives by.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The monotonic clock of the operating system.
    Blocking,
    /// The runtime's, which may stand still or run ahead in tests.
    Async,
}

impl Clock {
    /// Returns the nanoseconds since some moment in the past; only differences mean something.
    pub(super) fn real_now(self) -> Nanos {
        since_origin(self.instant())
    }

    fn instant(self) -> Instant {
        match self {
            #[cfg(feature = "tokio")]
            Clock::Async => tokio::time::Instant::now().into_std(),
            _ => system(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this module is the one that reads real time")]
fn system() -> Instant {
    Instant::now()
}

/// The calendar's time, which a hint may be counted from.
#[cfg(feature = "reqwest")]
#[expect(clippy::disallowed_methods, reason = "this module is the one that reads real time")]
pub(crate) fn calendar() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// Counted from the first call in this process, with 146 years to spare below: a paused clock may stand before it.
fn since_origin(instant: Instant) -> Nanos {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    const OFFSET: Nanos = 1 << 62;
    let origin = *ORIGIN.get_or_init(|| instant);
    let after = from_duration(instant.saturating_duration_since(origin));
    let before = from_duration(origin.saturating_duration_since(instant));
    OFFSET.saturating_add(after).saturating_sub(before)
}

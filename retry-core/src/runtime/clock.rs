//! Reads real time; no other file reads a clock.

use std::sync::OnceLock;
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
use std::time::Instant;

#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
use web_time::Instant;

use crate::policy::nanos::{Nanos, from_duration};

/// The clock of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The monotonic clock of the operating system.
    Blocking,
    /// The clock of the async runtime, which may stand still or run ahead in tests.
    Async,
}

impl Clock {
    /// Returns the nanoseconds since an arbitrary moment in the past. Only differences are meaningful.
    #[inline]
    pub(super) fn real_now(self) -> Nanos {
        since_origin(self.instant())
    }

    #[inline]
    fn instant(self) -> Instant {
        match self {
            #[cfg(all(
                feature = "tokio",
                not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))
            ))]
            Clock::Async => tokio::time::Instant::now().into_std(),
            _ => system(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only this module reads real time")]
#[inline]
fn system() -> Instant {
    Instant::now()
}

/// Returns the calendar time, from which a hint may be counted.
#[cfg(all(
    any(feature = "reqwest", feature = "tower"),
    not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))
))]
#[expect(clippy::disallowed_methods, reason = "only this module reads real time")]
pub(crate) fn calendar() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// Returns the calendar time of the web.
#[cfg(all(
    any(feature = "reqwest", feature = "tower"),
    all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")
))]
pub(crate) fn calendar() -> std::time::SystemTime {
    let since = web_time::SystemTime::now().duration_since(web_time::SystemTime::UNIX_EPOCH);
    std::time::SystemTime::UNIX_EPOCH + since.unwrap_or_default()
}

/// Returns the nanoseconds since the first call in this process, plus 146 years, since a paused clock may be before
/// that call.
#[inline]
fn since_origin(instant: Instant) -> Nanos {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    const OFFSET: Nanos = 1 << 62;
    let origin = *ORIGIN.get_or_init(|| instant);
    match instant.checked_duration_since(origin) {
        Some(after) => OFFSET.saturating_add(from_duration(after)),
        None => OFFSET.saturating_sub(from_duration(origin.saturating_duration_since(instant))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn instants_before_the_first_call_are_in_order_too() {
        let now = system();
        let nanos = since_origin(now);
        for seconds in [1, 3600] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(since_origin(now + duration) - nanos, from_duration(duration));
            // The clock of the system may have started later.
            if let Some(before) = now.checked_sub(duration) {
                assert_eq!(nanos - since_origin(before), from_duration(duration));
            }
        }
    }
}

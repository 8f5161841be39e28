//! Represents durations as nanoseconds in a `u64`, which saturate at 584 years.

use core::time::Duration;

/// A duration in nanoseconds. Every sum and product saturates.
pub(crate) type Nanos = u64;

/// The value of a duration that does not fit, and of a limit that is not set.
pub(crate) const FOREVER: Nanos = u64::MAX;

/// Returns the duration in nanoseconds, saturating at [`FOREVER`].
pub(crate) const fn from_duration(duration: Duration) -> Nanos {
    saturate(duration.as_nanos())
}

/// Returns nanoseconds as a duration, the inverse of [`from_duration`] for durations below [`FOREVER`].
pub(crate) const fn to_duration(nanos: Nanos) -> Duration {
    Duration::from_nanos(nanos)
}

/// Returns the low 64 bits, or [`FOREVER`] if a higher bit is set.
pub(crate) const fn saturate(nanos: u128) -> Nanos {
    if nanos > FOREVER as u128 { FOREVER } else { nanos as u64 }
}

/// Returns the smaller value, since `Ord::min` is not `const`.
pub(crate) const fn min(a: Nanos, b: Nanos) -> Nanos {
    if a < b { a } else { b }
}

/// Returns the larger value, since `Ord::max` is not `const`.
pub(crate) const fn max(a: Nanos, b: Nanos) -> Nanos {
    if a > b { a } else { b }
}

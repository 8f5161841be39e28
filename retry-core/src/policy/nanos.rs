//! Time as integer nanoseconds in a `u64` that saturates: 584 years are "for ever".

use core::time::Duration;

/// Nanoseconds. Every sum and product of them saturates.
pub(crate) type Nanos = u64;

/// What a duration that does not fit, or a limit that was not set, saturates to.
pub(crate) const FOREVER: Nanos = u64::MAX;

/// The duration in nanoseconds, saturating at [`FOREVER`].
pub(crate) const fn from_duration(duration: Duration) -> Nanos {
    saturate(duration.as_nanos())
}

/// The inverse of [`from_duration`] for everything below [`FOREVER`].
pub(crate) const fn to_duration(nanos: Nanos) -> Duration {
    Duration::from_nanos(nanos)
}

/// The low 64 bits, or [`FOREVER`] if there are more.
pub(crate) const fn saturate(nanos: u128) -> Nanos {
    if nanos > FOREVER as u128 { FOREVER } else { nanos as u64 }
}

/// `Ord::min`, which is not `const`.
pub(crate) const fn min(a: Nanos, b: Nanos) -> Nanos {
    if a < b { a } else { b }
}

/// `Ord::max`, which is not `const`.
pub(crate) const fn max(a: Nanos, b: Nanos) -> Nanos {
    if a > b { a } else { b }
}

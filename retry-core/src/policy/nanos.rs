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

/// Nanoseconds in 32 bits, rounded down: the first 26 significant bits and how far they are shifted. Exact below 2^26
/// (67 ms), else within 3·10^-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed(u32);

impl Packed {
    const BITS: u32 = 26;

    pub(crate) const ZERO: Packed = Packed(0);

    #[cold]
    #[inline(never)]
    pub(crate) const fn new(nanos: Nanos) -> Packed {
        let significant = Nanos::BITS - nanos.leading_zeros();
        let shift = significant.saturating_sub(Self::BITS);
        Packed(shift << Self::BITS | (nanos >> shift) as u32)
    }

    pub(crate) const fn nanos(self) -> Nanos {
        let mantissa = self.0 & ((1 << Self::BITS) - 1);
        (mantissa as Nanos) << (self.0 >> Self::BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_rounds_down_by_little_and_only_once() {
        for shift in 0..64 {
            for nanos in
                [1 << shift, (1_u64 << shift) + 1, (1_u64 << shift).wrapping_sub(1), u64::MAX >> shift]
            {
                let packed = Packed::new(nanos).nanos();
                assert!(packed <= nanos && nanos - packed <= nanos >> 25, "{nanos} {packed}");
                assert_eq!(Packed::new(packed).nanos(), packed);
                assert!(nanos >= 1 << 26 || packed == nanos);
            }
        }
        assert_eq!(Packed::new(0).nanos(), 0);
        assert_eq!(Packed::new(1_000_000_000).nanos(), 1_000_000_000);
    }
}

//! Computes powers of an `f64` exactly enough for nanoseconds.

use super::nanos::{FOREVER, Nanos, saturate};

/// The number of fraction bits in an IEEE 754 binary64.
const FRACTION: u32 = 52;
/// The bias of the exponent in an IEEE 754 binary64.
const BIAS: u64 = 1023;

/// Returns the exponent of a factor that is a power of 2, or `None` for any other factor.
pub(super) const fn doublings(factor: f64) -> Option<u32> {
    let bits = factor.to_bits();
    let is_power = bits << (64 - FRACTION) == 0 && factor >= 1.0 && factor.is_finite();
    if is_power { Some((bits >> FRACTION).saturating_sub(BIAS) as u32) } else { None }
}

/// A power of a factor of at least 1: `mantissa · 2^exponent`, with the top bit of the mantissa set.
///
/// The 64-bit mantissa is exact for powers that an `f64` cannot hold, such as 1.5^40 or 10^27. Arithmetic in `f64`
/// would be off by nanoseconds from 2^53 ns (104 days) on.
#[derive(Clone, Copy)]
pub(super) struct Power {
    mantissa: u64,
    exponent: i64,
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "exponents stay below 2^42, and the product of two 64-bit numbers is below 2^128 by more than 2^63"
)]
impl Power {
    const ONE: Power = Power { mantissa: 1 << 63, exponent: -63 };

    /// Computes `factor^k` by squaring, in at most 32 rounds.
    pub(super) const fn of(factor: f64, mut k: u32) -> Power {
        let mut power = Power::ONE;
        if k == 0 {
            return power;
        }
        let mut square = Power::from_factor(factor);
        loop {
            if k & 1 == 1 {
                power = power.multiplied(square);
            }
            k >>= 1;
            if k == 0 {
                return power;
            }
            square = square.multiplied(square);
        }
    }

    /// Converts a factor. NaN and a factor below 1 count as 1; the checked setters reject both.
    const fn from_factor(factor: f64) -> Power {
        if factor.is_nan() || factor <= 1.0 {
            return Power::ONE;
        }
        // The bits of the fraction follow an implicit leading 1.
        let bits = factor.to_bits();
        let fraction = bits & ((1 << FRACTION) - 1);
        #[expect(clippy::cast_possible_wrap, reason = "the shifted value has 12 bits")]
        let exponent = (bits >> FRACTION) as i64 - BIAS as i64;
        Power { mantissa: (1 << 63) | (fraction << 11), exponent: exponent - 63 }
    }

    /// Returns the product, rounded to the nearest mantissa. The exponent stays below 2^42: 1024 doubled 32 times.
    const fn multiplied(self, other: Power) -> Power {
        let wide = self.mantissa as u128 * other.mantissa as u128;
        let exponent = self.exponent + other.exponent;
        let shift = if wide >> 127 == 1 { 64 } else { 63 };
        let rounded = (wide + (1 << (shift - 1))) >> shift;
        if rounded >> 64 == 1 {
            Power { mantissa: 1 << 63, exponent: exponent + shift + 1 }
        } else {
            Power { mantissa: rounded as u64, exponent: exponent + shift }
        }
    }

    /// Returns `self · base`, rounded to the nearest nanosecond. The product saturates.
    pub(super) const fn times(self, base: Nanos) -> Nanos {
        if base == 0 {
            return 0;
        }
        // A power of at least 1 has an exponent of at least −63. If the exponent is above 0, the power alone exceeds 64
        // bits.
        if self.exponent > 0 {
            return FOREVER;
        }
        let wide = self.mantissa as u128 * base as u128;
        if self.exponent == 0 {
            return saturate(wide);
        }
        let shift = -self.exponent;
        saturate((wide + (1 << (shift - 1))) >> shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_rounded_to_the_nearest_mantissa() {
        // Cut instead of rounded, the mantissas make the first two one nanosecond less, and the others two.
        for (factor, k, expected) in [
            (1.5, 52, 1_434_648_375_481_611_571),
            (1.3, 71, 123_020_648_987_247_404),
            (1.3, 77, 593_797_175_717_486_775),
            (1.7, 40, 1_651_797_692_678_048_874),
        ] {
            assert_eq!(Power::of(factor, k).times(1_000_000_000), expected, "{factor}^{k}");
        }
    }

    #[test]
    fn a_mantissa_that_rounds_up_beyond_64_bits_carries_into_the_exponent() {
        let of = |mantissa| Power { mantissa, exponent: -63 };
        let first = 7_u64 << 61;
        // The product of the two is below 2^127 by less than half of the last place.
        let other = ((1_u128 << 127) / u128::from(first)) as u64;
        let product = of(first).multiplied(of(other));
        assert_eq!((product.mantissa, product.exponent), (1 << 63, -62));
        assert_eq!(product.times(1), 2);
    }
}

//! Computes the raw delay after an attempt: exact, saturating, in `const`, and without a loop over attempts.

use super::nanos::{FOREVER, Nanos, min, saturate};

/// The growth of the raw delay from one retry to the next.
///
/// Raw delay *n* follows attempt *n*, counted from 1. Jitter and [`max_delay`](crate::Policy::max_delay) are applied to
/// it afterwards.
///
/// ```
/// use core::time::Duration;
/// use retry_core::{Backoff, Jitter, Policy};
///
/// let policy = Policy::new().max(5).base(Duration::from_secs(1)).jitter(Jitter::None);
/// let seconds = |b| policy.backoff(b).delays_from(|| 0).map(|d| d.as_secs()).collect::<Vec<_>>();
/// assert_eq!(seconds(Backoff::Exponential), [1, 2, 4, 8]);
/// assert_eq!(seconds(Backoff::Linear), [1, 2, 3, 4]);
/// assert_eq!(seconds(Backoff::Constant), [1, 1, 1, 1]);
/// assert_eq!(seconds(Backoff::Fibonacci), [1, 1, 2, 3]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backoff {
    /// Raw delay *n* is `base · factor^(n−1)`.
    Exponential,
    /// Raw delay *n* is `base · n`.
    Linear,
    /// Every raw delay is `base`.
    Constant,
    /// Raw delay *n* is `base · fib(n)` with `fib` = 1, 1, 2, 3, 5, …
    Fibonacci,
}

/// A [`Backoff`] with values precomputed for one `base` and one limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CompiledBackoff {
    pub(crate) kind: Backoff,
    pub(crate) factor: f64,
    /// The first raw delay.
    pub(crate) base: Nanos,
    /// The longest raw delay; longer raw delays are cut to it.
    pub(crate) limit: Nanos,
    /// Whether each raw delay is the previous raw delay times a fixed power of 2, so that a shift computes it. Almost
    /// every policy has such raw delays.
    pub(crate) is_shift: bool,
    /// The exponent of that power of 2.
    doublings: u16,
    /// The number of raw delays that are such shifts within the limit. All later raw delays are the limit.
    shifts: u32,
}

impl CompiledBackoff {
    pub(crate) const fn new(backoff: Backoff, factor: f64, base: Nanos, limit: Nanos) -> CompiledBackoff {
        // A zero base never grows, whatever the factor.
        let limit = if base == 0 { 0 } else { limit };
        let doublings = match backoff {
            Backoff::Exponential => doublings(factor),
            Backoff::Constant => Some(0),
            Backoff::Linear | Backoff::Fibonacci => None,
        };
        let (is_shift, doublings, shifts) = match doublings {
            Some(doublings) => (true, doublings as u16, shifts(base, doublings, limit)),
            None => (false, 0, 0),
        };
        CompiledBackoff { kind: backoff, factor, base, limit, is_shift, doublings, shifts }
    }

    /// Returns the raw delay after attempt `n`, counted from 1, rounded to the nearest nanosecond and cut to the limit.
    #[inline]
    pub(crate) const fn raw(&self, n: u32) -> Nanos {
        if self.is_shift {
            self.shifted(n)
        } else {
            min(computed(self.kind, self.factor, self.base, n), self.limit)
        }
    }

    /// Returns the raw delay after attempt `n` of a backoff whose raw delays are shifts.
    #[inline]
    pub(crate) const fn shifted(&self, n: u32) -> Nanos {
        let k = n.saturating_sub(1);
        if k < self.shifts { self.base << (k * self.doublings as u32) } else { self.limit }
    }
}

/// Returns the number of `k`, from 0 on, for which `base · 2^(k · doublings)` is at most `limit`.
const fn shifts(base: Nanos, doublings: u32, limit: Nanos) -> u32 {
    if base == 0 || base > limit {
        return 0;
    }
    match (limit / base).ilog2().checked_div(doublings) {
        Some(last) => last + 1,
        // The raw delay does not grow.
        None => u32::MAX,
    }
}

/// Computes the raw delay by its definition, for a backoff that is no shift.
///
/// The function is out of line, so that its many registers cost other paths nothing. It takes numbers, so that no
/// policy has to be in memory for it.
#[cold]
#[inline(never)]
const fn computed(backoff: Backoff, factor: f64, base: Nanos, n: u32) -> Nanos {
    match backoff {
        Backoff::Exponential => Power::of(factor, n.saturating_sub(1)).times(base),
        Backoff::Linear => base.saturating_mul(n as u64),
        Backoff::Constant => base,
        Backoff::Fibonacci => base.saturating_mul(fibonacci(n)),
    }
}

/// The number of fraction bits in an IEEE 754 binary64.
const FRACTION: u32 = 52;
/// The bias of the exponent in an IEEE 754 binary64.
const BIAS: u64 = 1023;

/// Returns the exponent of a factor that is a power of 2, or `None` for any other factor.
const fn doublings(factor: f64) -> Option<u32> {
    let bits = factor.to_bits();
    let is_power = bits << (64 - FRACTION) == 0 && factor >= 1.0 && factor.is_finite();
    if is_power { Some(((bits >> FRACTION) - BIAS) as u32) } else { None }
}

/// The index of the largest Fibonacci number that fits into 64 bits.
const LAST_FIBONACCI: usize = 93;

/// The Fibonacci numbers by their index: a table, since only 93 of them fit into 64 bits.
const FIBONACCI: [u64; LAST_FIBONACCI + 1] = {
    let mut numbers = [0; LAST_FIBONACCI + 1];
    numbers[1] = 1;
    let mut n = 2;
    while n <= LAST_FIBONACCI {
        numbers[n] = numbers[n - 1] + numbers[n - 2];
        n += 1;
    }
    numbers
};

const fn fibonacci(n: u32) -> u64 {
    if n as usize > LAST_FIBONACCI { u64::MAX } else { FIBONACCI[n as usize] }
}

/// A power of a factor of at least 1: `mantissa · 2^exponent`, with the top bit of the mantissa set.
///
/// The 64-bit mantissa is exact for powers that an `f64` cannot hold, such as 1.5^40 or 10^27. Arithmetic in `f64`
/// would be off by nanoseconds from 2^53 ns (104 days) on.
#[derive(Clone, Copy)]
struct Power {
    mantissa: u64,
    exponent: i64,
}

impl Power {
    const ONE: Power = Power { mantissa: 1 << 63, exponent: -63 };

    /// Computes `factor^k` by squaring, in at most 32 rounds.
    const fn of(factor: f64, mut k: u32) -> Power {
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
    const fn times(self, base: Nanos) -> Nanos {
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
    fn powers_of_integers_are_exact() {
        for factor in 1..=10_u64 {
            let mut expected = Some(3_u64);
            for n in 1..=70 {
                let raw = CompiledBackoff::new(Backoff::Exponential, factor as f64, 3, FOREVER).raw(n);
                assert_eq!(raw, expected.unwrap_or(FOREVER), "3 * {factor}^{}", n - 1);
                expected = expected.and_then(|e| e.checked_mul(factor));
            }
        }
    }

    #[test]
    fn a_shift_equals_the_power() {
        for factor in [1.0, 2.0, 4.0, 65_536.0, 2_f64.powi(40), 2_f64.powi(1023)] {
            for base in [0, 1, 3, 1_000_000_000, u64::MAX >> 1, u64::MAX] {
                for n in (0..70).chain([1000, u32::MAX]) {
                    let power = Power::of(factor, n.saturating_sub(1)).times(base);
                    assert_eq!(
                        CompiledBackoff::new(Backoff::Exponential, factor, base, FOREVER).raw(n),
                        power,
                        "{base} * {factor}^({n} - 1)"
                    );
                }
            }
        }
    }

    #[test]
    fn a_limit_cuts_the_raw_delay_and_no_more() {
        for factor in [1.0, 1.5, 2.0, 8.0] {
            for base in [0, 1, 2, 7, 1_000_000_000, 1 << 63, u64::MAX] {
                let uncut = CompiledBackoff::new(Backoff::Exponential, factor, base, FOREVER);
                for limit in [0, 1, 6, 7, 8, 60_000_000_000, 1 << 63, u64::MAX - 1] {
                    let cut = CompiledBackoff::new(Backoff::Exponential, factor, base, limit);
                    for n in (0..70).chain([u32::MAX]) {
                        assert_eq!(cut.raw(n), uncut.raw(n).min(limit), "{base} * {factor}^({n} - 1)");
                    }
                }
            }
        }
    }

    #[test]
    fn powers_of_fractions_round_to_the_nearest_nanosecond() {
        // 1.5^k · 1 s = 3^k · 10^9 / 2^k
        for k in 0..30_u32 {
            let doubled = (3_u128.pow(k) * 2_000_000_000) >> k;
            assert_eq!(
                u128::from(
                    CompiledBackoff::new(Backoff::Exponential, 1.5, 1_000_000_000, FOREVER).raw(k + 1)
                ),
                doubled.div_ceil(2)
            );
        }
    }

    #[test]
    fn the_largest_inputs_saturate() {
        for factor in [1.0, 1.000_000_1, 2.0, 1e10, f64::MAX] {
            let raw = CompiledBackoff::new(Backoff::Exponential, factor, FOREVER, FOREVER).raw(u32::MAX);
            assert_eq!(raw, FOREVER, "factor {factor}");
            assert_eq!(CompiledBackoff::new(Backoff::Exponential, factor, 0, FOREVER).raw(u32::MAX), 0);
        }
        assert_eq!(CompiledBackoff::new(Backoff::Linear, 2.0, FOREVER, FOREVER).raw(u32::MAX), FOREVER);
        assert_eq!(
            CompiledBackoff::new(Backoff::Fibonacci, 2.0, 1, FOREVER).raw(93),
            12_200_160_415_121_876_738
        );
        assert_eq!(CompiledBackoff::new(Backoff::Fibonacci, 2.0, 1, FOREVER).raw(94), FOREVER);
        assert_eq!(CompiledBackoff::new(Backoff::Fibonacci, 2.0, 0, FOREVER).raw(u32::MAX), 0);
    }

    #[test]
    fn an_unchecked_factor_below_one_counts_as_one() {
        for factor in [f64::NAN, -2.0, 0.0, 0.5, f64::NEG_INFINITY] {
            assert_eq!(CompiledBackoff::new(Backoff::Exponential, factor, 7, FOREVER).raw(40), 7);
        }
        assert_eq!(CompiledBackoff::new(Backoff::Exponential, f64::INFINITY, 7, FOREVER).raw(2), FOREVER);
    }
}

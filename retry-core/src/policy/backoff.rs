//! Computes the raw delay after an attempt: exact, saturating, in `const`, and without a loop over attempts.

use core::time::Duration;

use super::nanos::{Nanos, from_duration, min, to_duration};
use super::power::{Power, doublings};

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
/// assert_eq!(seconds(Backoff::LinearBy(Duration::from_secs(5))), [1, 6, 11, 16]);
/// assert_eq!(seconds(Backoff::Constant), [1, 1, 1, 1]);
/// assert_eq!(seconds(Backoff::Fibonacci), [1, 1, 2, 3]);
///
/// const SCHEDULE: &[Duration] = &[Duration::from_secs(5), Duration::from_secs(30)];
/// assert_eq!(seconds(Backoff::List(SCHEDULE)), [5, 30, 30, 30]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backoff {
    /// Raw delay *n* is `base · factor^(n−1)`.
    Exponential,
    /// Raw delay *n* is `base · n`.
    Linear,
    /// Raw delay *n* is `base + step · (n−1)`, with this step.
    LinearBy(Duration),
    /// Every raw delay is `base`.
    Constant,
    /// Raw delay *n* is `base · fib(n)` with `fib` = 1, 1, 2, 3, 5, …
    Fibonacci,
    /// Raw delay *n* is item *n* of this list, and the last item repeats. Every delay of an empty list is 0.
    ///
    /// `base` has no effect, and neither has a `max_delay` that is not set. The number of attempts remains as it is;
    /// [`Policy::list`](crate::Policy::list) sets it too.
    List(&'static [Duration]),
}

/// The growth without its values.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Growth {
    Exponential,
    Linear,
    LinearBy,
    Constant,
    Fibonacci,
}

/// The values of a backoff that has some. The two share one place, to keep a policy small.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Values {
    /// The step of [`Growth::LinearBy`], otherwise 0.
    Step(Nanos),
    /// The raw delays. The growth has no effect.
    List(&'static [Duration]),
}

/// A [`Backoff`] with values precomputed for one `base` and one limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CompiledBackoff {
    growth: Growth,
    values: Values,
    pub(crate) factor: f64,
    /// The first raw delay, except that of a list.
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
        let (growth, values) = match backoff {
            Backoff::Exponential => (Growth::Exponential, Values::Step(0)),
            Backoff::Linear => (Growth::Linear, Values::Step(0)),
            Backoff::LinearBy(step) => (Growth::LinearBy, Values::Step(from_duration(step))),
            Backoff::Constant => (Growth::Constant, Values::Step(0)),
            Backoff::Fibonacci => (Growth::Fibonacci, Values::Step(0)),
            Backoff::List(list) => (Growth::Constant, Values::List(list)),
        };
        // A zero base never grows, whatever the factor.
        let is_product = !matches!(backoff, Backoff::LinearBy(_) | Backoff::List(_));
        let limit = if base == 0 && is_product { 0 } else { limit };
        let doublings = match backoff {
            Backoff::Exponential => doublings(factor),
            Backoff::Constant => Some(0),
            _ => None,
        };
        let (is_shift, doublings, shifts) = match doublings {
            Some(doublings) => (true, doublings as u16, shifts(base, doublings, limit)),
            None => (false, 0, 0),
        };
        CompiledBackoff { growth, values, factor, base, limit, is_shift, doublings, shifts }
    }

    /// Returns the backoff from which this one was compiled.
    pub(crate) const fn kind(&self) -> Backoff {
        match (self.values, self.growth) {
            (Values::List(list), _) => Backoff::List(list),
            (Values::Step(step), Growth::LinearBy) => Backoff::LinearBy(to_duration(step)),
            (_, Growth::Exponential) => Backoff::Exponential,
            (_, Growth::Linear) => Backoff::Linear,
            (_, Growth::Constant) => Backoff::Constant,
            (_, Growth::Fibonacci) => Backoff::Fibonacci,
        }
    }

    pub(crate) const fn is_list(&self) -> bool {
        matches!(self.values, Values::List(_))
    }

    /// Returns the raw delay after attempt `n`, counted from 1, rounded to the nearest nanosecond and cut to the limit.
    #[inline]
    pub(crate) const fn raw(&self, n: u32) -> Nanos {
        if self.is_shift {
            return self.shifted(n);
        }
        let raw = match self.values {
            Values::List(list) => item(list, n),
            Values::Step(step) => computed(self.growth, self.factor, self.base, step, n),
        };
        min(raw, self.limit)
    }

    /// Returns whether all raw delays from raw delay `n` on are equal.
    pub(crate) const fn is_settled(&self, n: u32) -> bool {
        match (self.values, self.growth) {
            (Values::List(list), _) => n as usize >= list.len(),
            (_, Growth::Constant) | (Values::Step(0), Growth::LinearBy) => true,
            (_, Growth::Exponential) if self.factor <= 1.0 => true,
            _ => self.raw(n) >= self.limit,
        }
    }

    /// Returns the raw delay after attempt `n` of a backoff whose raw delays are shifts.
    #[inline]
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "`shifts` counts the shifts that stay within the limit"
    )]
    pub(crate) const fn shifted(&self, n: u32) -> Nanos {
        let k = n.saturating_sub(1);
        if k < self.shifts { self.base << (k * self.doublings as u32) } else { self.limit }
    }
}

/// Returns the number of `k`, from 0 on, for which `base · 2^(k · doublings)` is at most `limit`.
#[expect(clippy::arithmetic_side_effects, reason = "`base` is not 0, and a logarithm is below 64")]
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

/// Returns item `n` of a list, counted from 1, or the last item if there are fewer.
#[expect(clippy::indexing_slicing, reason = "compared with the length")]
const fn item(list: &[Duration], n: u32) -> Nanos {
    let index = n.saturating_sub(1) as usize;
    match list {
        [] => 0,
        [.., end] => from_duration(if index < list.len() { list[index] } else { *end }),
    }
}

/// Computes the raw delay by its definition, for a backoff that is no shift and no list.
///
/// The function is out of line, so that its many registers cost other paths nothing. It takes numbers, so that no
/// policy has to be in memory for it.
#[cold]
#[inline(never)]
const fn computed(growth: Growth, factor: f64, base: Nanos, step: Nanos, n: u32) -> Nanos {
    match growth {
        Growth::Exponential => Power::of(factor, n.saturating_sub(1)).times(base),
        Growth::Linear => base.saturating_mul(n as u64),
        Growth::LinearBy => base.saturating_add(step.saturating_mul(n.saturating_sub(1) as u64)),
        Growth::Constant => base,
        Growth::Fibonacci => base.saturating_mul(fibonacci(n)),
    }
}

/// The index of the largest Fibonacci number that fits into 64 bits.
const LAST_FIBONACCI: usize = 93;

/// The Fibonacci numbers by their index: a table, since only 93 of them fit into 64 bits.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
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

#[expect(clippy::indexing_slicing, reason = "compared with the length")]
const fn fibonacci(n: u32) -> u64 {
    if n as usize > LAST_FIBONACCI { u64::MAX } else { FIBONACCI[n as usize] }
}

#[cfg(test)]
mod tests {
    use super::super::nanos::FOREVER;
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
    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_step_is_added_each_time() {
        for (base, step, n, expected) in [
            (5, 0, 1, 5),
            (5, 0, u32::MAX, 5),
            (5, 3, 1, 5),
            (5, 3, 2, 8),
            (5, 3, 10, 32),
            (0, 3, 1, 0),
            (0, 3, 4, 9),
            (5, 3, 0, 5),
            (5, u64::MAX, 2, FOREVER),
            (u64::MAX, 1, 2, FOREVER),
        ] {
            let backoff = Backoff::LinearBy(to_duration(step));
            let compiled = CompiledBackoff::new(backoff, 2.0, base, FOREVER);
            assert_eq!(compiled.raw(n), expected, "{base} + {step}·({n} − 1)");
            assert_eq!(compiled.kind(), backoff);
        }
        let cut = CompiledBackoff::new(Backoff::LinearBy(to_duration(3)), 2.0, 5, 10);
        assert_eq!([1, 2, 3, 4].map(|n| cut.raw(n)), [5, 8, 10, 10]);
        assert_eq!([1, 2, 3, 4].map(|n| cut.is_settled(n)), [false, false, true, true]);
    }

    #[test]
    fn the_last_item_of_a_list_repeats() {
        const LIST: &[Duration] = &[millis(5), millis(1), millis(3)];
        let compiled = |list, limit| CompiledBackoff::new(Backoff::List(list), 2.0, 0, limit);
        let list = compiled(LIST, FOREVER);
        let items = [0, 1, 2, 3, 4, u32::MAX].map(|n| list.raw(n));
        assert_eq!(items, [5, 5, 1, 3, 3, 3].map(|millis| millis * 1_000_000));
        assert_eq!([1, 2, 3, 4].map(|n| list.is_settled(n)), [false, false, true, true]);
        assert_eq!(list.kind(), Backoff::List(LIST));
        assert_eq!([1, 2, 3].map(|n| compiled(LIST, 2_000_000).raw(n)), [2_000_000, 1_000_000, 2_000_000]);
        assert_eq!(compiled(&[Duration::MAX], FOREVER).raw(1), FOREVER);
    }

    #[test]
    fn an_empty_list_has_delays_of_zero() {
        let empty = CompiledBackoff::new(Backoff::List(&[]), 2.0, 7, FOREVER);
        assert_eq!([0, 1, u32::MAX].map(|n| empty.raw(n)), [0; 3]);
        assert!(empty.is_settled(0));
    }

    #[test]
    fn every_backoff_is_kept() {
        for backoff in [Backoff::Exponential, Backoff::Linear, Backoff::Constant, Backoff::Fibonacci] {
            assert_eq!(CompiledBackoff::new(backoff, 2.0, 1, FOREVER).kind(), backoff);
        }
    }
}

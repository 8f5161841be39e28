//! Computes the interval around a raw delay, and draws the delay from it.

use core::time::Duration;

use super::nanos::{self, Nanos, from_duration, max, min};

/// The randomisation of delays, so that clients that failed together do not retry together.
///
/// Each kind draws the delay uniformly from an interval, in which `d` is the raw delay cut to the policy's ceiling. An
/// empty interval yields its lower end. The ceiling is the longest raw delay whose interval stays within
/// [`max_delay`](crate::Policy::max_delay), so the interval keeps its full width there.
///
/// `Full`, `Equal` and `Decorrelated` come from Marc Brooker, *Exponential Backoff And Jitter*, AWS Architecture Blog,
/// 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Jitter {
    /// The delay is exactly `d`.
    None,
    /// The interval is `[d, d·(1+f))` with `f` in `0..=1`, so a delay is never shorter than the backoff.
    Additive(f64),
    /// The interval is `[d·(1−f), d·(1+f))` with `f` in `0..=1`.
    Spread(f64),
    /// The interval is `[0, d)`.
    Full,
    /// The interval is `[d/2, d)`.
    Equal,
    /// The interval is `[base, 3·previous)`, and the delay is cut to `max_delay`. `previous` is the previous delay, or
    /// `base` for the first delay. The backoff has no effect. As in the published algorithm, delays of this kind alone
    /// accumulate at `max_delay`.
    Decorrelated,
    /// The interval is `[d, d+x)`.
    UpTo(Duration),
}

/// A half-open interval of nanoseconds; empty if its width is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) low: Nanos,
    pub(crate) width: Nanos,
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "no interval ends above `u64::MAX`, since its width is cut or saturated"
)]
impl Interval {
    /// Maps a `draw` of 0..2^64 onto the interval by one wide multiplication.
    ///
    /// The method is that of Lemire, *Fast Random Integer Generation in an Interval*, 2019, without the rejection: the
    /// bias is below 2^-64 of the width.
    #[inline]
    pub(crate) const fn pick(self, draw: u64) -> Nanos {
        self.low + ((draw as u128 * self.width as u128) >> 64) as u64
    }

    pub(crate) const fn high(self) -> Nanos {
        self.low + self.width
    }

    const fn cut(self, ceiling: Nanos) -> Interval {
        let low = min(self.low, ceiling);
        Interval { low, width: min(self.high(), ceiling) - low }
    }
}

/// A fraction of 0..=1 in units of 2^-63, which are exact for every `f64` from 2^-10 up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fraction(u64);

#[expect(
    clippy::arithmetic_side_effects,
    reason = "the products stay below 2^127, and the divisor is at least `ONE`"
)]
impl Fraction {
    const ONE: u64 = 1 << 63;

    /// Converts a fraction. NaN counts as 0, a value outside `0..=1` as the nearer end; the checked setters reject
    /// both.
    pub(crate) const fn new(fraction: f64) -> Fraction {
        let scaled = (fraction * Self::ONE as f64) as u64;
        Fraction(if scaled > Self::ONE { Self::ONE } else { scaled })
    }

    /// Returns `nanos · self`, rounded to the nearest nanosecond.
    #[inline]
    pub(crate) const fn of(self, nanos: Nanos) -> Nanos {
        ((nanos as u128 * self.0 as u128 + (Self::ONE / 2) as u128) >> 63) as u64
    }

    /// Returns the largest `d` with `d · (1 + self) ≤ limit`.
    const fn ceiling_below(self, limit: Nanos) -> Nanos {
        let one_and_self = Self::ONE as u128 + self.0 as u128;
        (((limit as u128) << 63) / one_and_self) as u64
    }
}

/// A [`Jitter`] with values precomputed for one `max_delay`. One formula computes all kinds but the decorrelated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CompiledJitter {
    pub(crate) kind: Jitter,
    /// The distance that the interval extends from the raw delay, as a fraction of the raw delay.
    fraction: Fraction,
    /// Whether this distance is below the raw delay; otherwise, it is above.
    below: bool,
    /// Whether this distance is on both sides of the raw delay.
    both: bool,
    /// The additional distance above the raw delay, whatever its length.
    width: Nanos,
}

impl CompiledJitter {
    pub(crate) const fn new(jitter: Jitter, max_delay: Nanos) -> CompiledJitter {
        let (fraction, below, both) = match jitter {
            Jitter::None | Jitter::Decorrelated | Jitter::UpTo(_) => (Fraction(0), false, false),
            Jitter::Additive(f) => (Fraction::new(f), false, false),
            Jitter::Spread(f) => (Fraction::new(f), true, true),
            Jitter::Full => (Fraction(Fraction::ONE), true, false),
            Jitter::Equal => (Fraction(Fraction::ONE / 2), true, false),
        };
        let width = match jitter {
            Jitter::UpTo(width) => min(from_duration(width), max_delay),
            _ => 0,
        };
        CompiledJitter { kind: jitter, fraction, below, both, width }
    }

    /// Returns the ceiling: the longest raw delay whose interval stays within `max_delay`.
    pub(crate) const fn ceiling(&self, max_delay: Nanos) -> Nanos {
        let reaches_above = self.both || !self.below;
        if reaches_above {
            self.fraction.ceiling_below(max_delay.saturating_sub(self.width))
        } else {
            max_delay
        }
    }

    /// Returns the interval to draw from for a raw delay. The raw delay is at most the ceiling, which keeps the sums
    /// here within `max_delay`.
    #[inline]
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the distance below is at most the raw delay, and the sums are at most `max_delay`"
    )]
    pub(crate) const fn interval(&self, raw: Nanos) -> Interval {
        let reach = self.fraction.of(raw);
        // A mask of all ones or all zeros replaces a branch.
        let below = reach & (self.below as u64).wrapping_neg();
        Interval { low: raw - below, width: (reach << self.both as u32) + self.width }
    }

    /// Draws a delay. `previous` is the value that the previous delay left to [remember](CompiledJitter::remembered).
    #[inline]
    pub(crate) const fn delay(
        &self,
        raw: Nanos,
        base: Nanos,
        previous: Nanos,
        max_delay: Nanos,
        draw: u64,
    ) -> Nanos {
        if self.remembers() {
            return decorrelated_delay(base, previous, max_delay, draw);
        }
        self.interval(raw).pick(draw)
    }

    /// Returns the value that the next delay takes as `previous`.
    #[inline]
    pub(crate) const fn remembered(&self, delay: Nanos) -> Nanos {
        if self.remembers() { delay } else { 0 }
    }

    /// Returns whether each delay depends on the previous delay.
    #[inline]
    pub(crate) const fn remembers(&self) -> bool {
        matches!(self.kind, Jitter::Decorrelated)
    }

    /// Returns the interval of delay `n` over all possible previous delays.
    pub(crate) const fn widest(&self, raw: Nanos, base: Nanos, n: u32, max_delay: Nanos) -> Interval {
        if self.remembers() {
            // The longest possible delay n−1 is 3^(n−1)·base.
            let growth = 3_u128.saturating_pow(n.saturating_sub(1));
            let previous = nanos::saturate(growth.saturating_mul(base as u128));
            return decorrelated(base, previous).cut(max_delay);
        }
        self.interval(raw)
    }

    /// Returns the interval upwards from a hint, so that clients with equal hints do not retry together.
    #[cfg(feature = "std")]
    pub(crate) const fn hinted(&self, hint: Nanos) -> Interval {
        let width = match self.kind {
            Jitter::None => 0,
            Jitter::Additive(_) | Jitter::Spread(_) => self.fraction.of(hint),
            Jitter::Full | Jitter::Equal | Jitter::Decorrelated => Fraction::new(0.1).of(hint),
            Jitter::UpTo(width) => from_duration(width),
        };
        Interval { low: hint, width: min(width, nanos::FOREVER.saturating_sub(hint)) }
    }
}

/// Returns the interval of [`Jitter::Decorrelated`] before the delay is cut to `max_delay`. `previous` is 0 before the
/// first delay; no delay is shorter than `base`.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "three times at least `base`, saturated, is at least `base`"
)]
const fn decorrelated(base: Nanos, previous: Nanos) -> Interval {
    Interval { low: base, width: max(base, previous).saturating_mul(3) - base }
}

/// Draws a delay of [`Jitter::Decorrelated`].
///
/// The function is out of line, so that its many registers cost other paths nothing. It takes numbers, so that no
/// policy has to be in memory for it.
#[cold]
#[inline(never)]
const fn decorrelated_delay(base: Nanos, previous: Nanos, max_delay: Nanos, draw: u64) -> Nanos {
    min(decorrelated(base, previous).pick(draw), max_delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_round_numbers_are_round() {
        let second = 1_000_000_000;
        for (fraction, expected) in
            [(0.1, second / 10), (0.3, 300_000_000), (0.7, 700_000_000), (1.0, second)]
        {
            assert_eq!(Fraction::new(fraction).of(second), expected);
        }
        assert_eq!(Fraction::new(1.0).of(u64::MAX), u64::MAX);
        assert_eq!(Fraction::new(f64::NAN), Fraction(0));
        assert_eq!(Fraction::new(-1.0), Fraction(0));
        assert_eq!(Fraction::new(7.0), Fraction(Fraction::ONE));
    }

    #[test]
    fn the_ceiling_and_its_fraction_reach_the_limit_and_no_further() {
        for limit in [0, 1, 2, 3, 10, 999, 60_000_000_000, u64::MAX - 1, u64::MAX] {
            for f in [0.0, 1e-9, 0.1, 0.3, 0.5, 0.999, 1.0] {
                let fraction = Fraction::new(f);
                let ceiling = fraction.ceiling_below(limit);
                let reached = u128::from(ceiling) + u128::from(fraction.of(ceiling));
                assert!(reached <= u128::from(limit), "{limit} {f}");
                assert!(reached + 2 >= u128::from(limit), "{limit} {f}: {reached}");
            }
        }
    }

    #[test]
    fn a_draw_stays_inside_and_reaches_both_ends() {
        let interval = Interval { low: 10, width: 4 };
        assert_eq!(interval.pick(0), 10);
        assert_eq!(interval.pick(u64::MAX), 13);
        assert_eq!(Interval { low: 7, width: 0 }.pick(u64::MAX), 7);
        assert_eq!(Interval { low: 0, width: u64::MAX }.pick(u64::MAX), u64::MAX - 1);
    }
}

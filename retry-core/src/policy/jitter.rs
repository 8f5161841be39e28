//! Raw delay → the interval from which a delay is drawn, and the draw.

use core::time::Duration;

use super::nanos::{self, Nanos, from_duration, max, min};

/// How a delay is randomised, so that clients which failed together do not return together.
///
/// With `d` the raw delay cut to the policy's ceiling, a delay is uniform in the interval named here. An empty
/// interval yields its lower end. The ceiling is chosen so that [`max_delay`](crate::Policy::max_delay) is never
/// exceeded *and* the interval keeps its full width there.
///
/// `Full`, `Equal` and `Decorrelated` are those of Marc Brooker, *Exponential Backoff And Jitter*, AWS
/// Architecture Blog, 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Jitter {
    /// Exactly `d`.
    None,
    /// `[d, d·(1+f))`, `f` in `0..=1`: never shorter than the backoff.
    Additive(f64),
    /// `[d·(1−f), d·(1+f))`, `f` in `0..=1`.
    Spread(f64),
    /// `[0, d)`.
    Full,
    /// `[d/2, d)`.
    Equal,
    /// `[base, 3·previous)` cut to `max_delay`, the first `previous` being `base`. The backoff plays no part. As
    /// published, this one kind gathers at `max_delay`.
    Decorrelated,
    /// `[d, d+x)`.
    UpTo(Duration),
}

/// A half-open interval of nanoseconds; empty if its width is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) low: Nanos,
    pub(crate) width: Nanos,
}

impl Interval {
    /// `draw` of 0..2^64 mapped onto the interval by one wide multiplication (Lemire, *Fast Random Integer
    /// Generation in an Interval*, 2019, without the rejection: its bias is below 2^-64 of the width).
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

/// A fraction of 0..=1 in units of 2^-63: exact for every `f64` from 2^-10 up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fraction(u64);

impl Fraction {
    const ONE: u64 = 1 << 63;

    /// NaN is 0 and everything outside `0..=1` its nearer end: the checked constructors let neither through.
    pub(crate) const fn new(fraction: f64) -> Fraction {
        let scaled = (fraction * Self::ONE as f64) as u64;
        Fraction(if scaled > Self::ONE { Self::ONE } else { scaled })
    }

    /// `nanos · self`, rounded to the nearest.
    #[inline]
    pub(crate) const fn of(self, nanos: Nanos) -> Nanos {
        ((nanos as u128 * self.0 as u128 + (Self::ONE / 2) as u128) >> 63) as u64
    }

    /// The largest `d` with `d · (1 + self) ≤ limit`.
    const fn ceiling_below(self, limit: Nanos) -> Nanos {
        let one_and_self = Self::ONE as u128 + self.0 as u128;
        (((limit as u128) << 63) / one_and_self) as u64
    }
}

/// A [`Jitter`] worked out for one `max_delay`: one formula for all kinds but the decorrelated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CompiledJitter {
    pub(crate) kind: Jitter,
    /// How far the interval reaches from the raw delay, as a part of it.
    fraction: Fraction,
    /// Whether it reaches below the raw delay, or else above,
    below: bool,
    /// or to both sides.
    both: bool,
    /// How far it reaches above whatever the raw delay is.
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

    /// The longest raw delay that is let through under the same `max_delay`.
    pub(crate) const fn ceiling(&self, max_delay: Nanos) -> Nanos {
        let reaches_above = self.both || !self.below;
        if reaches_above { self.fraction.ceiling_below(max_delay - self.width) } else { max_delay }
    }

    /// The interval to draw from for a raw delay. That is no longer than the ceiling, which keeps the sums here below
    /// `max_delay`.
    #[inline]
    pub(crate) const fn interval(&self, raw: Nanos) -> Interval {
        let reach = self.fraction.of(raw);
        // All ones or none, which takes no branch.
        let below = reach & (self.below as u64).wrapping_neg();
        Interval { low: raw - below, width: (reach << self.both as u32) + self.width }
    }

    /// A delay; `previous` is what the last one left to [remember](CompiledJitter::remembered).
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

    /// What the next delay needs to know of this one.
    #[inline]
    pub(crate) const fn remembered(&self, delay: Nanos) -> Nanos {
        if self.remembers() { delay } else { 0 }
    }

    /// Whether the next delay depends on this one.
    #[inline]
    pub(crate) const fn remembers(&self) -> bool {
        matches!(self.kind, Jitter::Decorrelated)
    }

    /// Delay `n`'s interval over all that `previous` can have been.
    pub(crate) const fn widest(&self, raw: Nanos, base: Nanos, n: u32, max_delay: Nanos) -> Interval {
        if self.remembers() {
            // 3^(n−1)·base is the longest possible delay n−1; 3^41 exceeds 64 bits.
            let previous = if n > 41 {
                nanos::FOREVER * (base > 0) as u64
            } else {
                nanos::saturate(base as u128 * 3_u128.pow(n.saturating_sub(1)))
            };
            return decorrelated(base, previous).cut(max_delay);
        }
        self.interval(raw)
    }

    /// The interval upwards from a wait that the peer asked for: told clients must not wake together.
    #[cfg(feature = "std")]
    pub(crate) const fn hinted(&self, hint: Nanos) -> Interval {
        let width = match self.kind {
            Jitter::None => 0,
            Jitter::Additive(_) | Jitter::Spread(_) => self.fraction.of(hint),
            Jitter::Full | Jitter::Equal | Jitter::Decorrelated => Fraction::new(0.1).of(hint),
            Jitter::UpTo(width) => from_duration(width),
        };
        Interval { low: hint, width: min(width, nanos::FOREVER - hint) }
    }
}

/// The interval of [`Jitter::Decorrelated`], which is drawn from before the delay is cut to `max_delay`. `previous` is
/// 0 before the first delay, and none is shorter than `base`.
const fn decorrelated(base: Nanos, previous: Nanos) -> Interval {
    Interval { low: base, width: max(base, previous).saturating_mul(3) - base }
}

/// Out of line, where its many registers cost others nothing; and given numbers, so that no policy has to be in memory
/// for it.
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

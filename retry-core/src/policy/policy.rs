//! `Policy`: how often, how long between, and until when.

use core::time::Duration;

use super::backoff::{Backoff, CompiledBackoff};
use super::jitter::{CompiledJitter, Interval, Jitter};
use super::nanos::{FOREVER, Nanos, from_duration, to_duration};
use super::rules;

/// How often a call is attempted, how long it waits in between, and until when it may start again.
///
/// A plain `Copy` value that can be built in a `const`. Setters panic on a value that is out of range, in a `const`
/// at compile time; [`checked`](Policy::checked) adds the rules between values. Durations count in nanoseconds and
/// saturate at 584 years.
///
/// ```
/// use std::time::Duration;
/// use retry_core::{Jitter, Policy};
///
/// const UPLOAD: Policy = Policy::new().max(5).base(Duration::from_millis(200)).jitter(Jitter::None).checked();
///
/// let delays: Vec<_> = UPLOAD.delays_seeded(0).map(|d| d.as_millis()).collect();
/// assert_eq!(delays, [200, 400, 800, 1600]);
/// assert_eq!(UPLOAD.worst_case_wait(), Duration::from_secs(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// 0 stands for unlimited.
    max: u32,
    pub(crate) backoff: CompiledBackoff,
    pub(crate) max_delay: Nanos,
    pub(crate) deadline: Nanos,
    pub(crate) max_hint: Nanos,
    /// What the waits of one call must not exceed in sum.
    pub(crate) within: Nanos,
    pub(crate) jitter: CompiledJitter,
    /// Whether each delay is a shift and a draw, and no limit but that on attempts is asked. Where it is not noted, the
    /// general way comes to the same.
    pub(crate) is_plain: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// The [default preset](super::preset::DEFAULT): 3 attempts, delays of 1 s and 2 s and up to 30 % more.
    #[must_use]
    pub const fn new() -> Policy {
        Policy::DEFAULT
    }

    /// 3 attempts, 1 s, factor 2, at most 60 s, 30 % jitter, hints up to 5 min, no deadline.
    pub(crate) const DEFAULT: Policy = {
        let max_delay = 60_000_000_000;
        let jitter = CompiledJitter::new(Jitter::Additive(0.3), max_delay);
        Policy {
            max: 3,
            backoff: CompiledBackoff::new(
                Backoff::Exponential,
                2.0,
                1_000_000_000,
                jitter.ceiling(max_delay),
            ),
            jitter,
            max_delay,
            deadline: FOREVER,
            max_hint: 300_000_000_000,
            within: FOREVER,
            is_plain: false,
        }
        .plain()
    };

    /// The policy with other raw delays.
    const fn with_backoff(mut self, backoff: Backoff, factor: f64, base: Nanos) -> Policy {
        self.backoff = CompiledBackoff::new(backoff, factor, base, self.jitter.ceiling(self.max_delay));
        self.plain()
    }

    /// Notes whether it is plain, once all that says so is set.
    const fn plain(mut self) -> Policy {
        self.is_plain = self.backoff.is_shift && !self.jitter.remembers() && !self.has_deadline();
        self
    }

    /// The policy with other jitter under another `max_delay`, which say how long a raw delay may be.
    const fn with_jitter(mut self, jitter: Jitter, max_delay: Nanos) -> Policy {
        self.max_delay = max_delay;
        self.jitter = CompiledJitter::new(jitter, max_delay);
        let CompiledBackoff { kind: backoff, factor, base, .. } = self.backoff;
        self.with_backoff(backoff, factor, base)
    }

    /// Attempts in all, the first included.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub const fn max(self, attempts: u32) -> Policy {
        rules::require(rules::max(attempts));
        self.max_or_one(attempts)
    }

    /// Attempts until one succeeds, or another limit ends the call.
    #[must_use]
    pub const fn unlimited(mut self) -> Policy {
        self.max = 0;
        self
    }

    /// The first raw delay.
    #[must_use]
    pub const fn base(self, delay: Duration) -> Policy {
        let CompiledBackoff { kind: backoff, factor, .. } = self.backoff;
        self.with_backoff(backoff, factor, from_duration(delay))
    }

    /// By how much [`Backoff::Exponential`] multiplies the delay each time.
    ///
    /// # Panics
    /// If it is below 1, infinite or not a number.
    #[must_use]
    #[track_caller]
    pub const fn factor(self, factor: f64) -> Policy {
        rules::require(rules::factor(factor));
        self.factor_or_one(factor)
    }

    /// How the raw delay grows.
    #[must_use]
    pub const fn backoff(self, backoff: Backoff) -> Policy {
        let CompiledBackoff { factor, base, .. } = self.backoff;
        self.with_backoff(backoff, factor, base)
    }

    /// The longest any delay may be, jitter included.
    #[must_use]
    pub const fn max_delay(self, delay: Duration) -> Policy {
        let jitter = self.jitter.kind;
        self.with_jitter(jitter, from_duration(delay))
    }

    /// How delays are randomised.
    ///
    /// # Panics
    /// If a fraction is outside `0..=1` or not a number.
    #[must_use]
    #[track_caller]
    pub const fn jitter(self, jitter: Jitter) -> Policy {
        rules::require(rules::jitter(jitter));
        self.jitter_or_nearest(jitter)
    }

    /// Until when attempts may start: time since the start of attempt 1, attempts included. A wait that would reach
    /// the deadline is not begun.
    #[must_use]
    pub const fn deadline(mut self, limit: Duration) -> Policy {
        self.deadline = from_duration(limit);
        self.plain()
    }

    /// The longest wait that the peer may ask for; a longer hint ends the call.
    #[must_use]
    pub const fn max_hint(mut self, limit: Duration) -> Policy {
        self.max_hint = from_duration(limit);
        self
    }

    /// Notes that all waits, and all attempts of `attempt_timeout` each, were proven to end within `limit`: no hint
    /// may break that.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_within(mut self, limit: Duration, attempt_timeout: Duration) -> Policy {
        let attempts = from_duration(attempt_timeout).saturating_mul(self.attempts() as Nanos);
        self.within = from_duration(limit).saturating_sub(attempts);
        self
    }

    /// `attempts`, or 1 for 0: for values whose range is checked elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn max_or_one(mut self, attempts: u32) -> Policy {
        self.max = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// `factor`, or 1 if it is out of range: for values whose range is checked elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn factor_or_one(self, factor: f64) -> Policy {
        let CompiledBackoff { kind: backoff, base, .. } = self.backoff;
        self.with_backoff(backoff, factor, base)
    }

    /// `jitter`, its fraction cut to the range: for values whose range is checked elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn jitter_or_nearest(self, jitter: Jitter) -> Policy {
        let max_delay = self.max_delay;
        self.with_jitter(jitter, max_delay)
    }

    /// Attempts in all, or `None` if they are not limited.
    #[must_use]
    pub const fn max_attempts(&self) -> Option<u32> {
        if self.max == 0 { None } else { Some(self.max) }
    }

    /// The limit on attempts as a number: the largest there is if they are not limited.
    pub(crate) const fn attempts(&self) -> u32 {
        if self.max == 0 { u32::MAX } else { self.max }
    }

    pub(crate) const fn has_deadline(&self) -> bool {
        self.deadline != FOREVER
    }

    /// Delay `n`.
    #[inline]
    pub(crate) const fn delay(&self, n: u32, previous: Nanos, draw: u64) -> Nanos {
        if self.is_plain {
            return self.plain_interval(n).pick(draw);
        }
        let CompiledBackoff { base, .. } = self.backoff;
        self.jitter.delay(self.backoff.raw(n), base, previous, self.max_delay, draw)
    }

    /// The interval of delay `n` of a plain policy.
    #[inline]
    pub(crate) const fn plain_interval(&self, n: u32) -> Interval {
        self.jitter.interval(self.backoff.shifted(n))
    }

    /// What the next delay needs to know of this one.
    #[inline]
    pub(crate) const fn remembered(&self, delay: Nanos) -> Nanos {
        if self.is_plain { 0 } else { self.jitter.remembered(delay) }
    }

    const fn widest(&self, n: u32) -> Interval {
        self.jitter.widest(self.backoff.raw(n), self.backoff.base, n, self.max_delay)
    }

    /// The interval `(shortest, longest)` of the delay after attempt `n`, counted from 1; 0 is taken as 1.
    ///
    /// A delay is at least the shortest and, unless the two are equal, below the longest.
    ///
    /// ```
    /// # use std::time::Duration;
    /// const BOUNDS: (Duration, Duration) = retry_core::Policy::new().delay_bounds(2);
    /// assert_eq!(BOUNDS, (Duration::from_millis(2000), Duration::from_millis(2600)));
    /// ```
    #[must_use]
    pub const fn delay_bounds(&self, n: u32) -> (Duration, Duration) {
        let interval = self.widest(if n == 0 { 1 } else { n });
        (to_duration(interval.low), to_duration(interval.high()))
    }

    /// The sum of all delays at their longest: exact, or an upper bound for a schedule that grows for more than
    /// 10,000 steps. Hints are not in it. Without a limit on attempts it saturates (or is 0 if every delay is).
    #[must_use]
    pub const fn worst_case_wait(&self) -> Duration {
        to_duration(self.longest_wait())
    }

    pub(crate) const fn longest_wait(&self) -> Nanos {
        self.longest_wait_from(1)
    }

    /// The sum of the longest delays from delay `n` on.
    pub(crate) const fn longest_wait_from(&self, mut n: u32) -> Nanos {
        /// Compile-time evaluation of more steps than this many delays take would trip a lint of the compiler's.
        const STEPS: u32 = 10_000;
        let delays = self.attempts() - 1;
        if self.max == 0 {
            return if self.widest(delays).high() == 0 { 0 } else { FOREVER };
        }
        let mut sum: Nanos = 0;
        let mut steps = 1;
        while n <= delays {
            let longest = self.widest(n).high();
            let rest = delays - n + 1;
            if self.is_settled(n) {
                return sum.saturating_add(longest.saturating_mul(rest as Nanos));
            }
            if steps == STEPS {
                let last = self.widest(delays).high();
                return sum.saturating_add(last.saturating_mul(rest as Nanos));
            }
            sum = sum.saturating_add(longest);
            n += 1;
            steps += 1;
        }
        sum
    }

    /// Whether no delay after delay `n` is longer than it.
    const fn is_settled(&self, n: u32) -> bool {
        if self.backoff.base == 0 {
            return true;
        }
        match (self.jitter.kind, self.backoff.kind) {
            (Jitter::Decorrelated, _) => self.widest(n).high() >= self.max_delay,
            (_, Backoff::Constant) => true,
            (_, Backoff::Exponential) if self.backoff.factor <= 1.0 => true,
            _ => self.backoff.raw(n) >= self.backoff.limit,
        }
    }
}

//! Defines `Policy`, the limits and delays of a call.

use core::time::Duration;

use super::backoff::{Backoff, CompiledBackoff};
use super::hint::HintMode;
use super::jitter::{CompiledJitter, Interval, Jitter};
use super::nanos::{FOREVER, Nanos, from_duration, to_duration};
use super::rules;

/// A limit on attempts, the delays between them, and a deadline for their start.
///
/// A policy is a `Copy` value that can be built in a `const`. A setter panics if its value is out of range; in a
/// `const`, the panic is a compile error. [`checked`](Policy::checked) checks the rules between values. Durations have
/// a resolution of a nanosecond and saturate at 584 years.
///
/// ```
/// use std::time::Duration;
/// use retry_core::{Jitter, Policy};
///
/// const UPLOAD: Policy = Policy::new().max(5).base(Duration::from_millis(200)).jitter(Jitter::None).checked();
///
/// let delays: Vec<_> = UPLOAD.delays_from(|| 0).map(|d| d.as_millis()).collect();
/// assert_eq!(delays, [200, 400, 800, 1600]);
/// assert_eq!(UPLOAD.worst_case_wait(), Duration::from_secs(3));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The limit on attempts; 0 if they are unlimited.
    max: u32,
    pub(crate) backoff: CompiledBackoff,
    pub(crate) max_delay: Nanos,
    pub(crate) deadline: Nanos,
    pub(crate) max_hint: Nanos,
    /// The limit on the sum of all waits of a call.
    pub(crate) within: Nanos,
    pub(crate) jitter: CompiledJitter,
    pub(crate) hint: HintMode,
    /// Whether `max_delay` was set, by a setter, a preset or a config. The default does not apply to a list.
    is_max_delay_written: bool,
    /// Whether each delay is a shift and a draw, and attempts are the only limit to check. `false` is always correct:
    /// the general path computes equal delays.
    pub(crate) is_plain: bool,
}

/// Two policies are equal if their values are. Whether `max_delay` is the default or was set makes a difference only to a
/// list of delays.
impl PartialEq for Policy {
    fn eq(&self, other: &Policy) -> bool {
        let Policy { max, backoff, max_delay, deadline, max_hint, within, jitter, hint, .. } = self;
        *max == other.max
            && *backoff == other.backoff
            && *max_delay == other.max_delay
            && *deadline == other.deadline
            && *max_hint == other.max_hint
            && *within == other.within
            && *jitter == other.jitter
            && *hint == other.hint
            && self.ceiling() == other.ceiling()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// Returns the [default preset](super::preset::DEFAULT): 3 attempts, delays of 1 s and 2 s, and up to 30 % of
    /// jitter on top.
    #[must_use]
    pub const fn new() -> Policy {
        Policy::DEFAULT
    }

    /// The defaults: 3 attempts, delays from 1 s by a factor of 2 up to 60 s, 30 % additive jitter, hints up to 5 min,
    /// no deadline.
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
            hint: HintMode::AtLeast,
            is_max_delay_written: false,
            is_plain: false,
        }
        .plain()
    };

    /// Returns the policy with other raw delays and another jitter, which determine each other's limits.
    const fn with_delays(mut self, backoff: Backoff, factor: f64, base: Nanos, jitter: Jitter) -> Policy {
        let ceiling = match (backoff, jitter) {
            // Decorrelated delays do not come from the list.
            (Backoff::List(_), jitter) if !matches!(jitter, Jitter::Decorrelated) => {
                if self.is_max_delay_written { self.max_delay } else { FOREVER }
            }
            _ => self.max_delay,
        };
        self.jitter = CompiledJitter::new(jitter, ceiling);
        self.backoff = CompiledBackoff::new(backoff, factor, base, self.jitter.ceiling(ceiling));
        self.plain()
    }

    const fn with_backoff(self, backoff: Backoff, factor: f64, base: Nanos) -> Policy {
        let jitter = self.jitter.kind;
        self.with_delays(backoff, factor, base, jitter)
    }

    /// Sets `is_plain` after a change to a value that it depends on.
    const fn plain(mut self) -> Policy {
        self.is_plain = self.backoff.is_shift && !self.jitter.remembers() && !self.has_deadline();
        self
    }

    /// Limits the number of attempts, the first included. The default is 3.
    ///
    /// # Panics
    /// Panics if `attempts` is 0.
    #[must_use]
    #[track_caller]
    pub const fn max(self, attempts: u32) -> Policy {
        rules::require(rules::max(attempts));
        self.max_or_one(attempts)
    }

    /// Removes the limit on attempts: a call retries until an attempt succeeds or another limit ends the call.
    #[must_use]
    pub const fn unlimited(mut self) -> Policy {
        self.max = 0;
        self
    }

    /// Sets the first raw delay. The default is 1 s.
    #[must_use]
    pub const fn base(self, delay: Duration) -> Policy {
        let (backoff, factor) = (self.backoff.kind(), self.backoff.factor);
        self.with_backoff(backoff, factor, from_duration(delay))
    }

    /// Sets the factor by which [`Backoff::Exponential`] multiplies the delay each time. The default is 2.
    ///
    /// # Panics
    /// Panics if `factor` is below 1, infinite or not a number.
    #[must_use]
    #[track_caller]
    pub const fn factor(self, factor: f64) -> Policy {
        rules::require(rules::factor(factor));
        self.factor_or_one(factor)
    }

    /// Sets the growth of the raw delay. The default is [`Backoff::Exponential`].
    #[must_use]
    pub const fn backoff(self, backoff: Backoff) -> Policy {
        let CompiledBackoff { factor, base, .. } = self.backoff;
        self.with_backoff(backoff, factor, base)
    }

    /// Sets the raw delays to the items of a list, and the number of attempts to one more than items, so that each item
    /// is used once.
    ///
    /// With a larger [`max`](Policy::max), the last item repeats. An empty list allows one attempt. A `max_delay` that
    /// is not set does not apply to a list. Jitter applies as usual.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use retry_core::{Jitter, Policy};
    ///
    /// const SCHEDULE: &[Duration] =
    ///     &[Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(300)];
    /// const DELIVERY: Policy = Policy::new().list(SCHEDULE).jitter(Jitter::None);
    ///
    /// assert_eq!(DELIVERY.max_attempts(), Some(4));
    /// assert_eq!(DELIVERY.delays().collect::<Vec<_>>(), SCHEDULE);
    /// ```
    #[must_use]
    pub const fn list(self, delays: &'static [Duration]) -> Policy {
        let retries = if delays.len() >= u32::MAX as usize { u32::MAX } else { delays.len() as u32 };
        self.max_or_one(retries.saturating_add(1)).backoff(Backoff::List(delays))
    }

    /// Limits every delay, jitter included. The default is 60 s, which does not apply to a [list](Policy::list).
    #[must_use]
    pub const fn max_delay(mut self, delay: Duration) -> Policy {
        self.max_delay = from_duration(delay);
        self.is_max_delay_written = true;
        let jitter = self.jitter.kind;
        self.jitter_or_nearest(jitter)
    }

    /// Sets the randomisation of delays. The default is `Jitter::Additive(0.3)`.
    ///
    /// # Panics
    /// Panics if a fraction is outside `0..=1` or not a number.
    #[must_use]
    #[track_caller]
    pub const fn jitter(self, jitter: Jitter) -> Policy {
        rules::require(rules::jitter(jitter));
        self.jitter_or_nearest(jitter)
    }

    /// Sets the deadline: the time since the start of attempt 1, attempts included, until which attempts may start. By
    /// default, there is no deadline.
    ///
    /// A wait that would reach the deadline does not begin; the call gives up instead. A running attempt is interrupted at the
    /// deadline only together with an `attempt_timeout`.
    #[must_use]
    pub const fn deadline(mut self, limit: Duration) -> Policy {
        self.deadline = from_duration(limit);
        self.plain()
    }

    /// Limits the wait that the peer may ask for; a longer hint ends the call. The default is 5 min.
    #[must_use]
    pub const fn max_hint(mut self, limit: Duration) -> Policy {
        self.max_hint = from_duration(limit);
        self
    }

    /// Sets the effect of a wait that the peer asks for. The default is [`HintMode::AtLeast`].
    #[must_use]
    pub const fn hint(mut self, mode: HintMode) -> Policy {
        self.hint = mode;
        self
    }

    /// Records that all delays, and all attempts of `attempt_timeout` each, are proven to end within `limit`. A hint
    /// that would exceed the limit ends the call.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_within(mut self, limit: Duration, attempt_timeout: Duration) -> Policy {
        let attempts = from_duration(attempt_timeout).saturating_mul(self.attempt_limit() as Nanos);
        self.within = from_duration(limit).saturating_sub(attempts);
        self
    }

    /// Limits the number of attempts to `attempts`, or 1 for 0, for values whose range is checked elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn max_or_one(mut self, attempts: u32) -> Policy {
        self.max = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Sets `factor`, which counts as 1 if it is below 1 or NaN, for values whose range is checked elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn factor_or_one(self, factor: f64) -> Policy {
        let (backoff, base) = (self.backoff.kind(), self.backoff.base);
        self.with_backoff(backoff, factor, base)
    }

    /// Sets `jitter`, with its fraction cut to `0..=1`, for values whose range is checked elsewhere.
    #[doc(hidden)]
    #[must_use]
    pub const fn jitter_or_nearest(self, jitter: Jitter) -> Policy {
        let CompiledBackoff { factor, base, .. } = self.backoff;
        let backoff = self.backoff.kind();
        self.with_delays(backoff, factor, base, jitter)
    }

    /// Returns the limit on attempts, or `None` if they are unlimited.
    #[must_use]
    pub const fn max_attempts(&self) -> Option<u32> {
        if self.max == 0 { None } else { Some(self.max) }
    }

    /// Returns the limit on attempts as a number, `u32::MAX` if they are unlimited.
    pub(crate) const fn attempt_limit(&self) -> u32 {
        if self.max == 0 { u32::MAX } else { self.max }
    }

    pub(crate) const fn has_deadline(&self) -> bool {
        self.deadline != FOREVER
    }

    /// Returns `max_delay` if it was set, by a setter, a preset or a config.
    pub(crate) const fn written_max_delay(&self) -> Option<Nanos> {
        if self.is_max_delay_written { Some(self.max_delay) } else { None }
    }

    /// Returns whether the delays come from a list.
    pub(crate) const fn is_listed(&self) -> bool {
        self.backoff.is_list() && !self.jitter.remembers()
    }

    /// Returns the longest possible delay, jitter included.
    pub(crate) const fn ceiling(&self) -> Nanos {
        if self.is_listed() && !self.is_max_delay_written { FOREVER } else { self.max_delay }
    }

    /// Returns delay `n` for one `draw`.
    #[inline]
    pub(crate) const fn delay(&self, n: u32, previous: Nanos, draw: u64) -> Nanos {
        if self.is_plain {
            return self.plain_interval(n).pick(draw);
        }
        let CompiledBackoff { base, .. } = self.backoff;
        self.jitter.delay(self.backoff.raw(n), base, previous, self.max_delay, draw)
    }

    /// Returns the interval of delay `n` of a plain policy.
    #[inline]
    pub(crate) const fn plain_interval(&self, n: u32) -> Interval {
        self.jitter.interval(self.backoff.shifted(n))
    }

    /// Returns the value that the next delay takes as `previous`.
    #[inline]
    pub(crate) const fn remembered(&self, delay: Nanos) -> Nanos {
        if self.is_plain { 0 } else { self.jitter.remembered(delay) }
    }

    const fn widest(&self, n: u32) -> Interval {
        self.jitter.widest(self.backoff.raw(n), self.backoff.base, n, self.max_delay)
    }

    /// Returns the bounds `(shortest, longest)` of the delay after attempt `n`, counted from 1; 0 counts as 1.
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

    /// Returns the sum of all delays at their longest, without hints.
    ///
    /// The sum is exact, or an upper bound for a schedule that grows for more than 10,000 steps. If attempts are
    /// unlimited, the sum saturates, unless the delay is 0 from some attempt on.
    #[must_use]
    pub const fn worst_case_wait(&self) -> Duration {
        to_duration(self.longest_wait())
    }

    pub(crate) const fn longest_wait(&self) -> Nanos {
        self.longest_wait_from(1)
    }

    /// Returns the sum of the longest delays from delay `n` on.
    #[expect(clippy::arithmetic_side_effects, reason = "`n` is at most `delays`, which is below `u32::MAX`")]
    pub(crate) const fn longest_wait_from(&self, mut n: u32) -> Nanos {
        /// The maximum number of delays to add one by one. More steps at compile time would trigger a lint of the
        /// compiler.
        const STEPS: u32 = 10_000;
        let delays = self.attempt_limit().saturating_sub(1);
        if self.max == 0 && self.widest(delays).high() > 0 {
            return FOREVER;
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
                // The items of a list have no order.
                let last = if self.is_listed() { self.ceiling() } else { self.widest(delays).high() };
                return sum.saturating_add(last.saturating_mul(rest as Nanos));
            }
            sum = sum.saturating_add(longest);
            n += 1;
            steps += 1;
        }
        sum
    }

    /// Returns whether no delay after delay `n` has other bounds than delay `n`.
    const fn is_settled(&self, n: u32) -> bool {
        if self.jitter.remembers() {
            self.backoff.base == 0 || self.widest(n).high() >= self.max_delay
        } else {
            self.backoff.is_settled(n)
        }
    }
}

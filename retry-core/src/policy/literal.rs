//! Converts arguments that the attribute accepts in more than one type.
//!
//! The methods of [`Argument`] are inherent, since a `const` cannot call the methods of a trait. A value that is
//! known only at run time goes through a trait, whose message names the types that are accepted.

use core::time::Duration;

use super::jitter::Jitter;
use super::nanos::FOREVER;
use super::policy::Policy;

/// An argument of `#[retry]` whose type is the user's choice.
#[derive(Clone, Copy, Debug)]
pub struct Argument<T>(pub T);

impl Argument<f64> {
    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> f64 {
        self.0
    }

    /// Returns the fraction as additive jitter.
    #[must_use]
    pub const fn jitter(self) -> Jitter {
        Jitter::Additive(self.0)
    }
}

impl Argument<u32> {
    /// Returns the whole number as an `f64`.
    #[must_use]
    pub const fn number(self) -> f64 {
        self.0 as f64
    }
}

impl Argument<Jitter> {
    /// Returns the jitter unchanged.
    #[must_use]
    pub const fn jitter(self) -> Jitter {
        self.0
    }
}

impl Argument<Policy> {
    /// Returns the policy unchanged.
    #[must_use]
    pub const fn policy(self) -> Policy {
        self.0
    }
}

impl Argument<&Policy> {
    /// Returns a copy of the policy.
    #[must_use]
    pub const fn policy(self) -> Policy {
        *self.0
    }
}

impl Argument<Option<Policy>> {
    /// Returns the policy. Without one, there is one attempt.
    #[must_use]
    pub const fn policy(self) -> Policy {
        match self.0 {
            Some(policy) => policy,
            None => ONE_ATTEMPT,
        }
    }
}

impl Argument<Option<&Policy>> {
    /// Returns a copy of the policy. Without one, there is one attempt.
    #[must_use]
    pub const fn policy(self) -> Policy {
        match self.0 {
            Some(policy) => *policy,
            None => ONE_ATTEMPT,
        }
    }
}

/// The policy of a call that is not retried.
const ONE_ATTEMPT: Policy = Policy::DEFAULT.max_or_one(1);

/// A policy for `policy = EXPR`, or the lack of one, which stands for one attempt.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no policy",
    label = "expected a `Policy`",
    note = "write a `Policy`, a reference to one, or an `Option` of these; `None` is one attempt"
)]
pub trait IntoPolicy {
    /// Returns the policy.
    fn into_policy(self) -> Policy;
}

impl IntoPolicy for Policy {
    fn into_policy(self) -> Policy {
        self
    }
}

impl IntoPolicy for &Policy {
    fn into_policy(self) -> Policy {
        *self
    }
}

impl<P: IntoPolicy> IntoPolicy for Option<P> {
    fn into_policy(self) -> Policy {
        self.map_or(ONE_ATTEMPT, P::into_policy)
    }
}

/// Returns the policy of an argument that is known at run time.
#[inline]
pub fn into_policy<P: IntoPolicy>(policy: P) -> Policy {
    policy.into_policy()
}

/// Returns the value of a closure.
#[inline]
pub fn evaluated<T>(value: impl FnOnce() -> T) -> T {
    value()
}

/// Returns the limit on an attempt of an argument that is known at run time. Zero is no limit, as in most
/// configurations: with a limit of no time, no attempt could succeed.
#[inline]
#[must_use]
pub const fn unlimited_if_zero(limit: Duration) -> Duration {
    const LONGEST: Duration = Duration::from_nanos(FOREVER);
    if limit.is_zero() || limit.as_nanos() > LONGEST.as_nanos() { LONGEST } else { limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_may_be_borrowed_or_missing() {
        const OWN: Policy = Policy::new().max(7);
        const CONSTANTS: [Policy; 4] = [
            Argument(OWN).policy(),
            Argument(&OWN).policy(),
            Argument(Some(OWN)).policy(),
            Argument(Some(&OWN)).policy(),
        ];
        assert_eq!(CONSTANTS, [OWN; 4]);
        let borrowed: &Policy = &OWN;
        assert_eq!(
            [into_policy(OWN), into_policy(borrowed), into_policy(Some(OWN)), into_policy(Some(borrowed))],
            [OWN; 4]
        );
        for none in [
            Argument(None::<Policy>).policy(),
            Argument(None::<&Policy>).policy(),
            into_policy(None::<Policy>),
            into_policy(None::<&Policy>),
        ] {
            assert_eq!(none.max_attempts(), Some(1));
        }
    }

    #[test]
    fn a_whole_number_is_a_factor() {
        assert_eq!(Argument(3_u32).number().to_bits(), 3.0_f64.to_bits());
    }

    #[test]
    fn values_known_at_run_time_are_cut_to_their_range() {
        let policy = Policy::new();
        assert_eq!(policy.max_or_one(0).max_attempts(), Some(1));
        assert_eq!(policy.max_or_one(u32::MAX).max_attempts(), Some(u32::MAX));
        let third = |policy: Policy| policy.jitter_or_nearest(Jitter::None).delay_bounds(3).0;
        for (factor, seconds) in
            [(f64::NAN, 1), (-1.0, 1), (0.5, 1), (f64::NEG_INFINITY, 1), (2.0, 4), (f64::INFINITY, 60)]
        {
            assert_eq!(third(policy.factor_or_one(factor)), Duration::from_secs(seconds), "{factor}");
        }
        let (zero, forever) = (Duration::ZERO, Duration::MAX);
        let bounds = |jitter| policy.jitter_or_nearest(jitter).delay_bounds(1);
        for fraction in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            assert_eq!(bounds(Jitter::Additive(fraction)), bounds(Jitter::Additive(0.0)), "{fraction}");
            assert_eq!(bounds(Jitter::Spread(fraction)), bounds(Jitter::Spread(0.0)), "{fraction}");
        }
        for fraction in [1.5, f64::INFINITY] {
            assert_eq!(bounds(Jitter::Additive(fraction)), bounds(Jitter::Additive(1.0)), "{fraction}");
            assert_eq!(bounds(Jitter::Spread(fraction)), bounds(Jitter::Spread(1.0)), "{fraction}");
        }
        assert_eq!(bounds(Jitter::UpTo(forever)), (zero, Duration::from_secs(60)));
        let (shortest, longest) = policy.base(forever).delay_bounds(1);
        assert!(shortest > Duration::from_secs(46) && longest <= Duration::from_secs(60), "the ceiling wins");
        assert_eq!(policy.base(zero).delay_bounds(1), (zero, zero));
        assert_eq!(policy.max_delay(zero).delay_bounds(1), (zero, zero));
        assert!(policy.max_delay(forever).delay_bounds(u32::MAX).1 > Duration::from_secs(1 << 33));
    }

    #[test]
    fn no_time_for_an_attempt_is_no_limit() {
        let (zero, forever, short) = (Duration::ZERO, Duration::MAX, Duration::from_nanos(1));
        assert_eq!(unlimited_if_zero(short), short);
        for limit in [zero, forever] {
            assert_eq!(unlimited_if_zero(limit), Duration::from_nanos(u64::MAX));
        }
    }
}

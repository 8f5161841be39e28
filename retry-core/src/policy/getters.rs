//! Reads the values of a policy.

use core::time::Duration;

use super::backoff::Backoff;
use super::hint::HintMode;
use super::jitter::Jitter;
use super::nanos::{FOREVER, to_duration};
use super::policy::Policy;

/// The values that the setters set. The number of attempts is [`max_attempts`](Policy::max_attempts).
impl Policy {
    /// Returns the first raw delay. A list has delays of its own.
    #[must_use]
    pub const fn base_delay(&self) -> Duration {
        to_duration(self.backoff.base)
    }

    /// Returns the factor of an exponential backoff.
    #[must_use]
    pub const fn growth_factor(&self) -> f64 {
        self.backoff.factor
    }

    /// Returns the growth of the raw delay, or the list of delays.
    #[must_use]
    pub const fn backoff_kind(&self) -> Backoff {
        self.backoff.kind()
    }

    /// Returns the limit on every delay, or `None` for a list of delays without one.
    #[must_use]
    pub const fn delay_limit(&self) -> Option<Duration> {
        match self.ceiling() {
            FOREVER if self.is_listed() => None,
            limit => Some(to_duration(limit)),
        }
    }

    /// Returns the randomisation of delays.
    #[must_use]
    pub const fn jitter_kind(&self) -> Jitter {
        self.jitter.kind
    }

    /// Returns the deadline, or `None` without one.
    #[must_use]
    pub const fn time_limit(&self) -> Option<Duration> {
        if self.has_deadline() { Some(to_duration(self.deadline)) } else { None }
    }

    /// Returns the limit on the wait that the peer may ask for.
    #[must_use]
    pub const fn hint_limit(&self) -> Duration {
        to_duration(self.max_hint)
    }

    /// Returns the effect of a wait that the peer asks for.
    #[must_use]
    pub const fn hint_mode(&self) -> HintMode {
        self.hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_getter_returns_the_value_of_its_setter() {
        const LIST: &[Duration] = &[Duration::from_secs(1)];
        let (short, long) = (Duration::from_millis(5), Duration::from_secs(90));
        let policy = Policy::new()
            .base(short)
            .factor(3.0)
            .backoff(Backoff::LinearBy(short))
            .max_delay(long)
            .jitter(Jitter::UpTo(short))
            .deadline(long)
            .max_hint(short)
            .hint(HintMode::Exact);
        assert_eq!(policy.base_delay(), short);
        assert!((policy.growth_factor() - 3.0).abs() < f64::EPSILON);
        assert_eq!(policy.backoff_kind(), Backoff::LinearBy(short));
        assert_eq!(policy.delay_limit(), Some(long));
        assert_eq!(policy.jitter_kind(), Jitter::UpTo(short));
        assert_eq!((policy.time_limit(), Policy::new().time_limit()), (Some(long), None));
        assert_eq!(policy.hint_limit(), short);
        assert_eq!(policy.hint_mode(), HintMode::Exact);
        assert_eq!(Policy::new().list(LIST).backoff_kind(), Backoff::List(LIST));
        assert_eq!(Policy::new().list(LIST).delay_limit(), None);
        assert_eq!(policy.list(LIST).delay_limit(), Some(long));
        let longest = Duration::from_nanos(u64::MAX);
        assert_eq!(Policy::new().max_delay(Duration::MAX).delay_limit(), Some(longest));
        assert_eq!(
            Policy::new().list(LIST).jitter(Jitter::Decorrelated).delay_limit(),
            Some(Duration::from_secs(60))
        );
        let minute = Policy::new().max_delay(Duration::from_secs(60));
        assert_eq!(minute, Policy::new());
        assert_ne!(minute.list(LIST), Policy::new().list(LIST));
        assert_eq!(policy.written_max_delay(), Some(90_000_000_000));
        assert_eq!(Policy::new().list(LIST).written_max_delay(), None);
    }

    #[test]
    fn policies_are_equal_if_each_of_their_values_is() {
        const SECONDS: Duration = Duration::from_secs(7);
        let policy = Policy::new();
        let others = [
            policy.max(7),
            policy.base(SECONDS),
            policy.max_delay(SECONDS),
            policy.deadline(SECONDS),
            policy.max_hint(SECONDS),
            policy.with_within(Duration::from_secs(700), Duration::ZERO),
            policy.jitter(Jitter::None),
            policy.hint(HintMode::Exact),
        ];
        for (i, one) in others.iter().enumerate() {
            assert_ne!(*one, policy, "{one:?}");
            for (j, other) in others.iter().enumerate() {
                assert_eq!(one == other, i == j, "{one:?} {other:?}");
            }
        }
    }
}

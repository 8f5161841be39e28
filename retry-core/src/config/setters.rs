//! The setters of `PolicyConfig`, one for each field.

use core::time::Duration;

use super::config::PolicyConfig;
use super::jitter::JitterConfig;
use crate::policy::{Backoff, HintMode};

impl PolicyConfig {
    /// Creates a config in which nothing is configured.
    #[must_use]
    pub const fn new() -> PolicyConfig {
        PolicyConfig {
            max_attempts: None,
            unlimited: false,
            initial_delay: None,
            max_delay: None,
            exponential_base: None,
            backoff: None,
            jitter: None,
            deadline: None,
            max_hint: None,
            hint: None,
        }
    }

    /// Sets the limit on attempts, the first included, in the place of [`unlimited`](PolicyConfig::unlimited). 0 counts as 1.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> PolicyConfig {
        (self.max_attempts, self.unlimited) = (Some(attempts), false);
        self
    }

    /// Removes the limit on attempts.
    #[must_use]
    pub const fn unlimited(mut self) -> PolicyConfig {
        (self.max_attempts, self.unlimited) = (None, true);
        self
    }

    /// Sets the first raw delay. More than 584 years is an error of [`over`](PolicyConfig::over).
    #[must_use]
    pub const fn initial_delay(mut self, delay: Duration) -> PolicyConfig {
        self.initial_delay = Some(delay.as_secs_f64());
        self
    }

    /// Sets the longest delay, jitter included. More than 584 years is an error of [`over`](PolicyConfig::over).
    #[must_use]
    pub const fn max_delay(mut self, delay: Duration) -> PolicyConfig {
        self.max_delay = Some(delay.as_secs_f64());
        self
    }

    /// Sets the factor by which an exponential backoff multiplies the delay each time.
    #[must_use]
    pub const fn exponential_base(mut self, factor: f64) -> PolicyConfig {
        self.exponential_base = Some(factor);
        self
    }

    /// Sets the growth of the raw delay.
    #[must_use]
    pub const fn backoff(mut self, backoff: Backoff) -> PolicyConfig {
        self.backoff = Some(backoff);
        self
    }

    /// Sets the randomisation of delays: a [`Jitter`](crate::Jitter), a fraction, or whether there is jitter.
    #[must_use]
    pub fn jitter(mut self, jitter: impl Into<JitterConfig>) -> PolicyConfig {
        self.jitter = Some(jitter.into());
        self
    }

    /// Sets the limit on the start of attempts, counted from the start of the first.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> PolicyConfig {
        self.deadline = Some(deadline.as_secs_f64());
        self
    }

    /// Sets the longest wait that the peer may ask for.
    #[must_use]
    pub const fn max_hint(mut self, wait: Duration) -> PolicyConfig {
        self.max_hint = Some(wait.as_secs_f64());
        self
    }

    /// Sets the effect of a wait that the peer asks for.
    #[must_use]
    pub const fn hint(mut self, mode: HintMode) -> PolicyConfig {
        self.hint = Some(mode);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Jitter, Policy};

    #[test]
    fn each_setter_sets_its_field() {
        let seconds = Duration::from_secs_f64;
        let config = PolicyConfig::new()
            .max_attempts(7)
            .initial_delay(seconds(0.25))
            .max_delay(seconds(12.0))
            .exponential_base(1.5)
            .backoff(Backoff::Linear)
            .jitter(Jitter::Equal)
            .deadline(seconds(90.0))
            .max_hint(seconds(30.0))
            .hint(HintMode::Exact);
        let expected = PolicyConfig {
            max_attempts: Some(7),
            unlimited: false,
            initial_delay: Some(0.25),
            max_delay: Some(12.0),
            exponential_base: Some(1.5),
            backoff: Some(Backoff::Linear),
            jitter: Some(JitterConfig::Kind(Jitter::Equal)),
            deadline: Some(90.0),
            max_hint: Some(30.0),
            hint: Some(HintMode::Exact),
        };
        assert_eq!(config, expected);
        assert_eq!(PolicyConfig::from(Policy::try_from(config).unwrap()), expected);
        assert_eq!(PolicyConfig::new(), PolicyConfig::default());
    }

    #[test]
    fn of_two_limits_on_attempts_the_later_counts() {
        let limited = PolicyConfig::new().unlimited().max_attempts(2);
        assert_eq!(Policy::try_from(limited), Ok(Policy::new().max(2)));
        assert_eq!(Policy::try_from(limited.unlimited()), Ok(Policy::new().unlimited()));
    }
}

//! Checks the rules between the values of one policy.
#![expect(clippy::missing_errors_doc, reason = "each first line is the rule; breaking the rule is the error")]

use core::time::Duration;

use super::jitter::Jitter;
use super::nanos::{Nanos, from_duration};
use super::policy::Policy;
use super::rules::{self, Checked, InvalidPolicy, unless};

impl Policy {
    /// Returns the policy if the rules between its values hold: `base ≤ max_delay`, `base < deadline`, and the width of
    /// [`Jitter::UpTo`] below `max_delay`. Of a list, the first delay takes the place of `base` in the second rule.
    ///
    /// # Panics
    /// Panics if a rule does not hold, with a message that names the value. In a `const`, the panic is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn checked(self) -> Policy {
        rules::require(self.validate());
        self
    }

    /// Checks the rules of [`checked`](Policy::checked) without a panic.
    ///
    /// # Errors
    /// Returns the first rule that does not hold.
    pub const fn validate(&self) -> Result<(), InvalidPolicy> {
        all(self)
    }
}

/// Checks that `base` is at most `max_delay`.
pub const fn base_below_ceiling(policy: &Policy) -> Checked {
    unless(!policy.is_listed() && policy.backoff.base > policy.max_delay, InvalidPolicy::BaseAboveMaxDelay)
}

/// Checks that the width of [`Jitter::UpTo`] is below `max_delay`.
pub const fn width_below_ceiling(policy: &Policy) -> Checked {
    match policy.jitter.kind {
        Jitter::UpTo(width) => {
            unless(from_duration(width) >= policy.ceiling(), InvalidPolicy::WidthNotBelowMaxDelay)
        }
        _ => Ok(()),
    }
}

/// Checks that `base`, or the first item of a list, is below `deadline`, so that a retry can start.
pub const fn base_below_deadline(policy: &Policy) -> Checked {
    if policy.is_listed() {
        let is_late = policy.has_deadline() && policy.backoff.raw(1) >= policy.deadline;
        return unless(is_late, InvalidPolicy::DelayNotBelowDeadline);
    }
    unless(
        policy.has_deadline() && policy.backoff.base >= policy.deadline,
        InvalidPolicy::BaseNotBelowDeadline,
    )
}

/// Checks all rules between the values of a policy, up to the first that does not hold.
pub(crate) const fn all(policy: &Policy) -> Checked {
    if let Err(invalid) = base_below_ceiling(policy) {
        return Err(invalid);
    }
    if let Err(invalid) = width_below_ceiling(policy) {
        return Err(invalid);
    }
    base_below_deadline(policy)
}

/// Checks that all delays at their longest, plus `attempt_timeout` for each attempt, end within `within`.
pub const fn within(policy: &Policy, attempt_timeout: Duration, within: Duration) -> Checked {
    let attempts = from_duration(attempt_timeout).saturating_mul(policy.attempt_limit() as Nanos);
    let total = policy.longest_wait().saturating_add(attempts);
    unless(total > from_duration(within), InvalidPolicy::WithinExceeded)
}

/// Requires a rule between the values of a function's policy to hold. `has_preset` is whether the
/// policy starts from a preset; `written` is whether the function sets `base` and `max_delay`.
///
/// # Panics
/// Panics if the rule does not hold. The message names the default of a value that the function does not set.
#[track_caller]
#[expect(clippy::panic, reason = "documented")]
pub const fn require_over(has_preset: bool, written: (bool, bool), checked: Checked) {
    if let Err(invalid) = checked {
        panic!("{}", message_over(invalid, has_preset, written));
    }
}

/// Returns the message for a broken rule, with the origin of the value that the function does not set.
const fn message_over(
    invalid: InvalidPolicy,
    has_preset: bool,
    (has_base, has_max_delay): (bool, bool),
) -> &'static str {
    use InvalidPolicy::{BaseAboveMaxDelay, BaseNotBelowDeadline, WidthNotBelowMaxDelay};
    match (invalid, has_preset) {
        (BaseAboveMaxDelay, false) if !has_max_delay => {
            "`base` is above `max_delay`, which is 60 s unless set; lower `base` or raise `max_delay`"
        }
        (BaseAboveMaxDelay, true) if !has_max_delay => {
            "`base` is above `max_delay` of the preset; lower `base` or raise `max_delay`"
        }
        (BaseAboveMaxDelay, false) if !has_base => {
            "`base`, which is 1 s unless set, is above `max_delay`; lower `base` or raise `max_delay`"
        }
        (BaseAboveMaxDelay, true) if !has_base => {
            "`base` of the preset is above `max_delay`; lower `base` or raise `max_delay`"
        }
        (WidthNotBelowMaxDelay, false) if !has_max_delay => {
            "the width of `up_to` is not below `max_delay`, which is 60 s unless set; lower it or raise `max_delay`"
        }
        (WidthNotBelowMaxDelay, true) if !has_max_delay => {
            "the width of `up_to` is not below `max_delay` of the preset; lower it or raise `max_delay`"
        }
        (BaseNotBelowDeadline, false) if !has_base => {
            "`base`, which is 1 s unless set, is not below `deadline`, so no retry could start; lower `base` or raise \
             `deadline`"
        }
        (BaseNotBelowDeadline, true) if !has_base => {
            "`base` of the preset is not below `deadline`, so no retry could start; lower `base` or raise `deadline`"
        }
        _ => invalid.message(),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::string::{String, ToString};

    use super::*;
    use crate::policy::preset;

    /// Returns the message that `checked` panics with.
    fn panic_message(policy: Policy) -> String {
        let panic = catch_unwind(|| policy.checked()).expect_err("the values contradict each other");
        panic
            .downcast_ref::<String>()
            .map_or_else(|| (*panic.downcast_ref::<&str>().unwrap()).into(), Clone::clone)
    }

    #[test]
    fn no_message_names_a_value_that_the_policy_may_not_have() {
        let policies = [
            (preset::API_CALL.base(Duration::from_secs(11)), "`base` is above `max_delay`; lower"),
            (
                preset::API_CALL.jitter(Jitter::UpTo(Duration::from_secs(10))),
                "not below `max_delay`; lower it",
            ),
            (
                preset::MAINTENANCE.deadline(Duration::from_secs(1)),
                "`base` is not below `deadline`, so no retry",
            ),
        ];
        for (policy, expected) in policies {
            let message = panic_message(policy);
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains(|c: char| c.is_ascii_digit()), "{message}");
            assert_eq!(policy.validate().map_err(InvalidPolicy::message), Err(&*message));
        }
    }

    #[test]
    fn a_message_names_the_origin_of_a_value_that_is_not_set() {
        use InvalidPolicy::{BaseAboveMaxDelay, BaseNotBelowDeadline, WidthNotBelowMaxDelay};
        assert_eq!(Policy::new().max_delay, 60_000_000_000, "the messages name it");
        assert_eq!(Policy::new().backoff.base, 1_000_000_000, "the messages name it");
        let cases = [
            (
                BaseAboveMaxDelay,
                false,
                (true, false),
                "`base` is above `max_delay`, which is 60 s unless set; lower",
            ),
            (
                BaseAboveMaxDelay,
                false,
                (false, true),
                "`base`, which is 1 s unless set, is above `max_delay`; lower",
            ),
            (BaseAboveMaxDelay, false, (true, true), "`base` is above `max_delay`; lower"),
            (BaseAboveMaxDelay, true, (true, false), "`base` is above `max_delay` of the preset; lower"),
            (BaseAboveMaxDelay, true, (false, true), "`base` of the preset is above `max_delay`; lower"),
            (BaseAboveMaxDelay, true, (true, true), "`base` is above `max_delay`; lower"),
            (
                WidthNotBelowMaxDelay,
                false,
                (false, false),
                "not below `max_delay`, which is 60 s unless set; lower it",
            ),
            (WidthNotBelowMaxDelay, true, (false, false), "not below `max_delay` of the preset; lower it"),
            (WidthNotBelowMaxDelay, false, (false, true), "not below `max_delay`; lower it"),
            (WidthNotBelowMaxDelay, true, (false, true), "not below `max_delay`; lower it"),
            (
                BaseNotBelowDeadline,
                false,
                (false, false),
                "`base`, which is 1 s unless set, is not below `deadline`",
            ),
            (BaseNotBelowDeadline, true, (false, false), "`base` of the preset is not below `deadline`"),
            (BaseNotBelowDeadline, false, (true, false), "`base` is not below `deadline`"),
            (BaseNotBelowDeadline, true, (true, false), "`base` is not below `deadline`"),
        ];
        for (invalid, has_preset, written, expected) in cases {
            let message = message_over(invalid, has_preset, written);
            assert!(message.contains(expected), "{invalid:?} {has_preset} {written:?}: {message}");
        }
    }

    #[test]
    fn only_a_broken_rule_panics_with_the_message_of_the_function() {
        require_over(false, (true, true), Ok(()));
        let broken = || require_over(true, (true, false), Err(InvalidPolicy::BaseAboveMaxDelay));
        let panic = catch_unwind(broken).expect_err("the rule is broken");
        let message = panic.downcast_ref::<String>().expect("the message is formatted");
        assert_eq!(*message, message_over(InvalidPolicy::BaseAboveMaxDelay, true, (true, false)));
        assert_eq!(InvalidPolicy::BaseAboveMaxDelay.to_string(), InvalidPolicy::BaseAboveMaxDelay.message());
    }

    #[test]
    fn the_delays_and_the_limits_of_all_attempts_may_last_exactly_as_long_as_within() {
        const SECOND: Duration = Duration::from_secs(1);
        // Delays of 1 s and 2 s between three attempts of 4 s each.
        let policy = Policy::new().max(3).jitter(Jitter::None);
        let sum = Duration::from_secs(1 + 2 + 3 * 4);
        assert_eq!(within(&policy, 4 * SECOND, sum), Ok(()));
        assert_eq!(within(&policy, 4 * SECOND, sum + SECOND), Ok(()));
        let longer = within(&policy, 4 * SECOND, sum.saturating_sub(Duration::from_nanos(1)));
        assert_eq!(longer, Err(InvalidPolicy::WithinExceeded));
    }

    #[test]
    fn a_list_needs_a_deadline_to_be_late() {
        const LIST: &[Duration] = &[Duration::from_secs(5)];
        let listed = Policy::new().list(LIST);
        assert_eq!(base_below_deadline(&listed), Ok(()));
        assert_eq!(base_below_deadline(&listed.deadline(Duration::from_secs(6))), Ok(()));
        let late = base_below_deadline(&listed.deadline(Duration::from_secs(5)));
        assert_eq!(late, Err(InvalidPolicy::DelayNotBelowDeadline));
    }
}

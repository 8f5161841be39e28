//! Defines the reasons to give up.

use core::fmt;

/// The reason why a call ended without success.
///
/// It displays as prose; [`as_str`](GiveUpReason::as_str) is its label, in the field of an event, in metrics and in the table of
/// [`Stats`](crate::Stats).
///
/// ```
/// use retry_core::GiveUpReason;
///
/// assert_eq!(GiveUpReason::BudgetExhausted.to_string(), "the retry budget is exhausted");
/// assert_eq!(GiveUpReason::BudgetExhausted.as_str(), "budget_exhausted");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GiveUpReason {
    /// The last attempt that the policy allows failed.
    MaxAttempts,
    /// The wait would have reached the deadline.
    Deadline,
    /// The error is not retryable.
    NotRetryable,
    /// The retry budget could not pay for another attempt.
    BudgetExhausted,
    /// The circuit breaker refused the call or its next attempt: it stays open for longer than the wait, opened during
    /// the wait, or lets only a trial through.
    CircuitOpen,
    /// The throttle refused the call or its next attempt.
    Throttled,
    /// The peer asked for a longer wait than the policy grants.
    HintTooLong,
    /// The body called [`Call::stop`](crate::Call::stop): no rule may retry this failure.
    Stopped,
    /// `cancel` ended the call.
    Cancelled,
}

impl GiveUpReason {
    /// Returns the label of the reason: the name of the variant in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxAttempts => "max_attempts",
            Self::Deadline => "deadline",
            Self::NotRetryable => "not_retryable",
            Self::BudgetExhausted => "budget_exhausted",
            Self::CircuitOpen => "circuit_open",
            Self::Throttled => "throttled",
            Self::HintTooLong => "hint_too_long",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for GiveUpReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MaxAttempts => "no attempts are left",
            Self::Deadline => "there is no time for another attempt before the deadline",
            Self::NotRetryable => "the error is not retryable",
            Self::BudgetExhausted => "the retry budget is exhausted",
            Self::CircuitOpen => "the circuit breaker refused the call",
            Self::Throttled => "the throttle refused the call",
            Self::HintTooLong => "the server asked for too long a wait",
            Self::Stopped => "the operation stopped the call",
            Self::Cancelled => "the call was cancelled",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::{String, ToString};

    use super::GiveUpReason::{self, *};

    const ALL: [GiveUpReason; 9] = [
        MaxAttempts,
        Deadline,
        NotRetryable,
        BudgetExhausted,
        CircuitOpen,
        Throttled,
        HintTooLong,
        Stopped,
        Cancelled,
    ];

    #[test]
    fn a_label_is_the_variant_in_snake_case() {
        for reason in ALL {
            let mut expected = String::new();
            for c in format!("{reason:?}").chars() {
                if c.is_uppercase() && !expected.is_empty() {
                    expected.push('_');
                }
                expected.push(c.to_ascii_lowercase());
            }
            assert_eq!(reason.as_str(), expected);
        }
    }

    #[test]
    fn a_reason_displays_as_prose() {
        for reason in ALL {
            let prose = reason.to_string();
            assert!(prose.contains(' ') && !prose.contains('_'), "{prose}");
            assert!(prose.starts_with(char::is_lowercase) && !prose.ends_with('.'), "{prose}");
        }
    }
}

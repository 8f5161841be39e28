//! Defines the reasons to give up.

use core::fmt;

/// The reason why a call ended without success. The tracing field and metric labels use the names of the variants.
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
    /// Returns the name of the variant.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxAttempts => "MaxAttempts",
            Self::Deadline => "Deadline",
            Self::NotRetryable => "NotRetryable",
            Self::BudgetExhausted => "BudgetExhausted",
            Self::CircuitOpen => "CircuitOpen",
            Self::Throttled => "Throttled",
            Self::HintTooLong => "HintTooLong",
            Self::Stopped => "Stopped",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl fmt::Display for GiveUpReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! Why a call gave up.

use core::fmt;

/// Why a call ended without success. The same words name the variants, the tracing field and metric labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GiveUpReason {
    /// The last attempt that the policy allows failed.
    MaxAttempts,
    /// The wait would have reached the deadline.
    Deadline,
    /// The error is not one to retry.
    NotRetryable,
    /// The retry budget could not pay for another attempt.
    BudgetExhausted,
    /// The circuit breaker stays open for longer than the wait.
    CircuitOpen,
    /// The peer asked for a longer wait than the policy grants.
    HintTooLong,
}

impl GiveUpReason {
    /// The reason in one word, as its variant is spelt.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxAttempts => "MaxAttempts",
            Self::Deadline => "Deadline",
            Self::NotRetryable => "NotRetryable",
            Self::BudgetExhausted => "BudgetExhausted",
            Self::CircuitOpen => "CircuitOpen",
            Self::HintTooLong => "HintTooLong",
        }
    }
}

impl fmt::Display for GiveUpReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

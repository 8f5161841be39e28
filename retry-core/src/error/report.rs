//! Reports a failed attempt to the loop without the error's type.
//!
//! Without the type, the code after a failure is compiled once, and not once per function.

use core::cell::Cell;
use core::fmt::{self, Display, Formatter};
use core::time::Duration;

use super::shown::end;
use crate::policy::nanos::{Nanos, from_duration};

/// A failed attempt, whatever the type of its error.
pub trait Failure {
    /// Writes the error by `Display`, otherwise by `Debug`, otherwise by the name of its type.
    ///
    /// # Errors
    /// Returns an error if the formatter fails.
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result;

    /// Returns whether the failure is worth another attempt.
    fn is_retryable(&self) -> bool;

    /// Returns the wait that the peer asked for, if any.
    fn hint(&self) -> Option<Duration>;

    /// Returns the delay that replaces the policy's, if the function has its own.
    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        None
    }

    /// Returns whether the breaker or the throttle of this or another function refused the call, so that nothing was sent.
    fn is_refusal(&self) -> bool {
        false
    }

    /// Returns the operation's name with its placeholders filled in, if it has any.
    fn operation(&self) -> Option<&dyn Display> {
        None
    }

    /// Returns the sum of all waits so far in nanoseconds, if `within` limits them.
    fn waited(&self) -> Option<&Cell<u64>> {
        None
    }
}

/// The delay of a function after one failure, which replaces the policy's.
pub trait OwnDelay {
    /// Returns the delay after attempt `attempt`.
    fn after(&self, attempt: u32) -> Duration;
}

/// A failed attempt without its error's type. The facts that every decision needs are read once and in advance, where
/// the type is known.
#[derive(Clone, Copy)]
pub(crate) struct Report<'a> {
    pub(crate) is_retryable: bool,
    /// The limits on the wait, which few failures have.
    pub(crate) limits: Option<WaitLimits<'a>>,
    pub(crate) failure: &'a dyn Failure,
}

/// The optional rules for a wait: the peer's hint, the sum of all waits so far, and the function's own delay.
#[derive(Clone, Copy)]
pub(crate) struct WaitLimits<'a> {
    pub(crate) hint: Option<Nanos>,
    pub(crate) waited: Option<&'a Cell<u64>>,
    pub(crate) own_delay: Option<&'a dyn OwnDelay>,
}

impl<'a> Report<'a> {
    /// Creates the report of a failure, which is passed in twice: as `asked` with its own type, so that its methods are
    /// called directly, and as `failure`, the object to keep, to which not every `F` can be converted here.
    #[inline]
    pub(crate) fn new<F: Failure + ?Sized>(asked: &'a F, failure: &'a dyn Failure) -> Report<'a> {
        let (hint, waited, own_delay) = (asked.hint().map(from_duration), asked.waited(), asked.own_delay());
        let has_limits = hint.is_some() || waited.is_some() || own_delay.is_some();
        let limits = if has_limits { Some(WaitLimits { hint, waited, own_delay }) } else { None };
        Report { is_retryable: asked.is_retryable(), limits, failure }
    }

    pub(crate) fn hint(&self) -> Option<Nanos> {
        self.limits.and_then(|limits| limits.hint)
    }

    pub(crate) fn waited(&self) -> Option<&'a Cell<u64>> {
        self.limits.and_then(|limits| limits.waited)
    }

    /// Returns the delay that replaces the policy's, if the function has its own.
    pub(crate) fn own_delay(&self) -> Option<&'a dyn OwnDelay> {
        self.limits.and_then(|limits| limits.own_delay)
    }
}

/// Displays the error as [`Failure::describe`] does, without its failure.
impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        end(self.failure.describe(f), f)
    }
}

/// The failure of an attempt whose value was refused, without an error.
#[derive(Clone, Copy, Debug)]
pub struct RejectedValue;

impl Failure for RejectedValue {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not accepted yet")
    }

    fn is_retryable(&self) -> bool {
        true
    }

    fn hint(&self) -> Option<Duration> {
        None
    }
}

/// A failure with the values that the function's own arguments override.
#[derive(Clone, Copy)]
pub struct Overridden<'a, F, N> {
    /// The failure, which provides the values that are not overridden.
    pub failure: F,
    /// The classification by the function's rules, or `None` if the failure's own classification decides.
    pub is_retryable: Option<bool>,
    /// The hint that the function reads: `Some(None)` if it reads no hint, `None` if the failure's own hint applies.
    pub hint: Option<Option<Duration>>,
    /// The operation's name with its placeholders filled in.
    pub operation: Option<N>,
    /// The sum of all waits in nanoseconds.
    pub waited: Option<&'a Cell<u64>>,
    /// The delay that replaces the policy's.
    pub own_delay: Option<&'a dyn OwnDelay>,
}

impl<F: Failure, N: Display> Failure for Overridden<'_, F, N> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.failure.describe(f)
    }

    fn is_retryable(&self) -> bool {
        self.is_retryable.unwrap_or_else(|| self.failure.is_retryable())
    }

    fn hint(&self) -> Option<Duration> {
        self.hint.unwrap_or_else(|| self.failure.hint())
    }

    fn is_refusal(&self) -> bool {
        self.failure.is_refusal()
    }

    fn operation(&self) -> Option<&dyn Display> {
        self.operation.as_ref().map(|operation| operation as &dyn Display)
    }

    fn waited(&self) -> Option<&Cell<u64>> {
        self.waited
    }

    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        self.own_delay
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, RejectedValue};

    #[test]
    fn a_failure_is_no_refusal_and_has_no_limits_by_default() {
        let failure = RejectedValue;
        assert!(!failure.is_refusal());
        assert!(failure.waited().is_none() && failure.own_delay().is_none() && failure.operation().is_none());
    }
}

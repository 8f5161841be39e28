//! What the loop learns of a failed attempt, whatever its error's type: one report in which the type is forgotten, so
//! that the code after a failure exists once and not once per function.

use core::cell::Cell;
use core::fmt::{self, Display, Formatter};
use core::time::Duration;

use crate::policy::nanos::{Nanos, from_duration};

/// A failed attempt as the loop sees it.
pub trait Failure {
    /// Writes the error as best it can be: `Display`, else `Debug`, else the name of its type.
    ///
    /// # Errors
    /// If the formatter fails.
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result;

    /// Whether it is worth another attempt.
    fn is_retryable(&self) -> bool;

    /// The wait that the peer asked for.
    fn hint(&self) -> Option<Duration>;

    /// Returns whether a breaker refused the call, this function's or another's: then nothing was sent.
    fn is_refusal(&self) -> bool {
        false
    }

    /// The operation's name with its places filled in, where it has any.
    fn operation(&self) -> Option<&dyn Display> {
        None
    }

    /// All waits so far in nanoseconds, where they are held to `within`.
    fn waited(&self) -> Option<&Cell<u64>> {
        None
    }
}

/// A failed attempt, its error's type forgotten. What every decision needs is asked once and beforehand, where the type
/// is known.
#[derive(Clone, Copy)]
pub(crate) struct Report<'a> {
    pub(crate) is_retryable: bool,
    /// What few failures have.
    pub(crate) limits: Option<WaitLimits<'a>>,
    pub(crate) failure: &'a dyn Failure,
}

/// Something that the wait is held to.
#[derive(Clone, Copy)]
pub(crate) struct WaitLimits<'a> {
    pub(crate) hint: Option<Nanos>,
    pub(crate) waited: Option<&'a Cell<u64>>,
}

impl<'a> Report<'a> {
    /// Of a `failure`, given twice: as whatever its type is, to be asked without a detour, and as the object to be kept,
    /// which not every `F` could be made into here.
    #[inline]
    pub(crate) fn new<F: Failure + ?Sized>(asked: &'a F, failure: &'a dyn Failure) -> Report<'a> {
        let (hint, waited) = (asked.hint().map(from_duration), asked.waited());
        let limits =
            if hint.is_none() && waited.is_none() { None } else { Some(WaitLimits { hint, waited }) };
        Report { is_retryable: asked.is_retryable(), limits, failure }
    }

    pub(crate) fn hint(&self) -> Option<Nanos> {
        self.limits.and_then(|limits| limits.hint)
    }

    pub(crate) fn waited(&self) -> Option<&'a Cell<u64>> {
        self.limits.and_then(|limits| limits.waited)
    }
}

/// The error, written as best it can be.
impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.failure.describe(f)
    }
}

/// A value that was refused, which is no error.
#[derive(Clone, Copy, Debug)]
pub struct Refused;

impl Failure for Refused {
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

/// A failure with what the function's own arguments say of it. Where they say nothing, the failure has its word.
#[derive(Clone, Copy, Debug)]
pub struct Overridden<'a, F, N> {
    /// What was seen.
    pub failure: F,
    /// What the rules of the function come to.
    pub is_retryable: Option<bool>,
    /// What the function reads as the hint, which may be that there is none.
    pub hint: Option<Option<Duration>>,
    /// The operation's name with its places filled in.
    pub operation: Option<N>,
    /// The sum of all waits in nanoseconds.
    pub waited: Option<&'a Cell<u64>>,
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
}

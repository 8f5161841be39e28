//! The decision after an attempt, by the rules of a function: the type of its error, and its own rules.
//!
//! A success at the first attempt is returned at once. Everything else is out of line, and functions with the same type
//! of outcome and the same rules share it.

use core::fmt::Display;

use super::handle::Call;
use super::next;
use super::progress::Progress;
use super::site::Site;
use crate::decision::Outcome;
use crate::error::{Chained, Classifier, Describe, Failure, Known, Report};
use crate::policy::nanos::Nanos;
use crate::runtime::{Clock, Delay};

/// Ends an async call with a success, and emits the event of a success after a failure. An expansion does all of it in
/// one call, since the compiler analyses each call in a future again and again.
#[inline]
pub fn succeeded<O: Outcome>(site: &Site<'_>, progress: &Progress, value: O::Ok) -> O {
    if progress.has_retried() {
        next::recovered_async(site, progress, None);
    }
    O::from_result(Ok(value))
}

/// Ends an async call like [`succeeded`], by the default policy.
#[inline]
pub fn succeeded_by_default<O: Outcome>(label: &'static str, progress: &Progress, value: O::Ok) -> O {
    if progress.has_retried() {
        recovered_by_default(label, progress);
    }
    O::from_result(Ok(value))
}

#[cold]
#[inline(never)]
fn recovered_by_default(label: &'static str, progress: &Progress) {
    // The site is written to memory, which most calls do without.
    if next::has_receiver() {
        next::recovered(&Site::with_default(label), progress, None, Clock::Async);
    }
}

/// Decides about a failure. The error is dropped before the wait, or it is the error of the call.
///
/// # Errors
/// Returns the outcome of the call if it gives up.
#[cold]
#[inline(never)]
pub(super) fn failed<O: Outcome, A: AfterAttempt<O::Error>>(
    clock: Clock,
    site: &Site<'_>,
    progress: &mut Progress,
    after: A,
    error: O::Error,
) -> Result<Delay, O> {
    failed_at(clock, site, progress, after, error)
}

/// Decides about a failure in the function that calls it. A call less is 20 instructions less for each failure.
#[inline]
fn failed_at<O: Outcome, A: AfterAttempt<O::Error>>(
    clock: Clock,
    site: &Site<'_>,
    progress: &mut Progress,
    mut after: A,
    error: O::Error,
) -> Result<Delay, O> {
    match after.decide(Some(&error), Decider::new(site, progress, clock)) {
        NextWait(Some(wait)) => Ok(Delay(wait)),
        NextWait(None) => Err(O::from_result(Err(error))),
    }
}

/// Decides about a failure like `failed`, by the default policy. The site is made here: an annotated function then
/// contains no item for it.
///
/// # Errors
/// Returns the outcome of the call if it gives up.
#[cold]
#[inline(never)]
pub(super) fn failed_by_default<O: Outcome, A: AfterAttempt<O::Error>>(
    label: &'static str,
    progress: &mut Progress,
    after: A,
    error: O::Error,
) -> Result<Delay, O> {
    failed_at(Clock::Async, &Site::with_default(label), progress, after, error)
}

/// The rules of a function for the end of an attempt.
pub(crate) trait AfterAttempt<E: ?Sized> {
    /// Decides about a failure, or reports the success that ends the call.
    fn decide(&mut self, error: Option<&E>, decider: Decider<'_>) -> NextWait;
}

/// A function without rules: the error's type decides.
impl<E, D, O, C> AfterAttempt<E> for Known<D, O, C>
where
    E: ?Sized,
    D: Describe<E> + Default,
    O: Classifier<E> + Default,
    C: Chained<E> + Default,
{
    fn decide(&mut self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        match error {
            Some(error) => decider.after_failure(&self.see(error)),
            None => decider.after_recovery(None),
        }
    }
}

/// A function with rules of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<F>(F);

impl<F> Rules<F> {
    pub(super) fn new(rules: F) -> Rules<F> {
        Rules(rules)
    }
}

/// Decides about a failure like `failed`, by rules of the function's own.
///
/// # Errors
/// Returns the outcome of the call if it gives up.
#[cold]
pub fn failed_by_rules<E, O: Outcome<Error = E>>(
    clock: Clock,
    site: &Site<'_>,
    progress: &mut Progress,
    rules: impl FnMut(Option<&E>, Decider<'_>) -> NextWait,
    error: E,
) -> Result<Delay, O> {
    failed(clock, site, progress, Rules(rules), error)
}

/// Decides about a failure like `failed_by_rules`, for a call with a handle.
///
/// # Errors
/// Returns the outcome of the call if it gives up.
#[cold]
pub fn failed_with_call<E, O: Outcome<Error = E>>(
    clock: Clock,
    site: &Site<'_>,
    call: &Call,
    rules: impl FnMut(Option<&E>, Decider<'_>) -> NextWait,
    error: E,
) -> Result<Delay, O> {
    // The handle keeps the progress.
    failed(clock, site, &mut call.progress(), RulesWithCall::new(rules, call), error)
}

/// The rules of a function with a handle, which keeps the progress of the call.
pub(super) struct RulesWithCall<'c, F> {
    rules: F,
    call: &'c Call,
}

impl<'c, F> RulesWithCall<'c, F> {
    pub(super) fn new(rules: F, call: &'c Call) -> RulesWithCall<'c, F> {
        RulesWithCall { rules, call }
    }
}

impl<E, F: FnMut(Option<&E>, Decider<'_>) -> NextWait> AfterAttempt<E> for RulesWithCall<'_, F> {
    fn decide(&mut self, error: Option<&E>, Decider { site, clock, .. }: Decider<'_>) -> NextWait {
        let progress = &mut self.call.progress();
        (self.rules)(error, Decider { site, progress, clock, call: Some(self.call) })
    }
}

impl<E, F: FnMut(Option<&E>, Decider<'_>) -> NextWait> AfterAttempt<E> for Rules<F> {
    fn decide(&mut self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        (self.0)(error, decider)
    }
}

impl<E, R: AfterAttempt<E> + ?Sized> AfterAttempt<E> for &mut R {
    fn decide(&mut self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        R::decide(self, error, decider)
    }
}

/// Decides about one attempt of a call.
#[derive(Debug)]
pub struct Decider<'a> {
    site: &'a Site<'a>,
    progress: &'a mut Progress,
    clock: Clock,
    /// The handle of the call, which keeps its progress.
    call: Option<&'a Call>,
}

impl<'a> Decider<'a> {
    #[inline]
    pub(super) fn new(site: &'a Site<'a>, progress: &'a mut Progress, clock: Clock) -> Decider<'a> {
        Decider { site, progress, clock, call: None }
    }

    /// Returns the decision after a failure.
    #[inline]
    #[must_use]
    pub fn after_failure<F: Failure>(self, failure: &F) -> NextWait {
        let report = Report::new(failure, failure);
        NextWait(match self.call {
            None => next::next(self.site, self.progress, &report, self.clock),
            call => next::next_in_full(self.site, self.progress, &report, self.clock, call),
        })
    }

    /// Emits the event of a success after a failure. `operation` is the name with its placeholders filled in.
    #[inline]
    #[must_use]
    pub fn after_recovery(self, operation: Option<&dyn Display>) -> NextWait {
        match self.call {
            None => next::recovered(self.site, self.progress, operation, self.clock),
            Some(call) => {
                next::recovered_controlled(self.clock, self.site, self.progress, Some(call), operation);
            }
        }
        NextWait(None)
    }
}

/// The delay before the next attempt; without a delay the call ends.
#[derive(Clone, Copy, Debug)]
pub struct NextWait(pub(super) Option<Nanos>);

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(feature = "tracing")]
    fn a_success_after_a_failure_is_logged_by_the_default_policy_too() {
        use super::*;
        use crate::observe::listener::Listener;

        let (listener, _listening) = Listener::listen();
        let succeed = |progress: &Progress| succeeded_by_default::<Option<u32>>("get", progress, 7);
        let mut progress = Progress::untimed();
        assert_eq!(succeed(&progress), Some(7));
        assert!(listener.lines().is_empty());
        progress.advance(1);
        assert_eq!(succeed(&progress), Some(7));
        let lines = listener.lines();
        assert!(
            lines[0].starts_with("INFO message=succeeded after a retry operation=get attempt=2"),
            "{lines:?}"
        );
    }
}

//! The budget, the breaker and the throttle of a call, which it shares with other calls.
//!
//! The policy decides first, because its decision affects no other call. A retry is then checked against the
//! breaker, against the throttle and at last against the budget, which alone spends tokens.

use std::boxed::Box;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::next::{Controls, Emit, plan};
use super::planned::{GivenUp, Planned};
use super::progress::Progress;
use super::refusal::Refusal;
use super::site::Site;
use crate::breaker::{Attempt, Running};
use crate::breaker::{CircuitBreaker, CircuitState, Permit};
use crate::budget::{FailureKind, RetryBudget};
use crate::decision::{Decision, FailedAttempt, GiveUpReason};
use crate::error::Failure;
use crate::hedge::Hedge;
use crate::runtime::Clock;
use crate::throttle::{Pass, Throttle};

/// A lender of a value for `budget`, `breaker`, `throttle` and `hedge`: the value itself, a pointer that lends it, or an
/// `Option` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `{T}`",
    label = "expected a `{T}`",
    note = "write the name of a `static`, a field, or what returns a reference, an `Arc` or an `Option` of them"
)]
pub trait Lend<T> {
    /// Returns the value, if there is one.
    fn lend(&self) -> Option<&T>;
}

macro_rules! lend {
    (itself: $($own:ty)*; through: $($lender:ty)*;) => {
        $(impl Lend<$own> for $own {
            fn lend(&self) -> Option<&$own> {
                Some(self)
            }
        })*
        $(impl<T, L: Lend<T> + ?Sized> Lend<T> for $lender {
            fn lend(&self) -> Option<&T> {
                (**self).lend()
            }
        })*
    };
}

lend! {
    itself: CircuitBreaker RetryBudget Throttle Hedge;
    through: &L &mut L Box<L> Rc<L> Arc<L>;
}

impl<T, L: Lend<T>, F: FnOnce() -> L> Lend<T> for LazyLock<L, F> {
    fn lend(&self) -> Option<&T> {
        (**self).lend()
    }
}

impl<T, L: Lend<T>> Lend<T> for Option<L> {
    fn lend(&self) -> Option<&T> {
        self.as_ref().and_then(L::lend)
    }
}

/// Returns the breaker that an argument lends.
#[inline]
pub fn lend_breaker<L: Lend<CircuitBreaker> + ?Sized>(lender: &L) -> Option<&CircuitBreaker> {
    lender.lend()
}

/// Returns the budget that an argument lends.
#[inline]
pub fn lend_budget<L: Lend<RetryBudget> + ?Sized>(lender: &L) -> Option<&RetryBudget> {
    lender.lend()
}

/// Returns the throttle that an argument lends.
#[inline]
pub fn lend_throttle<L: Lend<Throttle> + ?Sized>(lender: &L) -> Option<&Throttle> {
    lender.lend()
}

/// The use that a call makes of its budget, its breaker and its throttle. If it is dropped at any point of the call, it
/// releases the permit and the pass of the attempt that ran.
#[derive(Debug)]
pub struct Shared<'a> {
    budget: Option<&'a RetryBudget>,
    pub(super) breaker: Option<&'a CircuitBreaker>,
    throttle: Option<&'a Throttle>,
    /// The permit of the attempt that runs.
    pub(super) permit: Option<Permit<'a>>,
    /// The pass of the attempt that runs or, during a wait, of the next attempt.
    pub(super) pass: Option<Pass<'a>>,
    /// The kind of failure for which the retry that runs withdrew tokens.
    pub(super) paid: Option<FailureKind>,
}

/// The outcome of an attempt that does not end the call with success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The attempt returned a value that `retry_ok` refuses, so the server has answered.
    Value,
    /// The attempt returned an error.
    Error,
    /// The attempt exceeded its `attempt_timeout`.
    Timeout,
    /// The server failed, but the request must not be sent again. It is a failure of the server that is not retried.
    #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
    Unrepeatable,
}

impl Ended {
    /// Returns the outcome of an attempt that failed or timed out.
    #[inline]
    #[must_use]
    pub fn error(timed_out: bool) -> Ended {
        if timed_out { Ended::Timeout } else { Ended::Error }
    }
}

impl<'a> Shared<'a> {
    /// Creates the use of a call that is yet to be [admitted](Shared::admit).
    #[inline]
    #[must_use]
    pub fn new(
        budget: Option<&'a RetryBudget>,
        breaker: Option<&'a CircuitBreaker>,
        throttle: Option<&'a Throttle>,
    ) -> Shared<'a> {
        Shared { budget, breaker, throttle, permit: None, pass: None, paid: None }
    }

    /// Admits the first attempt of a call, which deposits tokens into the budget unless that earns on success. Returns the
    /// refusal by the breaker or the throttle. A refused call sends nothing to the server, so it deposits nothing. A call
    /// that the breaker refuses does not count for the throttle either.
    ///
    /// A trial and the calls inside it get their passes without a draw: the throttle would refuse most of them, and the
    /// circuit would stay open.
    #[expect(clippy::inline_always, reason = "a function has the code of its own arguments alone")]
    #[inline(always)]
    pub fn admit(&mut self) -> Option<Refusal> {
        if let Some(breaker) = self.breaker {
            match breaker.acquire() {
                Ok(permit) => self.permit = Some(permit),
                Err(open) => return Some(Refusal::Open(open)),
            }
        }
        if let Some(throttle) = self.throttle {
            let belongs_to_trial = self.permit.as_ref().is_some_and(Permit::belongs_to_trial);
            match if belongs_to_trial { Ok(throttle.admit()) } else { throttle.acquire() } {
                Ok(pass) => self.pass = Some(pass),
                Err(throttled) => {
                    self.permit = None;
                    return Some(Refusal::Throttled(throttled));
                }
            }
        }
        if let Some(budget) = self.budget {
            budget.call_started();
        }
        None
    }

    /// Marks this thread as running a trial of the breaker, until the value is dropped. Returns `None` if the
    /// attempt is not a trial.
    #[inline]
    #[must_use]
    pub fn enter_trial(&self) -> Option<Running> {
        self.permit.as_ref().and_then(Permit::run)
    }

    /// Wraps an async attempt, which marks the thread while it is polled if it is a trial.
    #[inline]
    #[must_use]
    pub fn attempt<F>(&self, attempt: F) -> Attempt<'_, 'a, F> {
        Attempt::new(self.permit.as_ref(), attempt)
    }

    /// Reports the outcome of the attempt to the breaker by the function's own rule. A failure of an attempt that is none
    /// of the server is ignored.
    #[inline]
    pub fn judge(&mut self, is_failure: bool, has_error: bool) {
        match self.permit.take() {
            Some(permit) if is_failure => permit.failure(),
            Some(permit) if has_error => permit.ignore(),
            Some(permit) => permit.success(),
            None => {}
        }
    }

    /// Reports that the attempt has succeeded, which ends the call.
    #[expect(
        clippy::inline_always,
        reason = "a function without a breaker and a throttle has none of its code: 74 instructions and not 108"
    )]
    #[inline(always)]
    pub fn succeeded(&mut self) {
        if let Some(pass) = self.pass.take() {
            pass.accepted();
        }
        if let Some(permit) = self.permit.take() {
            permit.success();
        }
        if let Some(budget) = self.budget {
            budget.call_succeeded(self.paid);
        }
    }

    /// Returns whether a copy may start beside the attempt. A copy adds load, so there is none while the breaker is open or
    /// lets trials through, or while the throttle refuses calls.
    pub(crate) fn allow_copy(&self) -> bool {
        let is_open = self
            .breaker
            .is_some_and(|breaker| !matches!(breaker.state(), CircuitState::Closed | CircuitState::Disabled));
        !is_open && self.throttle.is_none_or(|throttle| throttle.refusal_probability() <= 0.0)
    }

    /// Acquires the permit for the next attempt, after the wait.
    ///
    /// # Errors
    /// If the breaker has opened during the wait.
    #[cold]
    #[inline(never)]
    pub fn reacquire(&mut self, planned: &Planned) -> Result<(), GivenUp> {
        self.permit = self.breaker.map(CircuitBreaker::acquire).transpose().map_err(|_| planned.refused())?;
        Ok(())
    }

    /// Vetoes a retry if the breaker, the throttle or the budget does not allow it, and returns the decision.
    fn veto(
        &mut self,
        decision: Decision,
        failed: FailedAttempt,
        failure: &dyn Failure,
        ended: Ended,
    ) -> Decision {
        self.settle(failed.is_retryable, failure, ended);
        let Decision::Retry { wait, .. } = decision else { return decision };
        if self.breaker.is_some_and(|breaker| breaker.refuses_retry(wait)) {
            return Decision::GiveUp(GiveUpReason::CircuitOpen);
        }
        if let Some(throttle) = self.throttle {
            let Some(pass) = self.pass_for_retry(throttle) else {
                return Decision::GiveUp(GiveUpReason::Throttled);
            };
            self.pass = Some(pass);
        }
        let kind = match ended {
            Ended::Timeout => FailureKind::Timeout,
            _ if failed.hint.is_some() => FailureKind::Throttled,
            _ => FailureKind::Error,
        };
        if self.budget.is_some_and(|budget| !budget.try_withdraw_for(kind)) {
            return Decision::GiveUp(GiveUpReason::BudgetExhausted);
        }
        self.paid = Some(kind);
        decision
    }

    /// Returns the pass for a retry, unless the throttle refuses it. While the circuit is not closed, the next attempt
    /// is a trial or is refused by the breaker, so nothing is drawn.
    fn pass_for_retry(&self, throttle: &'a Throttle) -> Option<Pass<'a>> {
        let is_open = |breaker: &CircuitBreaker| {
            !matches!(breaker.state(), CircuitState::Closed | CircuitState::Disabled)
        };
        if self.breaker.is_some_and(is_open) {
            return Some(throttle.admit());
        }
        throttle.acquire().ok()
    }

    /// Reports the outcome of the attempt to the breaker and to the throttle. A timeout is a failure of the server,
    /// whether or not it is retried. A refusal by this breaker or throttle or another is no outcome, because nothing was
    /// sent.
    fn settle(&mut self, is_retryable: bool, failure: &dyn Failure, ended: Ended) {
        if let Some(pass) = self.pass.take() {
            match ended {
                Ended::Timeout => pass.rejected(),
                #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
                Ended::Unrepeatable => pass.rejected(),
                Ended::Error if failure.is_refusal() => {}
                Ended::Error if is_retryable => pass.rejected(),
                Ended::Value | Ended::Error => pass.accepted(),
            }
        }
        let (Some(breaker), Some(permit)) = (self.breaker, self.permit.take()) else { return };
        match ended {
            Ended::Value => permit.success(),
            Ended::Timeout => permit.failure(),
            #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
            Ended::Unrepeatable => permit.failure(),
            Ended::Error if failure.is_refusal() => permit.ignore(),
            Ended::Error if is_retryable || breaker.counts_permanent_errors() => permit.failure(),
            Ended::Error => permit.ignore(),
        }
    }
}

/// Asks the rule of `breaker_failure` about the outcome of an attempt, reports the answer to the breaker, and returns the
/// result. The refusal of a breaker or a throttle is no outcome, because nothing was sent: the rule does not receive it.
#[inline]
#[expect(clippy::missing_errors_doc, reason = "the result is that of the attempt")]
pub fn judge_by<T, E>(
    shared: &mut Shared<'_>,
    result: Result<T, E>,
    is_refusal: impl FnOnce(&E) -> bool,
    is_failure: impl FnOnce(Result<&T, &E>) -> bool,
) -> Result<T, E> {
    if shared.permit.is_some() && !result.as_ref().is_err_and(is_refusal) {
        let is_failure = is_failure(result.as_ref());
        shared.judge(is_failure, result.is_err());
    }
    result
}

/// Plans like [`plan_blocking`](crate::call::next::plan_blocking), for a function that shares state with other calls.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_blocking_shared(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
    shared: &mut Shared<'_>,
    ended: Ended,
) -> Result<Planned, GivenUp> {
    let mut veto = |decision, failed: FailedAttempt| shared.veto(decision, failed, failure, ended);
    plan(site, progress, failure, Clock::Blocking, emit, Controls::NONE, Some(&mut veto))
}

/// Plans like [`plan_async`](crate::call::next::plan_async), for a function that shares state with other
/// calls.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_async_shared(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
    shared: &mut Shared<'_>,
    ended: Ended,
) -> Result<Planned, GivenUp> {
    let mut veto = |decision, failed: FailedAttempt| shared.veto(decision, failed, failure, ended);
    plan(site, progress, failure, Clock::Async, emit, Controls::NONE, Some(&mut veto))
}

/// Plans like [`plan_blocking_shared`] or [`plan_async_shared`], for a call that is controlled while it runs.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "each is a fact of its own, and only expansions call it")]
pub fn plan_controlled_shared(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
    clock: Clock,
    controls: Controls<'_>,
    shared: &mut Shared<'_>,
    ended: Ended,
) -> Result<Planned, GivenUp> {
    let mut veto = |decision, failed: FailedAttempt| shared.veto(decision, failed, failure, ended);
    plan(site, progress, failure, clock, emit, controls, Some(&mut veto))
}

/// Returns the error of an attempt for which every value would have ended the call.
#[inline]
#[expect(clippy::unreachable, reason = "only expansions call it, after an error")]
pub fn only_error<T, E>(result: Result<T, E>) -> E {
    match result {
        Err(error) => error,
        Ok(_) => unreachable!("a value ends the call"),
    }
}

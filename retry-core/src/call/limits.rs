//! What a call shares with others, in the loop: its budget and its breaker.
//!
//! The decision comes first, since it costs nobody anything. What it lets pass is held to the breaker and then to the
//! budget, whose answer is the only one that spends something.

use std::boxed::Box;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::next::{Emit, plan};
use super::planned::{GivenUp, Planned};
use super::progress::Progress;
use super::site::Site;
use crate::breaker::{Attempt, Running};
use crate::breaker::{CircuitBreaker, Permit};
use crate::budget::{FailureKind, RetryBudget};
use crate::decision::{Decision, FailedAttempt, GiveUpReason, Outcome};
use crate::error::{CircuitOpen, Failure, FromCircuitOpen};
use crate::policy::nanos::from_duration;
use crate::runtime::Clock;

/// What `budget` and `breaker` take: the value itself, whatever lends it, or an `Option` of that.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `{T}`",
    label = "expected a `{T}`",
    note = "write the name of a `static`, a field, or what returns a reference, an `Arc` or an `Option` of them"
)]
pub trait Lend<T> {
    /// The value, if there is one.
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
    itself: CircuitBreaker RetryBudget;
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

/// The breaker that an argument lends.
#[inline]
pub fn lend_breaker<L: Lend<CircuitBreaker> + ?Sized>(lender: &L) -> Option<&CircuitBreaker> {
    lender.lend()
}

/// The budget that an argument lends.
#[inline]
pub fn lend_budget<L: Lend<RetryBudget> + ?Sized>(lender: &L) -> Option<&RetryBudget> {
    lender.lend()
}

/// A call's part in its budget and its breaker. Dropped with the call, at whatever point of it, it gives back the
/// permit of the attempt that ran.
#[derive(Debug)]
pub struct Shared<'a> {
    budget: Option<&'a RetryBudget>,
    breaker: Option<&'a CircuitBreaker>,
    /// That of the attempt that runs.
    permit: Option<Permit<'a>>,
    /// What the retry that runs was paid for.
    paid: Option<FailureKind>,
}

/// How an attempt ended that was not the last of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a value that `retry_ok` refuses: the server has answered.
    Value,
    /// With an error of its own.
    Error,
    /// It ran into its `attempt_timeout`.
    Timeout,
}

impl Ended {
    /// An end with an error.
    #[inline]
    #[must_use]
    pub fn error(timed_out: bool) -> Ended {
        if timed_out { Ended::Timeout } else { Ended::Error }
    }
}

impl<'a> Shared<'a> {
    /// A call without a breaker pays in.
    #[inline]
    #[must_use]
    pub fn with_budget(budget: Option<&'a RetryBudget>) -> Shared<'a> {
        if let Some(budget) = budget {
            budget.deposit();
        }
        Shared { budget, breaker: None, permit: None, paid: None }
    }

    /// A call behind a breaker, which may refuse it. One that is refused asks nothing of the server, and pays nothing in.
    #[inline]
    #[must_use]
    pub fn acquire(
        breaker: Option<&'a CircuitBreaker>,
        budget: Option<&'a RetryBudget>,
    ) -> (Shared<'a>, Option<CircuitOpen>) {
        match breaker.map(CircuitBreaker::acquire).transpose() {
            Ok(permit) => (Shared { breaker, permit, ..Shared::with_budget(budget) }, None),
            Err(open) => (Shared { budget, breaker, permit: None, paid: None }, Some(open)),
        }
    }

    /// Notes on this thread that the attempt is a trial of the breaker, if it is one, until the value is dropped.
    #[inline]
    #[must_use]
    pub fn run(&self) -> Option<Running> {
        self.permit.as_ref().and_then(Permit::run)
    }

    /// An async attempt, which notes itself while it is polled.
    #[inline]
    #[must_use]
    pub fn attempt<F>(&self, attempt: F) -> Attempt<'_, 'a, F> {
        Attempt::new(self.permit.as_ref(), attempt)
    }

    /// The attempt has succeeded, which ends the call.
    #[inline]
    pub fn succeeded(&mut self) {
        if let Some(permit) = self.permit.take() {
            permit.success();
        }
        if let (Some(budget), Some(kind)) = (self.budget, self.paid) {
            budget.refund(kind);
        }
    }

    /// Lets the next attempt start, after the wait for it.
    ///
    /// # Errors
    /// If the breaker has opened meanwhile.
    #[cold]
    #[inline(never)]
    pub fn reacquire(&mut self, planned: &Planned) -> Result<(), GivenUp> {
        self.permit = self.breaker.map(CircuitBreaker::acquire).transpose().map_err(|_| planned.refused())?;
        Ok(())
    }

    /// What is left of a decision.
    fn veto(
        &mut self,
        decision: Decision,
        failed: FailedAttempt,
        failure: &dyn Failure,
        ended: Ended,
    ) -> Decision {
        self.settle(failed.is_retryable, failure, ended);
        let Decision::Retry { wait, .. } = decision else { return decision };
        // A trial is one call to a server in trouble: what fails inside it is not tried again.
        if self.breaker.is_some_and(CircuitBreaker::is_on_trial_here) {
            return Decision::GiveUp(GiveUpReason::CircuitOpen);
        }
        if self.breaker.is_some_and(|breaker| from_duration(breaker.retry_in()) > wait) {
            return Decision::GiveUp(GiveUpReason::CircuitOpen);
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

    /// Hands the outcome of the attempt to the breaker. A timeout is a failure of the server, whether or not it is
    /// retried. A refusal by a breaker, this one or another, is no outcome: nothing was sent.
    fn settle(&mut self, is_retryable: bool, failure: &dyn Failure, ended: Ended) {
        let (Some(breaker), Some(permit)) = (self.breaker, self.permit.take()) else { return };
        match ended {
            Ended::Value => permit.success(),
            Ended::Timeout => permit.failure(),
            Ended::Error if failure.is_refusal() => permit.ignore(),
            Ended::Error if is_retryable || breaker.counts_permanent_errors() => permit.failure(),
            Ended::Error => permit.ignore(),
        }
    }
}

/// [`plan_blocking`](crate::call::next::plan_blocking) for a function with a budget or a breaker.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_blocking_shared(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
    shared: &mut Shared<'_>,
    ended: Ended,
) -> Result<Planned, GivenUp> {
    let mut veto = |decision, failed: FailedAttempt| shared.veto(decision, failed, failure, ended);
    plan(site, progress, failure, Clock::Blocking, emit, Some(&mut veto))
}

/// [`plan_async`](crate::call::next::plan_async) for a function with a budget or a breaker.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_async_shared(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
    shared: &mut Shared<'_>,
    ended: Ended,
) -> Result<Planned, GivenUp> {
    let mut veto = |decision, failed: FailedAttempt| shared.veto(decision, failed, failure, ended);
    plan(site, progress, failure, Clock::Async, emit, Some(&mut veto))
}

/// What a function returns that its breaker refused before the first attempt.
#[must_use]
pub fn refused<O: Outcome<Error: FromCircuitOpen>>(open: CircuitOpen) -> O {
    O::from_result(Err(FromCircuitOpen::from_circuit_open(open)))
}

/// The error of an attempt whose every value would have ended the call.
#[inline]
pub fn only_error<T, E>(result: Result<T, E>) -> E {
    match result {
        Err(error) => error,
        Ok(_) => unreachable!("a value ends the call"),
    }
}

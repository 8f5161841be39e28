//! What happens between two attempts of a closure's call, the same for blocking and async calls.

use core::marker::PhantomData;
use core::ops::ControlFlow::{self, Break, Continue};
use core::panic::Location;
use core::time::Duration;

use super::super::event::{AnyValue, NoValue, Step};
use super::super::handle::Call;
use super::super::name::Name;
use super::super::next::{self, Controls, Emit};
use super::super::planned::{GivenUp, Planned};
use super::super::progress::Progress;
use super::super::refusal::Refusal;
use super::super::site::Site;
use super::super::step::{AfterAttempt, Decider, NextWait};
use super::ending::Ending;
use super::failure::{ClosureFailure, Hinted};
use super::rule::{Needs, Rule};
use super::sharing::{Attempted, Kind, Sharing};
use crate::decision::{Selection, classify};
use crate::error::Failure;
use crate::error::chain::is_circuit_open;
use crate::observe::LogRules;
use crate::policy::Policy;
use crate::policy::nanos::Nanos;
use crate::runtime::Clock;

/// The policy, the name and the rules of a call, as the decisions between its attempts see them.
pub struct Course<'a, T, E, R> {
    policy: &'a Policy,
    place: &'static Location<'static>,
    rules: &'a R,
    clock: Clock,
    result: PhantomData<fn() -> Result<T, E>>,
}

/// A wait between two attempts.
pub(super) struct Pause<T, E> {
    pub(super) wait: Nanos,
    /// The plan, if the call asked for one.
    pub(super) planned: Option<Planned>,
    /// The result of the attempt.
    pub(super) result: Result<T, E>,
}

/// What is known of an attempt besides its result.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempt<'c> {
    /// The handle of the call.
    pub(super) call: Option<&'c Call>,
    /// Whether `cancel` has ended the call.
    pub(super) is_cancelled: bool,
    /// Whether the call has a `cancel`.
    pub(super) may_be_cancelled: bool,
    /// Whether the attempt exceeded its limit.
    pub(super) timed_out: bool,
    /// The longest wait that one of several tries asked for.
    pub(super) hint: Option<Duration>,
}

impl<'c> Attempt<'c> {
    #[inline]
    pub(super) fn of_async(call: Option<&'c Call>, may_be_cancelled: bool, timed_out: bool) -> Attempt<'c> {
        Attempt { call, is_cancelled: false, may_be_cancelled, timed_out, hint: None }
    }
}

impl<'a, T, E, R: Rule<T, E>> Course<'a, T, E, R> {
    #[inline]
    pub(super) fn new(
        policy: &'a Policy,
        place: &'static Location<'static>,
        rules: &'a R,
        clock: Clock,
    ) -> Course<'a, T, E, R> {
        Course { policy, place, rules, clock, result: PhantomData }
    }

    #[inline]
    pub(super) fn policy(&self) -> &'a Policy {
        self.policy
    }

    #[inline]
    pub(super) fn rules(&self) -> &'a R {
        self.rules
    }

    /// Starts the call.
    #[inline]
    pub(super) fn start<S: Sharing<E>, K: Ending<T, E>>(
        &self,
        shared: &mut S,
    ) -> ControlFlow<K::Output, Progress> {
        if let Err((refusal, error)) = shared.start(self.clock) {
            return Break(self.refused::<K>(&refusal, error));
        }
        if self.rules.needs().or(K::NEEDS).has(Needs::CLOCK) {
            return Continue(match self.clock {
                Clock::Blocking => Progress::blocking_timed(),
                Clock::Async => Progress::asynchronous_timed(),
            });
        }
        // The name is not needed to start.
        let site = Site::new("", self.policy);
        Continue(match self.clock {
            Clock::Blocking => Progress::blocking(&site),
            Clock::Async => Progress::asynchronous(&site),
        })
    }

    /// Ends a call that was refused before the first attempt.
    #[cold]
    #[inline(never)]
    fn refused<K: Ending<T, E>>(&self, refusal: &Refusal, error: E) -> K::Output {
        let name = self.name();
        let given_up = GivenUp::refused(&self.site(&name), Some(&name), refusal);
        self.fill_end(Some(&given_up));
        let result = Err(error);
        self.rules.on_give_up(&given_up.event(AnyValue, &result));
        given_up.emit();
        match result.or_else(|error| self.rules.fallback(error)) {
            Ok(value) => K::succeeded(value),
            Err(error) if self.rules.needs().has(Needs::FALLBACK) => K::failed(Some(&given_up), error),
            Err(error) => K::refused(&given_up, error),
        }
    }

    /// Returns whether the value of an attempt ends the call.
    #[inline]
    pub(super) fn accepts(&self, value: &T, call: Option<&Call>) -> bool {
        !(self.rules.needs().has(Needs::VALUES) && self.rules.refuses(value))
            || call.is_some_and(Call::is_stopped)
    }

    /// Ends the call with a success.
    #[inline]
    fn succeeded<S: Sharing<E>, K: Ending<T, E>>(
        &self,
        shared: &mut S,
        progress: &Progress,
        call: Option<&Call>,
        value: T,
    ) -> K::Output {
        shared.succeeded();
        self.fill_success();
        if progress.has_retried() {
            self.recovered(*progress, call);
        }
        K::succeeded(value)
    }

    #[cold]
    #[inline(never)]
    fn recovered(&self, mut progress: Progress, call: Option<&Call>) {
        let name = self.name();
        let site = self.site(&name);
        if call.is_none() && !self.rules.needs().has(Needs::SUCCESS) {
            return next::recovered(&site, &progress, Some(&name), self.clock);
        }
        let recovered = next::recovered_controlled(self.clock, &site, &mut progress, call, Some(&name));
        self.rules.on_success(&recovered.event(NoValue, &Ok::<(), ()>(())));
    }

    /// Ends the call after an attempt, or returns the wait before the next one. `is_cancelled` is asked after a failure.
    #[inline]
    pub(super) fn after<S: Sharing<E>, K: Ending<T, E>>(
        &self,
        shared: &mut S,
        progress: &mut Progress,
        result: Result<T, E>,
        attempt: Attempt<'_>,
        is_cancelled: impl FnOnce() -> bool,
    ) -> ControlFlow<K::Output, Pause<T, E>> {
        match shared.judged(self.rules, result) {
            Ok(value) if self.accepts(&value, attempt.call) => {
                Break(self.succeeded::<S, K>(shared, progress, attempt.call, value))
            }
            result => self.failed::<S, K>(
                shared,
                progress,
                result,
                Attempt { is_cancelled: is_cancelled(), ..attempt },
            ),
        }
    }

    /// Ends the call after a failed attempt, or returns the wait before the next one.
    #[inline]
    pub(super) fn failed<S: Sharing<E>, K: Ending<T, E>>(
        &self,
        shared: &mut S,
        progress: &mut Progress,
        result: Result<T, E>,
        attempt: Attempt<'_>,
    ) -> ControlFlow<K::Output, Pause<T, E>> {
        if self.has_plan::<S, K>(shared, attempt) {
            return match self.plan::<S, K>(shared, progress, &result, attempt) {
                Ok(planned) => Continue(Pause { wait: planned.wait().0, planned: Some(planned), result }),
                Err(given_up) => Break(self.give_up::<K>(Some(&given_up), result)),
            };
        }
        match self.next(progress, &result, attempt.timed_out) {
            Some(wait) => Continue(Pause { wait, planned: None, result }),
            None => Break(self.give_up::<K>(None, result)),
        }
    }

    /// Returns whether the call carries out a plan. Any other call takes the short way, like a function without hooks.
    #[inline]
    fn has_plan<S: Sharing<E>, K: Ending<T, E>>(&self, shared: &S, attempt: Attempt<'_>) -> bool {
        self.rules.needs().or(K::NEEDS).has(Needs::PLAN)
            || shared.is_shared()
            || attempt.call.is_some()
            || attempt.may_be_cancelled
            || attempt.hint.is_some()
    }

    /// Returns the wait after a failed attempt, or `None` to give up.
    #[cold]
    #[inline(never)]
    fn next(&self, progress: &mut Progress, result: &Result<T, E>, timed_out: bool) -> Option<Nanos> {
        let name = self.name();
        let site = self.site(&name);
        let decider = Decider::new(&site, progress, self.clock);
        decider.after_failure(&self.failure(result.as_ref(), &name, timed_out)).0
    }

    /// Plans the next step after a failed attempt, and calls the hook for a retry.
    #[cold]
    #[inline(never)]
    fn plan<S: Sharing<E>, K: Ending<T, E>>(
        &self,
        shared: &mut S,
        progress: &mut Progress,
        result: &Result<T, E>,
        attempt: Attempt<'_>,
    ) -> Result<Planned, GivenUp> {
        let Attempt { call, is_cancelled, may_be_cancelled, timed_out, hint } = attempt;
        let name = self.name();
        let site = self.site(&name);
        let kind = match result {
            Ok(_) => Kind::Value,
            Err(_) if timed_out => Kind::Timeout,
            Err(_) => Kind::Error,
        };
        // A breaker may end the call after the wait, when the text of the error is no longer available.
        let is_late = self.rules.needs().or(K::NEEDS).has(Needs::LATE);
        let emit = if is_late || shared.may_refuse() || may_be_cancelled { Emit::Later } else { Emit::Now };
        let (clock, controls) = (self.clock, Controls { call, is_cancelled });
        let failure = self.failure(result.as_ref(), &name, timed_out);
        let hinted = hint.map(|hint| Hinted(&failure, hint));
        let failure = hinted.as_ref().map_or(&failure as &dyn Failure, |hinted| hinted);
        let attempted = Attempted { site: &site, clock, failure, emit, controls, kind };
        let planned = shared.plan(attempted, progress)?;
        self.fill_failure(&planned);
        self.rules.on_retry(&planned.event(AnyValue, result));
        planned.emit();
        self.begin_wait();
        Ok(planned)
    }

    pub(super) fn failure<'f>(
        &'f self,
        result: Result<&'f T, &'f E>,
        name: &'f Name,
        timed_out: bool,
    ) -> ClosureFailure<'f, T, E, R> {
        let is_retryable = self.is_retryable(result, timed_out);
        ClosureFailure { result, rules: self.rules, name, is_retryable, timed_out }
    }

    fn is_retryable(&self, result: Result<&T, &E>, timed_out: bool) -> bool {
        let Err(error) = result else { return true };
        let rules = self.rules;
        let own = || {
            let classification = rules.is_retryable(error);
            // Without `retryable` the remaining open time is unknown, and a retry would be refused again.
            let is_refusal = is_circuit_open::<E>() && classification.is_none();
            timed_out || (classification.unwrap_or(true) && !rules.gave_up(error) && !is_refusal)
        };
        let selection = || rules.selection(error).unwrap_or(Selection::Type);
        classify(|| rules.unless(error), selection, || rules.predicate(error), own)
    }

    /// Ends the call without success: calls the hook, emits the event, and calls the fallback.
    #[cold]
    #[inline(never)]
    pub(super) fn give_up<K: Ending<T, E>>(
        &self,
        given_up: Option<&GivenUp>,
        result: Result<T, E>,
    ) -> K::Output {
        self.fill_end(given_up);
        if let Some(given_up) = given_up {
            self.rules.on_give_up(&given_up.event(AnyValue, &result));
            given_up.emit();
        }
        match result {
            Ok(value) => K::used_up(given_up, value),
            Err(error) => match self.rules.fallback(error) {
                Ok(value) => K::succeeded(value),
                Err(error) => K::failed(given_up, error),
            },
        }
    }

    /// Returns whether the call is one that the loop for annotated functions can run: it decides about errors alone.
    #[inline]
    pub(super) fn is_plain<S: Sharing<E>, K: Ending<T, E>>(&self, shared: &S, call: Option<&Call>) -> bool {
        let needs = self.rules.needs().or(K::NEEDS);
        needs.are_about_errors() && !shared.is_shared() && call.is_none()
    }

    /// Returns the site of the call.
    pub(super) fn named_site(&self) -> Site<'a> {
        self.site(&self.name())
    }

    pub(super) fn name(&self) -> Name {
        self.rules.name().map_or(Name::Location(self.place), Name::Written)
    }

    fn site(&self, name: &Name) -> Site<'a> {
        Site::new(name.label(), self.policy).with_log(self.rules.log(LogRules::USUAL))
    }

    /// Returns the handle of a call, if its operation takes one or a rule needs it.
    #[inline]
    pub(super) fn call(&self, progress: &Progress, is_passed: bool) -> Option<Call> {
        (is_passed || self.rules.needs().has(Needs::RESTART))
            .then(|| Call::new(&Site::new("", self.policy), progress, self.clock))
    }
}

impl<T, E, R: Rule<T, E>> AfterAttempt<E> for &Course<'_, T, E, R> {
    fn decide(&mut self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        let name = self.name();
        match error {
            Some(error) => decider.after_failure(&self.failure(Err(error), &name, false)),
            None => decider.after_recovery(Some(&name)),
        }
    }
}

//! The rules of a closure's call. Each step of the call is a rule, and [`Both`] combines it with the rules before it.

use core::fmt::{self, Formatter};
use core::time::Duration;

use super::super::event::{GiveUpEvent, RetryEvent, SuccessEvent};
use super::super::traced::LateTrace;
use crate::decision::Selection;
use crate::error::AttemptTimeout;
use crate::observe::LogRules;

/// A rule of a call with values of type `T` and errors of type `E`. Each method has a default without an effect, and a
/// step of the call implements the one or two methods that it is about.
pub trait Rule<T, E> {
    /// Returns what the call has to do for this rule besides a decision.
    #[inline]
    fn needs(&self) -> Needs {
        Needs::NOTHING
    }

    /// Returns the operation's name in events.
    #[inline]
    fn name(&self) -> Option<&'static str> {
        None
    }

    /// Returns whether the error is never retried.
    #[inline]
    fn unless(&self, _error: &E) -> bool {
        false
    }

    /// Returns the match of the `on` steps, or `None` without such a step.
    #[inline]
    fn selection(&self, _error: &E) -> Option<Selection> {
        None
    }

    /// Returns whether every predicate is true, or `None` without a predicate.
    #[inline]
    fn predicate(&self, _error: &E) -> Option<bool> {
        None
    }

    /// Returns the classification by the error's own type, or `None` without a `retryable` step.
    #[inline]
    fn is_retryable(&self, _error: &E) -> Option<bool> {
        None
    }

    /// Returns the wait that the error asks for by its own type.
    #[inline]
    fn own_hint(&self, _error: &E) -> Option<Duration> {
        None
    }

    /// Returns the wait that a function reads from the error, or `None` without such a function.
    #[inline]
    fn hint(&self, _error: &E) -> Option<ReadHint> {
        None
    }

    /// Returns the wait that a function reads from a refused value.
    #[inline]
    fn hint_of_value(&self, _value: &T) -> Option<Duration> {
        None
    }

    /// Returns the delay that replaces the policy's after this error of attempt `attempt`.
    #[inline]
    fn delay(&self, _error: &E, _attempt: u32) -> Option<Duration> {
        None
    }

    /// Returns whether the error comes from a retry loop that gave up, as far as its source chain can be searched.
    #[inline]
    fn gave_up(&self, _error: &E) -> bool {
        false
    }

    /// Returns whether the error is the refusal of a breaker, as far as its source chain can be searched.
    #[inline]
    fn is_refusal(&self, _error: &E) -> bool {
        false
    }

    /// Writes the error for events, or returns `None` if the rule shows no errors.
    #[inline]
    fn describe(&self, _error: &E, _f: &mut Formatter<'_>) -> Option<fmt::Result> {
        None
    }

    /// Returns whether the value is refused, so that the attempt counts as failed.
    #[inline]
    fn refuses(&self, _value: &T) -> bool {
        false
    }

    /// Returns whether the outcome of an attempt is a failure for the breaker, or `None` without a rule for it.
    #[inline]
    fn breaker_failure(&self, _outcome: Result<&T, &E>) -> Option<bool> {
        None
    }

    /// Returns the time limit on an attempt.
    #[inline]
    fn limit(&self) -> Option<Limit<E>> {
        None
    }

    /// Blocks the thread in place of its timer, and returns `true`, if the rule has the need for it.
    #[inline]
    fn block(&self, _wait: Duration) -> bool {
        false
    }

    /// Returns whether `cancel` ends the call, which it may take `wait` to find out, or `None` without a `cancel`.
    #[inline]
    fn cancel(&self, _wait: Duration) -> Option<bool> {
        None
    }

    /// Returns how long an attempt has to run so that the call starts anew after it.
    #[inline]
    fn restart_after(&self) -> Option<Duration> {
        None
    }

    /// Returns the levels of the log events, given those by the other rules.
    #[inline]
    fn log(&self, log: LogRules) -> LogRules {
        log
    }

    /// Returns the spans of the call, or `None` if it has none.
    #[inline]
    fn trace(&self) -> Option<&LateTrace> {
        None
    }

    /// Calls the hook for a retry.
    #[inline]
    fn on_retry(&self, _event: &RetryEvent<'_, E, T>) {}

    /// Calls the hook for the end without success.
    #[inline]
    fn on_give_up(&self, _event: &GiveUpEvent<'_, E, T>) {}

    /// Calls the hook for a success after a failed attempt.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "hooks receive every event by reference")]
    #[inline]
    fn on_success(&self, _event: &SuccessEvent<'_>) {}

    /// Returns the result for a call that gave up, or the error if there is no fallback.
    #[inline]
    fn fallback(&self, error: E) -> Result<T, E> {
        Err(error)
    }
}

/// The time limit on an attempt, and the error of an attempt that exceeds it.
#[derive(Debug)]
pub struct Limit<E> {
    pub(super) time: Duration,
    pub(super) error: fn(AttemptTimeout) -> E,
}

/// What a call does only where a rule needs it. For the rules of most calls the compiler sees the values and removes
/// what is not needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs(u16);

impl Needs {
    /// The needs of a rule that only decides about errors.
    pub(super) const NOTHING: Needs = Needs(0);
    /// The decision returns a plan, which the call carries out.
    pub(super) const PLAN: Needs = Needs::bit(0);
    /// The plan's event is emitted after hooks, or after `cancel` was asked.
    pub(super) const LATE: Needs = Needs::bit(1);
    /// The call reads the clock before attempt 1.
    pub(super) const CLOCK: Needs = Needs::bit(2);
    /// Values can be refused.
    pub(super) const VALUES: Needs = Needs::bit(3);
    /// A rule replaces the policy's delay.
    pub(super) const DELAY: Needs = Needs::bit(4);
    /// A function may end the call during a wait.
    pub(super) const CANCEL: Needs = Needs::bit(5);
    /// The call starts anew after a long attempt.
    pub(super) const RESTART: Needs = Needs::bit(6);
    /// A hook receives a success after a failed attempt.
    pub(super) const SUCCESS: Needs = Needs::bit(7);
    /// A function blocks the thread in place of its timer.
    pub(super) const SLEEP: Needs = Needs::bit(8);
    /// A function may replace the last error.
    pub(super) const FALLBACK: Needs = Needs::bit(9);
    /// A rule decides which outcomes are failures for the breaker.
    pub(super) const JUDGES: Needs = Needs::bit(10);
    /// The needs of a hook: it receives a plan and the time, before the event is emitted.
    pub(super) const HOOK: Needs = Needs::PLAN.or(Needs::LATE).or(Needs::CLOCK);

    pub(super) const fn bit(number: u32) -> Needs {
        Needs(1 << number)
    }

    #[inline]
    pub(super) const fn or(self, other: Needs) -> Needs {
        Needs(self.0 | other.0)
    }

    /// Returns whether a call with these needs decides about errors and nothing else.
    #[inline]
    pub(super) const fn are_about_errors(self) -> bool {
        self.0 & !Needs::DELAY.or(Needs::SLEEP).or(Needs::FALLBACK).0 == 0
    }

    /// Returns whether `other` is among these needs.
    #[inline]
    pub(super) const fn has(self, other: Needs) -> bool {
        self.0 & other.0 != 0
    }
}

/// The wait that a function has read from an error, if there was one to read.
#[derive(Clone, Copy, Debug)]
pub struct ReadHint(pub(super) Option<Duration>);

/// No rule: every error is retried, and events show the name of the error's type.
impl<T, E> Rule<T, E> for () {}

/// A step and the rules that were written before it.
#[derive(Clone, Copy, Debug)]
pub struct Both<S, R> {
    pub(super) step: S,
    pub(super) before: R,
}

/// What is written first is asked and called first. A step replaces an answer that can only be given once.
impl<T, E, S: Rule<T, E>, R: Rule<T, E>> Rule<T, E> for Both<S, R> {
    #[inline]
    fn needs(&self) -> Needs {
        self.before.needs().or(self.step.needs())
    }

    #[inline]
    fn name(&self) -> Option<&'static str> {
        self.step.name().or(self.before.name())
    }

    #[inline]
    fn unless(&self, error: &E) -> bool {
        self.before.unless(error) || self.step.unless(error)
    }

    #[inline]
    fn selection(&self, error: &E) -> Option<Selection> {
        match (self.before.selection(error), self.step.selection(error)) {
            (Some(one), Some(other)) => Some(one.or(|| other)),
            (one, other) => one.or(other),
        }
    }

    #[inline]
    fn predicate(&self, error: &E) -> Option<bool> {
        match self.before.predicate(error) {
            Some(false) => Some(false),
            before => self.step.predicate(error).or(before),
        }
    }

    #[inline]
    fn is_retryable(&self, error: &E) -> Option<bool> {
        self.step.is_retryable(error).or_else(|| self.before.is_retryable(error))
    }

    #[inline]
    fn own_hint(&self, error: &E) -> Option<Duration> {
        self.step.own_hint(error).or_else(|| self.before.own_hint(error))
    }

    #[inline]
    fn hint(&self, error: &E) -> Option<ReadHint> {
        self.step.hint(error).or_else(|| self.before.hint(error))
    }

    #[inline]
    fn hint_of_value(&self, value: &T) -> Option<Duration> {
        self.step.hint_of_value(value).or_else(|| self.before.hint_of_value(value))
    }

    #[inline]
    fn delay(&self, error: &E, attempt: u32) -> Option<Duration> {
        self.step.delay(error, attempt).or_else(|| self.before.delay(error, attempt))
    }

    #[inline]
    fn gave_up(&self, error: &E) -> bool {
        self.before.gave_up(error) || self.step.gave_up(error)
    }

    #[inline]
    fn is_refusal(&self, error: &E) -> bool {
        self.before.is_refusal(error) || self.step.is_refusal(error)
    }

    #[inline]
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> Option<fmt::Result> {
        match self.step.describe(error, f) {
            None => self.before.describe(error, f),
            written => written,
        }
    }

    #[inline]
    fn refuses(&self, value: &T) -> bool {
        self.before.refuses(value) || self.step.refuses(value)
    }

    #[inline]
    fn breaker_failure(&self, outcome: Result<&T, &E>) -> Option<bool> {
        self.step.breaker_failure(outcome).or_else(|| self.before.breaker_failure(outcome))
    }

    #[inline]
    fn limit(&self) -> Option<Limit<E>> {
        self.step.limit().or_else(|| self.before.limit())
    }

    #[inline]
    fn block(&self, wait: Duration) -> bool {
        self.step.block(wait) || self.before.block(wait)
    }

    #[inline]
    fn cancel(&self, wait: Duration) -> Option<bool> {
        self.step.cancel(wait).or_else(|| self.before.cancel(wait))
    }

    #[inline]
    fn restart_after(&self) -> Option<Duration> {
        self.step.restart_after().or_else(|| self.before.restart_after())
    }

    #[inline]
    fn log(&self, log: LogRules) -> LogRules {
        self.step.log(self.before.log(log))
    }

    #[inline]
    fn trace(&self) -> Option<&LateTrace> {
        self.before.trace().or(self.step.trace())
    }

    #[inline]
    fn on_retry(&self, event: &RetryEvent<'_, E, T>) {
        self.before.on_retry(event);
        self.step.on_retry(event);
    }

    #[inline]
    fn on_give_up(&self, event: &GiveUpEvent<'_, E, T>) {
        self.before.on_give_up(event);
        self.step.on_give_up(event);
    }

    #[inline]
    fn on_success(&self, event: &SuccessEvent<'_>) {
        self.before.on_success(event);
        self.step.on_success(event);
    }

    #[inline]
    fn fallback(&self, error: E) -> Result<T, E> {
        self.before.fallback(error).or_else(|error| self.step.fallback(error))
    }
}

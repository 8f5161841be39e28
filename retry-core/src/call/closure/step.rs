//! The steps of a closure's call, each of which is one rule.

use core::cell::{Cell, RefCell};
use core::error::Error;
use core::fmt::{self, Debug, Formatter};
use core::marker::PhantomData;
use core::time::Duration;

use super::super::event::{GiveUpEvent, RetryEvent, SuccessEvent};
use super::rule::{Limit, Needs, ReadHint, Rule};
use crate::decision::Selection;
use crate::error::chain::{find_in, has_refusal, has_retry_error};
use crate::observe::{LogLevel, LogRules};

/// Names the operation.
#[derive(Clone, Copy, Debug)]
pub struct Named(pub(super) &'static str);

impl<T, E> Rule<T, E> for Named {
    #[inline]
    fn name(&self) -> Option<&'static str> {
        Some(self.0)
    }
}

/// How the chain of an `E` is reached.
///
/// A step keeps functions for what it needs of an error. Then it is a rule for every error, and the compiler reports an
/// error that lacks a trait at the step, and not at the end of the call too.
pub(super) type First<E> = fn(&E) -> Option<&(dyn Error + 'static)>;

/// Selects errors that have an `A` in their chain.
pub struct On<A, E> {
    first: First<E>,
    selected: PhantomData<fn() -> A>,
}

/// Excludes errors that have an `A` in their chain.
pub struct Unless<A, E> {
    first: First<E>,
    excluded: PhantomData<fn() -> A>,
}

impl<A, E> On<A, E> {
    pub(super) fn new(first: First<E>) -> Self {
        On { first, selected: PhantomData }
    }
}

impl<A, E> Unless<A, E> {
    pub(super) fn new(first: First<E>) -> Self {
        Unless { first, excluded: PhantomData }
    }
}

impl<T, E, A: Error + 'static> Rule<T, E> for On<A, E> {
    fn selection(&self, error: &E) -> Option<Selection> {
        Some(Selection::by_type(find_in::<A>((self.first)(error)).is_some()))
    }

    fn gave_up(&self, error: &E) -> bool {
        has_retry_error((self.first)(error))
    }

    fn is_refusal(&self, error: &E) -> bool {
        has_refusal((self.first)(error))
    }
}

impl<T, E, A: Error + 'static> Rule<T, E> for Unless<A, E> {
    fn unless(&self, error: &E) -> bool {
        find_in::<A>((self.first)(error)).is_some()
    }

    fn gave_up(&self, error: &E) -> bool {
        has_retry_error((self.first)(error))
    }

    fn is_refusal(&self, error: &E) -> bool {
        has_refusal((self.first)(error))
    }
}

/// Retries errors for which a predicate is true.
#[derive(Clone, Copy)]
pub struct When<P>(pub(super) P);

impl<T, E, P: Fn(&E) -> bool> Rule<T, E> for When<P> {
    fn predicate(&self, error: &E) -> Option<bool> {
        Some((self.0)(error))
    }
}

/// Classifies each error by its `Retryable` implementation.
pub struct Asked<E> {
    pub(super) is_retryable: fn(&E) -> bool,
    pub(super) retry_after: fn(&E) -> Option<Duration>,
}

impl<T, E> Rule<T, E> for Asked<E> {
    fn is_retryable(&self, error: &E) -> Option<bool> {
        Some((self.is_retryable)(error))
    }

    fn own_hint(&self, error: &E) -> Option<Duration> {
        (self.retry_after)(error)
    }
}

/// Shows each error by its `Display`.
pub struct Shown<E>(pub(super) fn(&E, &mut Formatter<'_>) -> fmt::Result);

impl<T, E> Rule<T, E> for Shown<E> {
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> Option<fmt::Result> {
        Some((self.0)(error, f))
    }
}

/// Refuses values for which a predicate is true.
#[derive(Clone, Copy)]
pub struct RetryOk<P>(pub(super) P);

impl<T, E, P: Fn(&T) -> bool> Rule<T, E> for RetryOk<P> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::VALUES
    }

    #[inline]
    fn refuses(&self, value: &T) -> bool {
        (self.0)(value)
    }
}

/// Decides which outcomes are failures for the breaker.
#[derive(Clone, Copy)]
pub struct BreakerFailure<P>(pub(super) P);

impl<T, E, P: Fn(Result<&T, &E>) -> bool> Rule<T, E> for BreakerFailure<P> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::JUDGES
    }

    #[inline]
    fn breaker_failure(&self, outcome: Result<&T, &E>) -> Option<bool> {
        Some((self.0)(outcome))
    }
}

/// Reads the wait that an error asks for.
#[derive(Clone, Copy)]
pub struct RetryAfter<P>(pub(super) P);

impl<T, E, P: Fn(&E) -> Option<Duration>> Rule<T, E> for RetryAfter<P> {
    fn hint(&self, error: &E) -> Option<ReadHint> {
        Some(ReadHint((self.0)(error)))
    }
}

/// Limits the time of each attempt.
pub struct AttemptLimit<E>(pub(super) Limit<E>);

impl<T, E> Rule<T, E> for AttemptLimit<E> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::CLOCK
    }

    #[inline]
    fn limit(&self) -> Option<Limit<E>> {
        Some(Limit { ..self.0 })
    }
}

/// Blocks the thread by a function.
#[derive(Clone, Copy)]
pub struct BlockBy<S>(pub(super) S);

impl<T, E, S: Fn(Duration)> Rule<T, E> for BlockBy<S> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::SLEEP
    }

    fn block(&self, wait: Duration) -> bool {
        (self.0)(wait);
        true
    }
}

/// Ends a blocking call by a function that waits.
#[derive(Clone, Copy)]
pub struct CancelWait<C>(pub(super) C);

impl<T, E, C: Fn(Duration) -> bool> Rule<T, E> for CancelWait<C> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::PLAN.or(Needs::LATE).or(Needs::CANCEL)
    }

    fn cancel(&self, wait: Duration) -> Option<bool> {
        Some((self.0)(wait))
    }
}

/// Starts the call anew after a long attempt.
#[derive(Clone, Copy, Debug)]
pub struct RestartAfter(pub(super) Duration);

impl<T, E> Rule<T, E> for RestartAfter {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::RESTART
    }

    #[inline]
    fn restart_after(&self) -> Option<Duration> {
        Some(self.0)
    }
}

/// Reads the wait that a refused value asks for.
#[derive(Clone, Copy)]
pub struct RetryAfterOk<P>(pub(super) P);

impl<T, E, P: Fn(&T) -> Option<Duration>> Rule<T, E> for RetryAfterOk<P> {
    fn hint_of_value(&self, value: &T) -> Option<Duration> {
        (self.0)(value)
    }
}

/// Replaces the policy's delay after an error.
#[derive(Clone, Copy)]
pub struct DelayBy<D>(pub(super) D);

impl<T, E, D: Fn(&E, u32) -> Duration> Rule<T, E> for DelayBy<D> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::DELAY
    }

    fn delay(&self, error: &E, attempt: u32) -> Option<Duration> {
        Some((self.0)(error, attempt))
    }
}

/// Sets the level of retries and give-ups in the log.
#[derive(Clone, Copy, Debug)]
pub struct LogAt(pub(super) LogLevel);

impl<T, E> Rule<T, E> for LogAt {
    fn log(&self, log: LogRules) -> LogRules {
        log.level(self.0)
    }
}

/// Keeps the first retries quiet in the log.
#[derive(Clone, Copy, Debug)]
pub struct LogAfter(pub(super) u32);

impl<T, E> Rule<T, E> for LogAfter {
    fn log(&self, log: LogRules) -> LogRules {
        log.after(self.0)
    }
}

/// Calls a hook before each wait.
pub struct OnRetry<H>(pub(super) H);

/// Calls a hook at the end without success.
pub struct OnGiveUp<H>(pub(super) H);

/// Calls a hook after a success that followed a failed attempt.
pub struct OnSuccess<H>(pub(super) H);

/// A hook of one call, which may change what it captures.
pub struct Own<H>(RefCell<H>);

impl<H> Own<H> {
    pub(super) fn new(hook: H) -> Own<H> {
        Own(RefCell::new(hook))
    }
}

/// A hook that calls share.
pub struct Common<H>(pub(super) H);

impl<T, E, H: FnMut(&RetryEvent<'_, E, T>)> Rule<T, E> for OnRetry<Own<H>> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::HOOK
    }

    fn on_retry(&self, event: &RetryEvent<'_, E, T>) {
        self.0.0.borrow_mut()(event);
    }
}

impl<T, E, H: FnMut(&GiveUpEvent<'_, E, T>)> Rule<T, E> for OnGiveUp<Own<H>> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::HOOK
    }

    fn on_give_up(&self, event: &GiveUpEvent<'_, E, T>) {
        self.0.0.borrow_mut()(event);
    }
}

impl<T, E, H: FnMut(&SuccessEvent<'_>)> Rule<T, E> for OnSuccess<Own<H>> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::SUCCESS.or(Needs::CLOCK)
    }

    fn on_success(&self, event: &SuccessEvent<'_>) {
        self.0.0.borrow_mut()(event);
    }
}

impl<T, E, H: Fn(&RetryEvent<'_, E>)> Rule<T, E> for OnRetry<Common<H>> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::HOOK
    }

    fn on_retry(&self, event: &RetryEvent<'_, E, T>) {
        self.0.0(&event.without_value());
    }
}

impl<T, E, H: Fn(&GiveUpEvent<'_, E>)> Rule<T, E> for OnGiveUp<Common<H>> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::HOOK
    }

    fn on_give_up(&self, event: &GiveUpEvent<'_, E, T>) {
        self.0.0(&event.without_value());
    }
}

impl<T, E, H: Fn(&SuccessEvent<'_>)> Rule<T, E> for OnSuccess<Common<H>> {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::SUCCESS.or(Needs::CLOCK)
    }

    fn on_success(&self, event: &SuccessEvent<'_>) {
        self.0.0(event);
    }
}

/// Ends a call that gave up with the result of a function.
pub struct Fallback<F>(pub(super) Cell<Option<F>>);

impl<T, E, F: FnOnce(E) -> Result<T, E>> Rule<T, E> for Fallback<F> {
    fn needs(&self) -> Needs {
        Needs::FALLBACK
    }

    fn fallback(&self, error: E) -> Result<T, E> {
        match self.0.take() {
            Some(fallback) => fallback(error),
            None => Err(error),
        }
    }
}

/// Shows a step by its name, without what the user passed to it.
macro_rules! debug {
    ($($step:ident<$($parameter:ident),*>)*) => {$(
        impl<$($parameter),*> Debug for $step<$($parameter),*> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($step))
            }
        }
    )*};
}

debug!(On<A, E> Unless<A, E> Asked<E> Shown<E> When<P> RetryOk<P> BreakerFailure<P> RetryAfter<P> AttemptLimit<E> BlockBy<S> CancelWait<C> RetryAfterOk<P> DelayBy<D> OnRetry<H> OnGiveUp<H> OnSuccess<H> Fallback<F>);

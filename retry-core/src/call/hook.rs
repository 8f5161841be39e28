//! The events that hooks receive, and the calls of hooks and fallbacks, blocking or async.

use core::cell::RefCell;
use core::future::{Future, Pending};
use core::time::Duration;

use super::planned::{GivenUp, Planned};
use crate::decision::{FromResult, GiveUpReason};

/// An attempt failed and a retry is scheduled. `on_retry` receives this event before the wait.
#[derive(Clone, Copy, Debug)]
pub struct RetryEvent<'a, E> {
    planned: &'a Planned,
    error: Option<&'a E>,
}

impl<'a, E> RetryEvent<'a, E> {
    /// Returns the operation's name with its placeholders filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.planned.operation()
    }

    /// Returns the number of the attempt that failed, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.planned.attempt
    }

    /// Returns the maximum number of attempts, or `None` if the number is not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.planned.max_attempts()
    }

    /// Returns the error of the attempt, or `None` if the attempt returned a value that `retry_ok` refused.
    #[must_use]
    pub fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// Returns the delay before the next attempt.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.planned.delay()
    }

    /// Returns the time since the start of attempt 1.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.planned.elapsed
    }
}

/// A call gives up. `on_give_up` receives this event.
#[derive(Clone, Copy, Debug)]
pub struct GiveUpEvent<'a, E> {
    given_up: &'a GivenUp,
    error: Option<&'a E>,
}

impl<'a, E> GiveUpEvent<'a, E> {
    /// Returns the operation's name with its placeholders filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.given_up.operation()
    }

    /// Returns the number of the last attempt, which is the number of attempts made.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.given_up.attempts
    }

    /// Returns the maximum number of attempts, or `None` if the number is not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.given_up.max_attempts()
    }

    /// Returns the last error, or `None` if the last attempt returned a value that `retry_ok` refused.
    #[must_use]
    pub fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// Returns the reason why the call gives up.
    #[must_use]
    pub fn reason(&self) -> GiveUpReason {
        self.given_up.reason
    }

    /// Returns the time since the start of attempt 1.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.given_up.elapsed
    }
}

/// A step of a call for which a hook is called.
pub trait Step: Clone {
    /// The event that the hook receives.
    type Event<'a, E: 'a>
    where
        Self: 'a;

    /// Returns the event of this step after an attempt with `result`.
    fn event<'a, T, E>(&'a self, result: &'a Result<T, E>) -> Self::Event<'a, E>;
}

impl Step for Planned {
    type Event<'a, E: 'a> = RetryEvent<'a, E>;

    fn event<'a, T, E>(&'a self, result: &'a Result<T, E>) -> RetryEvent<'a, E> {
        RetryEvent { planned: self, error: result.as_ref().err() }
    }
}

impl Step for GivenUp {
    type Event<'a, E: 'a> = GiveUpEvent<'a, E>;

    fn event<'a, T, E>(&'a self, result: &'a Result<T, E>) -> GiveUpEvent<'a, E> {
        GiveUpEvent { given_up: self, error: result.as_ref().err() }
    }
}

/// Calls the user's predicate. A closure that passes through this function gets the type of its argument from
/// it.
pub fn call_predicate<E: ?Sized>(error: &E, predicate: impl FnOnce(&E) -> bool) -> bool {
    predicate(error)
}

/// Calls the user's function that reads a hint, and types its argument like [`call_predicate`].
pub fn call_hint<E: ?Sized>(error: &E, read: impl FnOnce(&E) -> Option<Duration>) -> Option<Duration> {
    read(error)
}

/// Calls a function that takes its argument by value, and types its argument like [`call_predicate`].
pub fn call_with<A, R>(argument: A, function: impl FnOnce(A) -> R) -> R {
    function(argument)
}

/// Calls a fallback, which returns the type of the retried function, and types its argument like [`call_predicate`].
pub fn call_for_outcome<O, T, E, A>(_: FromResult<O, T, E>, argument: A, function: impl FnOnce(A) -> O) -> O {
    function(argument)
}

/// Returns whether the result is a value that ends the call, and the result. A value that `refuses` refuses
/// does not end the call.
#[inline]
pub fn is_final<T, E>(result: Result<T, E>, refuses: impl FnOnce(&T) -> bool) -> (bool, Result<T, E>) {
    let is_done = result.as_ref().is_ok_and(|value| !refuses(value));
    (is_done, result)
}

/// An answer: a value, or a future of the value. Where no future is possible, `F` is a future that never ends
/// and holds nothing, so that an async function stays `Send` with a `T` that is not.
#[derive(Debug)]
pub enum Answer<T, F = Pending<T>> {
    /// The value.
    Now(T),
    /// The future of the value.
    Later(F),
}

/// The value or the future that a user's function returned. `Returned::new(…).__reattempt_answer()`
/// distinguishes the two by method lookup.
#[derive(Debug)]
pub struct Returned<R>(Option<R>);

impl<R> Returned<R> {
    /// Wraps the returned value or future.
    pub fn new(returned: R) -> Self {
        Returned(Some(returned))
    }
}

/// The method for a returned future.
pub trait ReturnedFuture<F: Future> {
    /// Returns the future as the answer.
    fn __reattempt_answer(self) -> Answer<F::Output, F>;
}

impl<F: Future> ReturnedFuture<F> for Returned<F> {
    fn __reattempt_answer(self) -> Answer<F::Output, F> {
        Answer::Later(self.0.expect("`new` sets the value, which is taken once"))
    }
}

/// The method for a returned value.
pub trait ReturnedValue<R> {
    /// Returns the value as the answer.
    fn __reattempt_answer(self) -> Answer<R>;
}

impl<R> ReturnedValue<R> for &mut Returned<R> {
    fn __reattempt_answer(self) -> Answer<R> {
        Answer::Now(self.0.take().expect("`new` sets the value, which is taken once"))
    }
}

/// Calls a blocking function's hook with the event of a retry.
pub fn call_on_retry<T, E>(planned: &Planned, result: &Result<T, E>, hook: impl FnOnce(&RetryEvent<'_, E>)) {
    hook(&planned.event(result));
}

/// Calls a blocking function's hook with the event of a give-up.
pub fn call_on_give_up<T, E>(
    given_up: &GivenUp,
    result: &Result<T, E>,
    hook: impl FnOnce(&GiveUpEvent<'_, E>),
) {
    hook(&given_up.event(result));
}

/// Types the argument of a closure that receives the event of a retry.
pub fn typed_on_retry<T, E, R, H: FnOnce(&RetryEvent<'_, E>) -> R>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// Types the argument of an async closure that receives the event of a retry.
pub fn typed_async_on_retry<T, E, H: AsyncFnOnce(&RetryEvent<'_, E>)>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// Types the argument of a closure that receives the event of a give-up.
pub fn typed_on_give_up<T, E, R, H: FnOnce(&GiveUpEvent<'_, E>) -> R>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// Types the argument of an async closure that receives the event of a give-up.
pub fn typed_async_on_give_up<T, E, H: AsyncFnOnce(&GiveUpEvent<'_, E>)>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// A call of an async function's hook, which may be async itself. Method lookup distinguishes the two. The
/// hook call owns the result and returns it, so the result lives across the awaits of the hook, and across no
/// other await.
#[derive(Debug)]
pub struct Hook<S, T, E, H>(RefCell<Option<PendingHook<S, T, E, H>>>);

/// A step, the result of the attempt before it, and the hook.
type PendingHook<S, T, E, H> = (S, Result<T, E>, H);

impl<S: Step, T, E, H> Hook<S, T, E, H> {
    /// Creates the call of a hook.
    pub fn new(step: &S, result: Result<T, E>, hook: H) -> Self {
        Hook(RefCell::new(Some((step.clone(), result, hook))))
    }
}

macro_rules! hooks {
    ($($step:ident, $event:ident, $later:ident, $now:ident, $never:ident;)*) => {$(
        /// The method for an async hook.
        pub trait $later<T, E> {
            /// Returns the result after the hook has ended.
            fn __reattempt_call(self) -> Answer<Result<T, E>, impl Future<Output = Result<T, E>>>;
        }

        impl<T, E, H: AsyncFnOnce(&$event<'_, E>)> $later<T, E> for Hook<$step, T, E, H> {
            fn __reattempt_call(self) -> Answer<Result<T, E>, impl Future<Output = Result<T, E>>> {
                Answer::Later(async move {
                    let (step, result, hook) = self.0.take().expect("`new` sets the value, which is taken once");
                    hook(&step.event(&result)).await;
                    result
                })
            }
        }

        /// The method for a blocking hook.
        pub trait $now<T, E> {
            /// Calls the hook and returns the result.
            fn __reattempt_call(self) -> Answer<Result<T, E>>;
        }

        impl<T, E, H: FnOnce(&$event<'_, E>)> $now<T, E> for &Hook<$step, T, E, H> {
            fn __reattempt_call(self) -> Answer<Result<T, E>> {
                let (step, result, hook) = self.0.take().expect("`new` sets the value, which is taken once");
                hook(&step.event(&result));
                Answer::Now(result)
            }
        }

        /// The method for a value that is no hook. The compiler reports the mismatch at this method's bound,
        /// where the hook is called.
        pub trait $never<T, E> {
            /// The type of the value.
            type Given;

            /// Fails to compile, so it is never called.
            fn __reattempt_call(self) -> Answer<Result<T, E>>
            where
                Self::Given: FnOnce(&$event<'_, E>);
        }

        impl<T, E, H> $never<T, E> for &mut Hook<$step, T, E, H> {
            type Given = H;

            fn __reattempt_call(self) -> Answer<Result<T, E>>
            where
                H: FnOnce(&$event<'_, E>),
            {
                (&*self).__reattempt_call()
            }
        }
    )*};
}

hooks! {
    Planned, RetryEvent, AsyncOnRetry, OnRetry, NoOnRetry;
    GivenUp, GiveUpEvent, AsyncOnGiveUp, OnGiveUp, NoOnGiveUp;
}

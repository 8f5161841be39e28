//! The calls of hooks, fallbacks and the other functions of the user, blocking or async.

use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::future::{Future, Pending};
use core::time::Duration;

use super::event::{GiveUpEvent, RefusedValue, RetryEvent, Step, SuccessEvent};
use super::planned::{GivenUp, Planned, Recovered};
use crate::decision::FromResult;
use crate::error::OwnDelay;

/// Calls the user's predicate. A closure that passes through this function gets the type of its argument from
/// it.
pub fn call_predicate<E: ?Sized>(error: &E, predicate: impl FnOnce(&E) -> bool) -> bool {
    predicate(error)
}

/// Calls the user's function that reads a hint, and types its argument like [`call_predicate`].
pub fn call_hint<E: ?Sized>(error: &E, read: impl FnOnce(&E) -> Option<Duration>) -> Option<Duration> {
    read(error)
}

/// The function in `delay` with the error that it takes, which core calls if there is a wait.
pub(crate) struct CallDelay<'e, E: ?Sized, F> {
    error: &'e E,
    function: Cell<Option<F>>,
}

/// Creates the delay of a function after `error`, and types the arguments of a closure like [`call_predicate`].
pub fn call_delay<E: ?Sized, F: FnOnce(&E, u32) -> Duration>(error: &E, function: F) -> impl OwnDelay {
    CallDelay { error, function: Cell::new(Some(function)) }
}

impl<E: ?Sized, F: FnOnce(&E, u32) -> Duration> OwnDelay for CallDelay<'_, E, F> {
    fn after(&self, attempt: u32) -> Duration {
        self.function.take().map_or(Duration::ZERO, |function| function(self.error, attempt))
    }
}

/// Calls a function that takes its argument by value, and types its argument like [`call_predicate`].
pub fn call_with<A, R>(argument: A, function: impl FnOnce(A) -> R) -> R {
    function(argument)
}

/// Calls a fallback, which returns the type of the retried function, and types its argument like [`call_predicate`].
pub fn call_for_outcome<O, T, E, A>(_: FromResult<O, T, E>, argument: A, function: impl FnOnce(A) -> O) -> O {
    function(argument)
}

/// Returns the value of an attempt that has succeeded, as a result that is held across an await without an error.
#[expect(clippy::missing_errors_doc, reason = "there is none")]
#[inline]
#[expect(clippy::unreachable, reason = "only expansions call it, after a success")]
pub fn only_success<T, E>(result: Result<T, E>) -> Result<T, Infallible> {
    match result {
        Ok(value) => Ok(value),
        Err(_) => unreachable!("a result that ends the call is a success"),
    }
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
    #[expect(clippy::expect_used, reason = "only expansions call it, once for each value")]
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
    #[expect(clippy::expect_used, reason = "only expansions call it, once for each value")]
    fn __reattempt_answer(self) -> Answer<R> {
        Answer::Now(self.0.take().expect("`new` sets the value, which is taken once"))
    }
}

/// Calls a blocking function's hook with the event of a retry.
pub fn call_on_retry<T, E, R: RefusedValue<T>>(
    step: &Planned,
    refused: R,
    result: &Result<T, E>,
    hook: impl FnOnce(&RetryEvent<'_, E, R::Value>),
) {
    hook(&step.event(refused, result));
}

/// Calls a blocking function's hook with the event of a give-up.
pub fn call_on_give_up<T, E, R: RefusedValue<T>>(
    step: &GivenUp,
    refused: R,
    result: &Result<T, E>,
    hook: impl FnOnce(&GiveUpEvent<'_, E, R::Value>),
) {
    hook(&step.event(refused, result));
}

/// Calls a blocking function's hook with the event of a success.
pub fn call_on_success<T, E, R: RefusedValue<T>>(
    step: &Recovered,
    refused: R,
    result: &Result<T, E>,
    hook: impl FnOnce(&SuccessEvent<'_>),
) {
    hook(&step.event(refused, result));
}

/// Types the argument of a closure that receives the event of a retry.
pub fn typed_on_retry<T, E, R: RefusedValue<T>, A, H: FnOnce(&RetryEvent<'_, E, R::Value>) -> A>(
    _: R,
    _: &Result<T, E>,
    hook: H,
) -> H {
    hook
}

/// Types the argument of an async closure that receives the event of a retry.
pub fn typed_async_on_retry<T, E, R: RefusedValue<T>, H: AsyncFnOnce(&RetryEvent<'_, E, R::Value>)>(
    _: R,
    _: &Result<T, E>,
    hook: H,
) -> H {
    hook
}

/// Types the argument of a closure that receives the event of a give-up.
pub fn typed_on_give_up<T, E, R: RefusedValue<T>, A, H: FnOnce(&GiveUpEvent<'_, E, R::Value>) -> A>(
    _: R,
    _: &Result<T, E>,
    hook: H,
) -> H {
    hook
}

/// Types the argument of an async closure that receives the event of a give-up.
pub fn typed_async_on_give_up<T, E, R: RefusedValue<T>, H: AsyncFnOnce(&GiveUpEvent<'_, E, R::Value>)>(
    _: R,
    _: &Result<T, E>,
    hook: H,
) -> H {
    hook
}

/// Types the argument of a closure that receives the event of a success.
pub fn typed_on_success<T, E, R: RefusedValue<T>, A, H: FnOnce(&SuccessEvent<'_>) -> A>(
    _: R,
    _: &Result<T, E>,
    hook: H,
) -> H {
    hook
}

/// Types the argument of an async closure that receives the event of a success.
pub fn typed_async_on_success<T, E, R: RefusedValue<T>, H: AsyncFnOnce(&SuccessEvent<'_>)>(
    _: R,
    _: &Result<T, E>,
    hook: H,
) -> H {
    hook
}

/// A call of an async function's hook, which may be async itself. Method lookup distinguishes the two. The
/// hook call owns the result and returns it, so the result lives across the awaits of the hook, and across no
/// other await.
#[derive(Debug)]
pub struct Hook<S, R, T, E, H> {
    step: S,
    /// What the hook sees of a refused value.
    refused: R,
    pending: RefCell<Option<PendingHook<T, E, H>>>,
}

/// The result of the attempt before the step, and the hook.
type PendingHook<T, E, H> = (Result<T, E>, H);

impl<S: Step, R, T, E, H> Hook<S, R, T, E, H> {
    /// Creates the call of a hook.
    pub fn new(step: &S, refused: R, result: Result<T, E>, hook: H) -> Self {
        Hook { step: step.clone(), refused, pending: RefCell::new(Some((result, hook))) }
    }
}

macro_rules! hooks {
    ($($step:ident, $event:ty, $later:ident, $now:ident, $never:ident;)*) => {$(
        /// The method for an async hook.
        pub trait $later<T, E> {
            /// Returns the result after the hook has ended.
            fn __reattempt_call(self) -> Answer<Result<T, E>, impl Future<Output = Result<T, E>>>;
        }

        impl<R: RefusedValue<T>, T, E, H: AsyncFnOnce(&$event)> $later<T, E> for Hook<$step, R, T, E, H> {
            fn __reattempt_call(self) -> Answer<Result<T, E>, impl Future<Output = Result<T, E>>> {
                Answer::Later(async move {
                    let (result, hook) = self.pending.take().expect("`new` sets the value, which is taken once");
                    hook(&self.step.event(self.refused, &result)).await;
                    result
                })
            }
        }

        /// The method for a blocking hook.
        pub trait $now<T, E> {
            /// Calls the hook and returns the result.
            fn __reattempt_call(self) -> Answer<Result<T, E>>;
        }

        impl<R: RefusedValue<T>, T, E, H: FnOnce(&$event)> $now<T, E> for &Hook<$step, R, T, E, H> {
            fn __reattempt_call(self) -> Answer<Result<T, E>> {
                let (result, hook) = self.pending.take().expect("`new` sets the value, which is taken once");
                hook(&self.step.event(self.refused, &result));
                Answer::Now(result)
            }
        }

        /// The method for a value that is no hook. The compiler reports the mismatch at this method's bound,
        /// where the hook is called.
        pub trait $never<R: RefusedValue<T>, T, E> {
            /// The type of the value.
            type Given;

            /// Fails to compile, so it is never called.
            fn __reattempt_call(self) -> Answer<Result<T, E>>
            where
                Self::Given: FnOnce(&$event);
        }

        impl<R: RefusedValue<T>, T, E, H> $never<R, T, E> for &mut Hook<$step, R, T, E, H> {
            type Given = H;

            fn __reattempt_call(self) -> Answer<Result<T, E>>
            where
                H: FnOnce(&$event),
            {
                (&*self).__reattempt_call()
            }
        }
    )*};
}

hooks! {
    Planned, RetryEvent<'_, E, R::Value>, AsyncOnRetry, OnRetry, NoOnRetry;
    GivenUp, GiveUpEvent<'_, E, R::Value>, AsyncOnGiveUp, OnGiveUp, NoOnGiveUp;
    Recovered, SuccessEvent<'_>, AsyncOnSuccess, OnSuccess, NoOnSuccess;
}

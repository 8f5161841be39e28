//! What hooks are told, and how a hook or a fallback may answer at once or with a future.

use core::cell::RefCell;
use core::future::{Future, Pending};
use core::time::Duration;

use super::planned::{GivenUp, Planned};
use crate::decision::{FromResult, GiveUpReason};

/// An attempt failed and another will follow: what `on_retry` is told, before the wait.
#[derive(Clone, Copy, Debug)]
pub struct RetryEvent<'a, E> {
    planned: &'a Planned,
    error: Option<&'a E>,
}

impl<'a, E> RetryEvent<'a, E> {
    /// The operation's name, its places filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.planned.operation()
    }

    /// The number of the attempt that failed, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.planned.attempt
    }

    /// How many attempts there may be, or `None` if they are not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.planned.max_attempts()
    }

    /// The error of the attempt; `None` if it yielded a value that `retry_ok` refused.
    #[must_use]
    pub fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// The wait before the next attempt.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.planned.delay()
    }

    /// The time since the start of attempt 1.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.planned.elapsed
    }
}

/// A call gives up: what `on_give_up` is told.
#[derive(Clone, Copy, Debug)]
pub struct GiveUpEvent<'a, E> {
    given_up: &'a GivenUp,
    error: Option<&'a E>,
}

impl<'a, E> GiveUpEvent<'a, E> {
    /// The operation's name, its places filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.given_up.operation()
    }

    /// The number of the last attempt: how many were made.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.given_up.attempts
    }

    /// How many attempts there may be, or `None` if they are not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.given_up.max_attempts()
    }

    /// The last error; `None` if the last attempt yielded a value that `retry_ok` refused.
    #[must_use]
    pub fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// Why the call gives up.
    #[must_use]
    pub fn reason(&self) -> GiveUpReason {
        self.given_up.reason
    }

    /// The time since the start of attempt 1.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.given_up.elapsed
    }
}

/// A step of a call that a hook is told of.
pub trait Step: Clone {
    /// What it is told.
    type Event<'a, E: 'a>
    where
        Self: 'a;

    /// The event of this step after an attempt with `result`.
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

/// Asks the user's predicate, whose closure's argument is typed by passing through here.
pub fn call_predicate<E: ?Sized>(error: &E, predicate: impl FnOnce(&E) -> bool) -> bool {
    predicate(error)
}

/// The same for the function that reads a hint.
pub fn call_hint<E: ?Sized>(error: &E, read: impl FnOnce(&E) -> Option<Duration>) -> Option<Duration> {
    read(error)
}

/// The same for a function that takes its argument by value.
pub fn call_with<A, R>(argument: A, function: impl FnOnce(A) -> R) -> R {
    function(argument)
}

/// The same for a fallback, which returns what the function does.
pub fn call_for_outcome<O, T, E, A>(_: FromResult<O, T, E>, argument: A, function: impl FnOnce(A) -> O) -> O {
    function(argument)
}

/// Whether a result ends the call, which a value that `refuses` refuses does not; and the result.
#[inline]
pub fn is_final<T, E>(result: Result<T, E>, refuses: impl FnOnce(&T) -> bool) -> (bool, Result<T, E>) {
    let is_done = result.as_ref().is_ok_and(|value| !refuses(value));
    (is_done, result)
}

/// An answer that is there, or that a future will give. Where no future is possible `F` is one that never ends and
/// holds nothing, so that an async function stays `Send` with a `T` that is not.
#[derive(Debug)]
pub enum Answer<T, F = Pending<T>> {
    /// The answer.
    Now(T),
    /// The future of it.
    Later(F),
}

/// What a user's function returned: a value or a future of one. `Returned::new(…).__reattempt_answer()` finds out which
/// by method lookup.
#[derive(Debug)]
pub struct Returned<R>(Option<R>);

impl<R> Returned<R> {
    /// What was returned.
    pub fn new(returned: R) -> Self {
        Returned(Some(returned))
    }
}

/// It was a future.
pub trait ReturnedFuture<F: Future> {
    /// The answer to come.
    fn __reattempt_answer(self) -> Answer<F::Output, F>;
}

impl<F: Future> ReturnedFuture<F> for Returned<F> {
    fn __reattempt_answer(self) -> Answer<F::Output, F> {
        Answer::Later(self.0.expect("it was put in"))
    }
}

/// It was a value.
pub trait ReturnedValue<R> {
    /// The answer.
    fn __reattempt_answer(self) -> Answer<R>;
}

impl<R> ReturnedValue<R> for &mut Returned<R> {
    fn __reattempt_answer(self) -> Answer<R> {
        Answer::Now(self.0.take().expect("it was put in"))
    }
}

/// Tells a blocking function's hook of a retry.
pub fn call_on_retry<T, E>(planned: &Planned, result: &Result<T, E>, hook: impl FnOnce(&RetryEvent<'_, E>)) {
    hook(&planned.event(result));
}

/// Tells a blocking function's hook of a give-up.
pub fn call_on_give_up<T, E>(
    given_up: &GivenUp,
    result: &Result<T, E>,
    hook: impl FnOnce(&GiveUpEvent<'_, E>),
) {
    hook(&given_up.event(result));
}

/// Types the argument of a closure that is told of a retry.
pub fn typed_on_retry<T, E, R, H: FnOnce(&RetryEvent<'_, E>) -> R>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// Types the argument of an async closure that is told of a retry.
pub fn typed_async_on_retry<T, E, H: AsyncFnOnce(&RetryEvent<'_, E>)>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// Types the argument of a closure that is told of a give-up.
pub fn typed_on_give_up<T, E, R, H: FnOnce(&GiveUpEvent<'_, E>) -> R>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// Types the argument of an async closure that is told of a give-up.
pub fn typed_async_on_give_up<T, E, H: AsyncFnOnce(&GiveUpEvent<'_, E>)>(_: &Result<T, E>, hook: H) -> H {
    hook
}

/// An async function's hook, which may be async itself: method lookup finds out. It is told while it owns the
/// result, and gives it back: so the result lives across the hook's awaits, and only then.
#[derive(Debug)]
pub struct Hook<S, T, E, H>(RefCell<Option<PendingHook<S, T, E, H>>>);

/// A step, the result that it comes after, and who is told.
type PendingHook<S, T, E, H> = (S, Result<T, E>, H);

impl<S: Step, T, E, H> Hook<S, T, E, H> {
    /// A hook that is about to be told.
    pub fn new(step: &S, result: Result<T, E>, hook: H) -> Self {
        Hook(RefCell::new(Some((step.clone(), result, hook))))
    }
}

macro_rules! hooks {
    ($($step:ident, $event:ident, $later:ident, $now:ident, $never:ident;)*) => {$(
        /// The hook is async.
        pub trait $later<T, E> {
            /// The result, once the hook has ended.
            fn __reattempt_call(self) -> Answer<Result<T, E>, impl Future<Output = Result<T, E>>>;
        }

        impl<T, E, H: AsyncFnOnce(&$event<'_, E>)> $later<T, E> for Hook<$step, T, E, H> {
            fn __reattempt_call(self) -> Answer<Result<T, E>, impl Future<Output = Result<T, E>>> {
                Answer::Later(async move {
                    let (step, result, hook) = self.0.take().expect("it was put in");
                    hook(&step.event(&result)).await;
                    result
                })
            }
        }

        /// The hook is not.
        pub trait $now<T, E> {
            /// The result, after the hook.
            fn __reattempt_call(self) -> Answer<Result<T, E>>;
        }

        impl<T, E, H: FnOnce(&$event<'_, E>)> $now<T, E> for &Hook<$step, T, E, H> {
            fn __reattempt_call(self) -> Answer<Result<T, E>> {
                let (step, result, hook) = self.0.take().expect("it was put in");
                hook(&step.event(&result));
                Answer::Now(result)
            }
        }

        /// It is none: what is wrong with it the compiler says where it is told.
        pub trait $never<T, E> {
            /// What was given.
            type Given;

            /// Never called.
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

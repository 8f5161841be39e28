//! The steps of a call: the methods that return it with one more rule.

use core::cell::Cell;
use core::error::Error;
use core::time::Duration;

use super::blocking_call::RetryCall;
use super::future::RetryFuture;
use super::lending::RetryLending;
use super::operation::Operation;
use super::rule::Both;
use super::searched::{Askable, Openable, Searchable, Showable};
use super::sleeper::Waits;
use super::step::{
    Asked, BreakerFailure, DelayBy, Fallback, LogAfter, LogAt, Named, On, OnGiveUp, OnRetry, OnSuccess, Own,
    RetryAfter, RetryAfterOk, RetryOk, Shown, Unless, When,
};
use super::template::RulesBuilder;
use crate::call::{GiveUpEvent, RetryEvent, SuccessEvent};
use crate::observe::LogLevel;

/// The steps about errors, which a template has too.
macro_rules! error_steps {
    ($call:ident [$($before:tt)*] [$($after:tt)*] where [$($bounds:tt)*]) => {
        impl<$($before)* R $($after)*> $call<$($before)* R $($after)*> where $($bounds)* {
            /// Names the operation in events. Without a name it is the place of the call: file, line and column.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let result = retry_core::Policy::new().retry(|| Err::<(), _>("disk full")).name("backup").run();
            /// assert_eq!(result, Err("disk full"));
            /// ```
            pub fn name(self, operation: &'static str) -> $call<$($before)* Both<Named, R> $($after)*> {
                self.with_rule(Named(operation))
            }

            /// Retries only errors that are an `A` or have an `A` in their source chain. If repeated, errors of any of
            /// the types are retried.
            ///
            /// With [`retryable`](Self::retryable), the error's own classification decides about a selected error. An
            /// error behind a box, such as `Box<dyn Error>` or `anyhow::Error`, is no `Error` itself: see
            /// [`on_inner`](Self::on_inner).
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use std::{io, str::Utf8Error};
            ///
            /// let mut reads = 0;
            /// let read = || {
            ///     reads += 1;
            ///     Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut))
            /// };
            /// assert!(retry_core::Policy::new().retry(read).on::<Utf8Error>().run().is_err());
            /// assert_eq!(reads, 1);
            /// ```
            pub fn on<A: Error + 'static>(self) -> $call<$($before)* Both<On<A, E>, R> $($after)*>
            where
                E: Searchable,
            {
                self.with_rule(On::new(|error| Some(error)))
            }

            /// Retries only errors in whose box an `A` is, or whose source chain has an `A`, like [`on`](Self::on). The
            /// error is a pointer to an error of unknown type: `Box<dyn Error>` with or without `Send` and `Sync`,
            /// `anyhow::Error`, `eyre::Report`.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use std::{error::Error, io};
            ///
            /// let mut reads = 0;
            /// let read = || {
            ///     reads += 1;
            ///     Err::<(), Box<dyn Error + Send + Sync>>(io::Error::from(io::ErrorKind::TimedOut).into())
            /// };
            /// assert!(retry_core::Policy::new().retry(read).on_inner::<io::Error>().run().is_err());
            /// assert_eq!(reads, 3);
            /// ```
            pub fn on_inner<A: Error + 'static>(self) -> $call<$($before)* Both<On<A, E>, R> $($after)*>
            where
                E: Openable,
            {
                self.with_rule(On::new(|error| Some(error.opened())))
            }

            /// Never retries errors that are an `A` or have an `A` in their source chain. It is asked before
            /// [`on`](Self::on), and its answer is final.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use std::io;
            ///
            /// let mut reads = 0;
            /// let read = || {
            ///     reads += 1;
            ///     Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut))
            /// };
            /// assert!(retry_core::Policy::new().retry(read).unless::<io::Error>().run().is_err());
            /// assert_eq!(reads, 1);
            /// ```
            pub fn unless<A: Error + 'static>(self) -> $call<$($before)* Both<Unless<A, E>, R> $($after)*>
            where
                E: Searchable,
            {
                self.with_rule(Unless::new(|error| Some(error)))
            }

            /// Never retries errors in whose box an `A` is, or whose source chain has an `A`: what
            /// [`unless`](Self::unless) is for the errors of [`on_inner`](Self::on_inner).
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use std::{error::Error, io};
            ///
            /// let mut reads = 0;
            /// let read = || {
            ///     reads += 1;
            ///     Err::<(), Box<dyn Error>>(io::Error::from(io::ErrorKind::TimedOut).into())
            /// };
            /// assert!(retry_core::Policy::new().retry(read).unless_inner::<io::Error>().run().is_err());
            /// assert_eq!(reads, 1);
            /// ```
            pub fn unless_inner<A: Error + 'static>(
                self,
            ) -> $call<$($before)* Both<Unless<A, E>, R> $($after)*>
            where
                E: Openable,
            {
                self.with_rule(Unless::new(|error| Some(error.opened())))
            }

            /// Retries only errors for which `predicate` is true. If repeated, every predicate has to be true.
            ///
            /// An error that the [`on`](Self::on) steps do not select is not passed to the predicate. The predicate
            /// decides before [`retryable`](Self::retryable).
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let mut status = [503, 404, 200].into_iter();
            /// let get = || match status.next() {
            ///     Some(200) => Ok("page"),
            ///     status => Err(status),
            /// };
            /// let result = retry_core::Policy::new().retry(get).when(|status| *status == Some(503)).run();
            /// assert_eq!(result, Err(Some(404)));
            /// ```
            pub fn when<P: Fn(&E) -> bool>(self, predicate: P) -> $call<$($before)* Both<When<P>, R> $($after)*> {
                self.with_rule(When(predicate))
            }

            /// Classifies each error by its [`Retryable`](crate::Retryable) implementation, and uses its hint. An attempt that exceeded
            /// its `attempt_timeout` is retried without asking.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use std::io;
            ///
            /// let mut reads = 0;
            /// let read = || {
            ///     reads += 1;
            ///     Err::<(), _>(io::Error::from(io::ErrorKind::NotFound))
            /// };
            /// assert!(retry_core::Policy::new().retry(read).retryable().run().is_err());
            /// assert_eq!(reads, 1);
            /// ```
            pub fn retryable(self) -> $call<$($before)* Both<Asked<E>, R> $($after)*>
            where
                E: Askable,
            {
                self.with_rule(Asked { is_retryable: E::is_retryable, retry_after: E::retry_after })
            }

            /// Reads the wait that the peer asked for from an error. It replaces the hint of [`Retryable`](crate::Retryable). The next
            /// attempt waits at least as long; a hint above the policy's `max_hint` ends the call.
            ///
            /// ```
            /// # let guard = retry_core::testing::no_wait();
            /// use std::time::Duration;
            ///
            /// let policy = retry_core::Policy::new().max(2);
            /// let call = policy.retry(|| Err::<(), u64>(90)).retry_after(|seconds| Some(Duration::from_secs(*seconds)));
            /// assert_eq!(call.run(), Err(90));
            /// assert!(guard.delays()[0] >= Duration::from_secs(90));
            /// ```
            pub fn retry_after<P: Fn(&E) -> Option<Duration>>(
                self,
                hint: P,
            ) -> $call<$($before)* Both<RetryAfter<P>, R> $($after)*> {
                self.with_rule(RetryAfter(hint))
            }

            /// Replaces the policy's delay after an error by that of a function of the error and the number of the
            /// attempt. No jitter is added; a hint still lengthens the wait.
            ///
            /// ```
            /// # let guard = retry_core::testing::no_wait();
            /// use std::time::Duration;
            ///
            /// let policy = retry_core::Policy::new();
            /// let call = policy.retry(|| Err::<(), _>("locked")).delay(|_, attempt| Duration::from_secs(10) * attempt);
            /// assert_eq!(call.run(), Err("locked"));
            /// assert_eq!(guard.delays(), [Duration::from_secs(10), Duration::from_secs(20)]);
            /// ```
            pub fn delay<D: Fn(&E, u32) -> Duration>(
                self,
                delay: D,
            ) -> $call<$($before)* Both<DelayBy<D>, R> $($after)*> {
                self.with_rule(DelayBy(delay))
            }

            /// Sets the level at which retries and give-ups are logged. The usual levels are `warn` and `error`.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use retry_core::{Policy, observe::LogLevel};
            ///
            /// let result = Policy::new().retry(|| Err::<(), _>("busy")).log(LogLevel::Debug).run();
            /// assert_eq!(result, Err("busy"));
            /// ```
            pub fn log(self, level: LogLevel) -> $call<$($before)* Both<LogAt, R> $($after)*> {
                self.with_rule(LogAt(level))
            }

            /// Logs the first `retries` at `debug`.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let result = retry_core::Policy::new().retry(|| Err::<(), _>("busy")).log_after(2).run();
            /// assert_eq!(result, Err("busy"));
            /// ```
            pub fn log_after(self, retries: u32) -> $call<$($before)* Both<LogAfter, R> $($after)*> {
                self.with_rule(LogAfter(retries))
            }

            /// Shows each error in events by its `Display` instead of the name of its type.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let result = retry_core::Policy::new().retry(|| Err::<(), _>("busy")).log_errors().run();
            /// assert_eq!(result, Err("busy"));
            /// ```
            pub fn log_errors(self) -> $call<$($before)* Both<Shown<E>, R> $($after)*>
            where
                E: Showable,
            {
                self.with_rule(Shown(E::fmt))
            }
        }
    };
}

/// The steps about values, and the hooks of one call.
macro_rules! call_steps {
    ($call:ident [$($before:tt)*] [$($after:tt)*] where [$($bounds:tt)*]) => {
        impl<$($before)* R $($after)*> $call<$($before)* R $($after)*> where $($bounds)* {
            /// Retries values for which `refuses` is true, for polling. If repeated, a value is retried if any of the
            /// predicates is true. When the attempts are used up, the last value is returned.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let mut states = ["pending", "pending", "done"].into_iter();
            /// let poll = || states.next().ok_or("no more states");
            /// let result = retry_core::Policy::new().retry(poll).retry_ok(|state| *state == "pending").run();
            /// assert_eq!(result, Ok("done"));
            /// ```
            pub fn retry_ok<P: Fn(&T) -> bool>(self, refuses: P) -> $call<$($before)* Both<RetryOk<P>, R> $($after)*> {
                self.with_rule(RetryOk(refuses))
            }

            /// Reads the wait that the peer asked for from a value that [`retry_ok`](Self::retry_ok) refuses.
            ///
            /// ```
            /// # let guard = retry_core::testing::no_wait();
            /// use std::time::Duration;
            ///
            /// let policy = retry_core::Policy::new().max(2);
            /// let poll = policy.retry(|| Ok::<u64, ()>(30)).retry_ok(|seconds| *seconds > 0);
            /// assert_eq!(poll.retry_after_ok(|seconds| Some(Duration::from_secs(*seconds))).run(), Ok(30));
            /// assert!(guard.delays()[0] >= Duration::from_secs(30));
            /// ```
            pub fn retry_after_ok<P: Fn(&T) -> Option<Duration>>(
                self,
                hint: P,
            ) -> $call<$($before)* Both<RetryAfterOk<P>, R> $($after)*> {
                self.with_rule(RetryAfterOk(hint))
            }

            /// Decides which outcomes are failures for the [`breaker`](Self::breaker), in place of its rule: errors that are
            /// worth a retry, and attempts that exceed their time. A value can be a failure too. An error that is none is
            /// ignored. Whether the call is retried is not affected, and without a breaker the step has no effect.
            ///
            /// `is_failure` receives each outcome once, also the error of an attempt that exceeded its time. It does not
            /// receive the refusal of a breaker or a throttle: nothing was sent.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// use retry_core::{CircuitBreaker, CircuitOpen, CircuitState};
            ///
            /// static SEARCH: CircuitBreaker = CircuitBreaker::new().consecutive_failures(1);
            ///
            /// # #[derive(Debug)] struct Refused; impl From<CircuitOpen> for Refused { fn from(_: CircuitOpen) -> Refused { Refused } }
            /// let policy = retry_core::Policy::new();
            /// let call = policy.retry(|| Ok::<u16, Refused>(503)).breaker(&SEARCH);
            /// let status = call.breaker_failure(|outcome| outcome.is_ok_and(|status| *status >= 500)).run();
            /// assert_eq!(status.unwrap(), 503);
            /// assert_eq!(SEARCH.state(), CircuitState::Open);
            /// ```
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            pub fn breaker_failure<P: Fn(Result<&T, &E>) -> bool>(
                self,
                is_failure: P,
            ) -> $call<$($before)* Both<BreakerFailure<P>, R> $($after)*> {
                self.with_rule(BreakerFailure(is_failure))
            }

            /// Calls `hook` before each wait. Several hooks are called in the order in which they are written.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let mut failures = Vec::new();
            /// let policy = retry_core::Policy::new();
            /// let call = policy.retry(|| Err::<(), _>("busy"));
            /// assert!(call.on_retry(|event| failures.push((event.attempt(), event.error().copied()))).run().is_err());
            /// assert_eq!(failures, [(1, Some("busy")), (2, Some("busy"))]);
            /// ```
            pub fn on_retry<H: FnMut(&RetryEvent<'_, E, T>)>(
                self,
                hook: H,
            ) -> $call<$($before)* Both<OnRetry<Own<H>>, R> $($after)*> {
                self.with_rule(OnRetry(Own::new(hook)))
            }

            /// Calls `hook` when the call gives up.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let mut reason = None;
            /// let policy = retry_core::Policy::new();
            /// let call = policy.retry(|| Err::<(), _>("busy"));
            /// assert!(call.on_give_up(|event| reason = Some(event.reason())).run().is_err());
            /// assert_eq!(reason, Some(retry_core::GiveUpReason::MaxAttempts));
            /// ```
            pub fn on_give_up<H: FnMut(&GiveUpEvent<'_, E, T>)>(
                self,
                hook: H,
            ) -> $call<$($before)* Both<OnGiveUp<Own<H>>, R> $($after)*> {
                self.with_rule(OnGiveUp(Own::new(hook)))
            }

            /// Calls `hook` when the call succeeds after a failed attempt.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let mut answers = [Err("busy"), Ok(7)].into_iter();
            /// let mut attempts = 0;
            /// let policy = retry_core::Policy::new();
            /// let call = policy.retry(|| answers.next().unwrap());
            /// assert_eq!(call.on_success(|event| attempts = event.attempt()).run(), Ok(7));
            /// assert_eq!(attempts, 2);
            /// ```
            pub fn on_success<H: FnMut(&SuccessEvent<'_>)>(
                self,
                hook: H,
            ) -> $call<$($before)* Both<OnSuccess<Own<H>>, R> $($after)*> {
                self.with_rule(OnSuccess(Own::new(hook)))
            }

            /// Ends a call that gave up with the result of `fallback`, which takes the last error. If repeated, the first
            /// one is asked first, and the next one takes its error.
            ///
            /// A function that has to wait for its result comes after the call: `match call.await { Err(error) => …`.
            ///
            /// ```
            /// # let _guard = retry_core::testing::no_wait();
            /// let result = retry_core::Policy::new().retry(|| Err::<u32, _>("busy")).fallback(|_| Ok(0)).run();
            /// assert_eq!(result, Ok(0));
            /// ```
            pub fn fallback<G: FnOnce(E) -> Result<T, E>>(
                self,
                fallback: G,
            ) -> $call<$($before)* Both<Fallback<G>, R> $($after)*> {
                self.with_rule(Fallback(Cell::new(Some(fallback))))
            }
        }
    };
}

error_steps!(RetryCall ['p, O, T, E,] [, S] where []);
call_steps!(RetryCall ['p, O, T, E,] [, S] where []);
error_steps!(RetryFuture ['p, O, T, E,] [, S, C, Z, K] where [O: Operation, Z: Waits]);
call_steps!(RetryFuture ['p, O, T, E,] [, S, C, Z, K] where [O: Operation, Z: Waits]);
error_steps!(RetryLending ['p, F, T, E,] [, S, C, Z] where []);
call_steps!(RetryLending ['p, F, T, E,] [, S, C, Z] where []);

error_steps!(RulesBuilder [E,] [] where []);

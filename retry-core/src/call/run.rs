//! Retries a closure without the attribute, in the same loop.
//!
//! Generic code cannot inspect the type of an error, so each question about an error is a step of the call,
//! with the bounds that the step needs.

use core::error::Error;
use core::fmt::{self, Display, Formatter};
use core::future::Future;
use core::marker::PhantomData;
use core::ops::ControlFlow::{Break, Continue};
use core::panic::Location;
use core::time::Duration;

use super::attempt_limit::{Limited, Limits, Unlimited};
use super::blocking;
use super::rules::{AllErrors, LogErrors, On, RetryableErrors, Rules, When};
use super::site::Site;
use super::step::{AfterAttempt, Decider, NextWait, step};
use crate::decision::{Selection, classify};
use crate::error::Failure;
use crate::error::chain::is_circuit_open;
use crate::policy::Policy;

impl Policy {
    /// Calls `operation` until it succeeds or this policy gives up, and returns its last result unchanged.
    ///
    /// The waits block the thread. In events the operation is named by the place of this call;
    /// [`name`](Policy::name) gives it a name. All errors are retried, unless a step limits them. A bare
    /// [`CircuitOpen`](crate::CircuitOpen) ends the call; with [`retryable`](Policy::retryable) the call
    /// waits until the breaker lets it through again.
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::io;
    ///
    /// let failures = [Err(io::ErrorKind::ConnectionReset), Err(io::ErrorKind::TimedOut)];
    /// let mut answers = failures.into_iter().chain([Ok("connected")]);
    /// let connect = || answers.next().expect("a policy makes three attempts by default");
    /// let result = retry_core::Policy::new().run(connect);
    /// assert_eq!(result, Ok("connected"));
    /// ```
    #[track_caller]
    pub fn run<T, E>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        RetryCall::unnamed(*self).run(operation)
    }

    /// Calls the async `operation` like [`run`](Policy::run), and waits on the runtime's timer.
    ///
    /// `operation` returns a new future for each attempt, as `|| client.get(url)`, `|| async { … }` and
    /// `async || …` do. The future of the call is `Send` if the closure and its futures are, so it can be
    /// spawned, even if the closure borrows. A closure whose futures borrow from the closure itself is not
    /// accepted, such as `async || { counter += 1; … }`, or `async move || …` that uses an owned value. Write
    /// `|| async { … }` with a `Cell` or an atomic instead, or clone the value before the block: `|| { let
    /// client = client.clone(); async move { … } }`.
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// let result = retry_core::Policy::new().max(2).run_async(async || Err::<(), _>("refused")).await;
    /// assert_eq!(result, Err("refused"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[track_caller]
    pub fn run_async<T, E, F, A>(&self, operation: F) -> impl Future<Output = Result<T, E>> + use<T, E, F, A>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        RetryCall::unnamed(*self).run_async(operation)
    }

    /// Returns a call with a name for its events: `policy.name("backup").run(|| …)`.
    pub const fn name(self, operation: &'static str) -> RetryCall {
        RetryCall::new(self, Name::Written(operation))
    }

    /// Returns a call that retries only errors that are an `A` or have an `A` in their source chain. See
    /// [`RetryCall::on`].
    #[track_caller]
    pub const fn on<A: Error + 'static>(self) -> RetryCall<On<A>> {
        let RetryCall { policy, name, rules, limit } = RetryCall::unnamed(self);
        RetryCall { policy, name, rules: On { inner: rules, selected: PhantomData }, limit }
    }

    /// Returns a call that retries only errors for which `predicate` is true. See [`RetryCall::when`].
    #[track_caller]
    pub fn when<P>(self, predicate: P) -> RetryCall<When<P>> {
        RetryCall::unnamed(self).when(predicate)
    }

    /// Returns a call that classifies its errors by [`Retryable`](crate::Retryable). See
    /// [`RetryCall::retryable`].
    #[track_caller]
    pub fn retryable(self) -> RetryCall<RetryableErrors> {
        RetryCall::unnamed(self).retryable()
    }

    /// Returns a call whose events show the errors. See [`RetryCall::log_errors`].
    #[track_caller]
    pub fn log_errors(self) -> RetryCall<LogErrors> {
        RetryCall::unnamed(self).log_errors()
    }

    /// Returns an async call whose attempts have a time limit. See [`RetryCall::attempt_timeout`].
    #[track_caller]
    pub fn attempt_timeout(self, timeout: Duration) -> RetryCall<AllErrors, Limited> {
        RetryCall::unnamed(self).attempt_timeout(timeout)
    }
}

/// A closure's call that has not started: a policy, a name and the rules for its errors.
///
/// Steps come in any order. Each step returns the call with one more rule.
///
/// ```
/// # use retry_core::{Policy, testing};
/// # let _guard = testing::no_wait();
/// use std::io;
///
/// let mut calls = 0;
/// let result = Policy::new().max(5).name("read config").on::<io::Error>().retryable().log_errors().run(|| {
///     calls += 1;
///     Err::<(), _>(io::Error::from(io::ErrorKind::NotFound))
/// });
/// assert_eq!(result.unwrap_err().kind(), io::ErrorKind::NotFound);
/// assert_eq!(calls, 1, "a missing file is not retried");
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is called before `run` or `run_async`"]
pub struct RetryCall<R = AllErrors, L = Unlimited> {
    policy: Policy,
    name: Name,
    rules: R,
    limit: L,
}

/// The name of an operation: written, or the place of its call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Name {
    Written(&'static str),
    Location(&'static Location<'static>),
}

impl Name {
    #[track_caller]
    pub(super) const fn caller() -> Name {
        Name::Location(Location::caller())
    }

    /// Returns the name without the line, for metrics.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Name::Written(label) => label,
            Name::Location(location) => location.file(),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Name::Written(name) => f.write_str(name),
            Name::Location(location) => location.fmt(f),
        }
    }
}

impl RetryCall {
    #[track_caller]
    const fn unnamed(policy: Policy) -> RetryCall {
        RetryCall::new(policy, Name::caller())
    }

    const fn new(policy: Policy, name: Name) -> RetryCall {
        RetryCall { policy, name, rules: AllErrors, limit: Unlimited }
    }
}

impl<R, L> RetryCall<R, L> {
    fn site(&self) -> Site<'_> {
        Site::new(self.name.label(), &self.policy)
    }

    /// Returns the call with one more layer of rules.
    fn with_rules<N>(self, layer: impl FnOnce(R) -> N) -> RetryCall<N, L> {
        let RetryCall { policy, name, rules, limit } = self;
        RetryCall { policy, name, rules: layer(rules), limit }
    }

    /// Names the operation in events.
    pub fn name(mut self, operation: &'static str) -> Self {
        self.name = Name::Written(operation);
        self
    }

    /// Retries only errors that are an `A` or have an `A` in their source chain. If repeated, errors of any
    /// of the types are retried.
    ///
    /// With [`retryable`](RetryCall::retryable), the error's own classification decides about a selected
    /// error.
    pub fn on<A: Error + 'static>(self) -> RetryCall<On<A, R>, L> {
        self.with_rules(|inner| On { inner, selected: PhantomData })
    }

    /// Retries only errors for which `predicate` is true. If repeated, every predicate has to be true.
    ///
    /// An error that the [`on`](RetryCall::on) steps do not select is not passed to the predicate. The
    /// predicate decides before [`retryable`](RetryCall::retryable). The operation comes later, so the
    /// closure has to name the type of its argument: `.when(|error: &MyError| …)`.
    pub fn when<P>(self, predicate: P) -> RetryCall<When<P, R>, L> {
        self.with_rules(|inner| When { inner, predicate })
    }

    /// Classifies each error by its [`Retryable`](crate::Retryable) implementation, and uses its hint. An attempt that
    /// [timed out](RetryCall::attempt_timeout) is retried without asking.
    pub fn retryable(self) -> RetryCall<RetryableErrors<R>, L> {
        self.with_rules(|inner| RetryableErrors { inner })
    }

    /// Shows each error in events by its `Display` instead of the name of its type.
    pub fn log_errors(self) -> RetryCall<LogErrors<R>, L> {
        self.with_rules(|inner| LogErrors { inner })
    }

    /// Cancels an attempt that runs longer than `timeout`; the attempt fails with `E::from(AttemptTimeout)`.
    /// Only async calls have this step.
    ///
    /// The attempt is retried, unless [`on`](RetryCall::on) selects other types or [`when`](RetryCall::when) refuses its
    /// error: with `on`, add `.on::<AttemptTimeout>()` and let the error's `source` lead to it.
    pub fn attempt_timeout(self, timeout: Duration) -> RetryCall<R, Limited> {
        let RetryCall { policy, name, rules, .. } = self;
        RetryCall { policy, name, rules, limit: Limited(timeout) }
    }
}

/// Decides after an attempt of a closure's call.
struct AfterClosure<'a, R, L> {
    call: &'a RetryCall<R, L>,
    timed_out: bool,
}

impl<E, R: Rules<E>, L> AfterAttempt<E> for AfterClosure<'_, R, L> {
    fn decide(&mut self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        let AfterClosure { call: RetryCall { rules, name, .. }, timed_out } = self;
        let Some(error) = error else { return decider.after_recovery(Some(name)) };
        let own = || {
            let classification = rules.is_retryable(error);
            // Without `retryable` the remaining open time is unknown, and a retry would be refused again.
            let is_refusal = is_circuit_open::<E>() && classification.is_none();
            *timed_out || (classification.unwrap_or(true) && !rules.gave_up(error) && !is_refusal)
        };
        let selection = || rules.selection(error).unwrap_or(Selection::Type);
        let is_retryable = classify(|| false, selection, || rules.predicate(error), own);
        decider.after_failure(&ClosureFailure { error, rules, name, is_retryable })
    }
}

/// A failed attempt of a closure's call.
struct ClosureFailure<'a, E, R> {
    error: &'a E,
    rules: &'a R,
    name: &'a Name,
    is_retryable: bool,
}

impl<E, R: Rules<E>> Failure for ClosureFailure<'_, E, R> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.rules.describe(self.error, f)
    }

    fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    fn hint(&self) -> Option<Duration> {
        self.rules.retry_after(self.error)
    }

    fn operation(&self) -> Option<&dyn Display> {
        Some(self.name)
    }
}

impl<R> RetryCall<R> {
    /// Calls `operation` until it succeeds or the policy gives up.
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    pub fn run<T, E>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E>
    where
        R: Rules<E>,
    {
        let after = AfterClosure { call: self, timed_out: false };
        blocking::run(&self.site(), after, operation)
    }
}

impl<R, L> RetryCall<R, L> {
    /// Calls the async `operation` like [`run`](RetryCall::run), and waits on the runtime's timer. The forms of a closure
    /// that it accepts are those of [`Policy::run_async`].
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    pub async fn run_async<T, E, F, A>(self, mut operation: F) -> Result<T, E>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
        R: Rules<E>,
        L: Limits<E>,
    {
        let mut progress = self.limit.begin(&self.site());
        loop {
            // The error is dropped before the wait, so the future stays `Send` if the error is not.
            let delay = {
                let (result, timed_out) = self.limit.run(&self.policy, &progress, operation()).await;
                let after = AfterClosure { call: &self, timed_out };
                match step(&self.site(), &mut progress, after, result) {
                    Continue(delay) => delay,
                    Break(result) => return result,
                }
            };
            delay.await;
        }
    }
}

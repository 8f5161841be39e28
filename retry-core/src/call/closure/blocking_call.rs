//! The call of a closure that blocks its thread.

use core::fmt::{self, Debug, Formatter};
use core::marker::PhantomData;
use core::ops::ControlFlow::{Break, Continue};
use core::panic::Location;
use core::time::Duration;

use super::super::blocking::{self, BlockingWait};
use super::super::cancel::block_or_cancel;
use super::super::handle::{AttemptStart, Call};
use super::super::planned::{GivenUp, Planned};
use super::super::progress::{Progress, Started};
use super::course::{Attempt, Course, Pause};
use super::ending::{Ending, Explained, Unchanged};
use super::operation::{BlockingOperation, Closure, WithCall};
use super::rule::{Needs, Rule};
use super::searched::Explainable;
use super::sharing::{Sharing, Unshared};
use crate::error::RetryError;
use crate::policy::Policy;
use crate::runtime::sleep;
use crate::runtime::{Clock, Delay};

/// A closure's call that has not started: a policy, an operation and the rules for its results.
///
/// [`Policy::retry`] creates it. Steps come in any order, and each returns the call with one more rule. [`run`] starts
/// it.
///
/// ```
/// # use retry_core::{Policy, testing};
/// # let _guard = testing::no_wait();
/// use std::io;
///
/// let mut calls = 0;
/// let read = || {
///     calls += 1;
///     Err::<(), _>(io::Error::from(io::ErrorKind::NotFound))
/// };
/// let result = Policy::new().max(5).retry(read).name("read config").on::<io::Error>().retryable().log_errors().run();
/// assert_eq!(result.unwrap_err().kind(), io::ErrorKind::NotFound);
/// assert_eq!(calls, 1, "a missing file is not retried");
/// ```
///
/// [`run`]: Self::run
#[must_use = "nothing is called before `run`"]
pub struct RetryCall<'p, O, T, E, R = (), S = Unshared> {
    pub(super) policy: &'p Policy,
    pub(super) place: &'static Location<'static>,
    pub(super) operation: O,
    pub(super) rules: R,
    pub(super) shared: S,
    pub(super) result: PhantomData<fn() -> Result<T, E>>,
}

impl Policy {
    /// Returns a call of `operation` by this policy. Nothing is called before [`run`](RetryCall::run).
    ///
    /// In events the operation is named by the place of this call; [`name`](RetryCall::name) gives it a name. All errors
    /// are retried, unless a step limits them. A bare [`CircuitOpen`](crate::CircuitOpen) ends the call; with
    /// [`retryable`](RetryCall::retryable) the call waits until the breaker lets it through again.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::io;
    ///
    /// let failures = [Err(io::ErrorKind::ConnectionReset), Err(io::ErrorKind::TimedOut)];
    /// let mut answers = failures.into_iter().chain([Ok("connected")]);
    /// let connect = || answers.next().expect("a policy makes three attempts by default");
    /// let result = retry_core::Policy::new().retry(connect).when(|kind| *kind != io::ErrorKind::NotFound).run();
    /// assert_eq!(result, Ok("connected"));
    /// ```
    ///
    /// The call borrows the policy. Run it in the same statement, as above, or give the policy a name first: a `const`,
    /// or a `let` before the call. The compiler reports a policy that ends too early as E0716 or E0515.
    #[track_caller]
    #[inline]
    pub fn retry<T, E, F: FnMut() -> Result<T, E>>(&self, operation: F) -> RetryCall<'_, Closure<F>, T, E> {
        RetryCall::new(self, Location::caller(), Closure(operation))
    }

    /// Returns a call of `operation` like [`retry`](Policy::retry), with a handle of the call as its argument: the number
    /// of the attempt, and means to stop, to restart and to pass on a hint.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// let result = Policy::new()
    ///     .retry_with(|call| {
    ///         if call.attempt() == 2 {
    ///             call.stop();
    ///         }
    ///         Err::<(), _>(call.attempt())
    ///     })
    ///     .run();
    /// assert_eq!(result, Err(2));
    /// ```
    #[track_caller]
    #[inline]
    pub fn retry_with<T, E, F: FnMut(&Call) -> Result<T, E>>(
        &self,
        operation: F,
    ) -> RetryCall<'_, WithCall<F>, T, E> {
        RetryCall::new(self, Location::caller(), WithCall(operation))
    }

    /// Calls `operation` until it succeeds or this policy gives up, and returns its last result unchanged: short for
    /// [`retry(operation)`](Policy::retry)[`.run()`](RetryCall::run).
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// let result = retry_core::Policy::new().max(2).run(|| Err::<(), _>("refused"));
    /// assert_eq!(result, Err("refused"));
    /// ```
    #[track_caller]
    #[inline]
    pub fn run<T, E>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        self.retry(operation).run()
    }
}

impl<'p, O, T, E> RetryCall<'p, O, T, E> {
    #[inline]
    pub(super) fn new(policy: &'p Policy, place: &'static Location<'static>, operation: O) -> Self {
        RetryCall { policy, place, operation, rules: (), shared: Unshared, result: PhantomData }
    }
}

impl<O: BlockingOperation<T, E>, T, E, R: Rule<T, E>, S: Sharing<E>> RetryCall<'_, O, T, E, R, S> {
    /// Calls the operation until it succeeds or the policy gives up, and returns its last result unchanged. The waits
    /// block the thread. On `wasm32-unknown-unknown`, where nothing can block it, a call without
    /// [`sleep`](Self::sleep) makes one attempt.
    ///
    /// # Errors
    /// Returns the error of the last attempt, or what the fallback returns. A call that its breaker refuses before
    /// attempt 1 has no error of its own; it returns one that is made from the refusal.
    #[inline]
    pub fn run(self) -> Result<T, E> {
        self.run_to::<Unchanged>()
    }

    /// Calls the operation like [`run`](Self::run), and returns the reason why the call gave up beside its last error.
    ///
    /// The error is an `Error` that is `'static`, a pointer to one of unknown type, or a text.
    ///
    /// # Errors
    /// Returns the reason, the number of attempts, the time and the error of the last attempt. A value that
    /// [`retry_ok`](Self::retry_ok) refuses at the last attempt leaves no last error.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::{GiveUpReason, Policy};
    ///
    /// let error = Policy::new().retry(|| Err::<(), _>("down")).run_or_explain().unwrap_err();
    /// assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 3));
    /// assert_eq!(error.into_last(), Some("down"));
    /// ```
    #[inline]
    pub fn run_or_explain<M>(self) -> Result<T, RetryError<E>>
    where
        E: Explainable<M>,
    {
        self.run_to::<Explained<M>>()
    }

    #[inline]
    fn run_to<K: Ending<T, E>>(self) -> K::Output {
        // One guard that may be empty would cost a call without spans 32 instructions.
        match Course::new(self.policy, self.place, &self.rules, Clock::Blocking).enter_call() {
            None => self.run_entered::<K>(),
            Some(_entered) => self.run_entered::<K>(),
        }
    }

    #[inline]
    fn run_entered<K: Ending<T, E>>(mut self) -> K::Output {
        let one_attempt;
        let policy = if sleep::can_block() || self.rules.needs().has(Needs::SLEEP) {
            self.policy
        } else {
            one_attempt = self.policy.max(1);
            &one_attempt
        };
        let course = Course::new(policy, self.place, &self.rules, Clock::Blocking);
        let progress = match course.start::<S, K>(&mut self.shared) {
            Continue(progress) => progress,
            Break(end) => return end,
        };
        let call = course.call(&progress, O::TAKES_CALL);
        let call = call.as_ref();
        let result = attempt(&course, &self.shared, &mut self.operation, call);
        match self.shared.judged(course.rules(), result) {
            Ok(value) if course.accepts(&value, call) => {
                self.shared.succeeded();
                course.fill_success();
                K::succeeded(value)
            }
            Err(error) if course.is_plain::<S, K>(&self.shared, call) => {
                let result = retry_plainly(&course, &mut self.operation, Started::from(progress), error);
                match result.or_else(|error| course.rules().fallback(error)) {
                    Ok(value) => K::succeeded(value),
                    Err(error) => K::failed(None, error),
                }
            }
            result => {
                let (shared, operation) = (self.shared, self.operation);
                Retries { course, shared, operation, call, progress }.retry::<K>(result)
            }
        }
    }
}

/// Makes the attempts after the first one in the loop that all calls with these rules share.
#[inline]
fn retry_plainly<T, E, R: Rule<T, E>, O: BlockingOperation<T, E>>(
    course: &Course<'_, T, E, R>,
    operation: &mut O,
    started: Started,
    error: E,
) -> Result<T, E> {
    let wait = WaitByRule(course.rules(), PhantomData);
    blocking::retry(wait, &course.named_site(), started, course, error, &mut |_| operation.attempt(None))
}

/// Waits by a rule of the call, or on the thread's own timer.
struct WaitByRule<'a, R, T, E>(&'a R, PhantomData<fn() -> (T, E)>);

impl<T, E, R: Rule<T, E>> BlockingWait for WaitByRule<'_, R, T, E> {
    fn wait(&mut self, delay: Delay) {
        block(self.0, delay);
    }
}

#[inline]
fn attempt<T, E, R: Rule<T, E>, S: Sharing<E>, O: BlockingOperation<T, E>>(
    course: &Course<'_, T, E, R>,
    shared: &S,
    operation: &mut O,
    call: Option<&Call>,
) -> Result<T, E> {
    match course.trace() {
        None => marked_attempt(course, shared, operation, call),
        Some(trace) => {
            let _entered = trace.enter_attempt();
            marked_attempt(course, shared, operation, call)
        }
    }
}

#[inline]
fn marked_attempt<T, E, R: Rule<T, E>, S: Sharing<E>, O: BlockingOperation<T, E>>(
    course: &Course<'_, T, E, R>,
    shared: &S,
    operation: &mut O,
    call: Option<&Call>,
) -> Result<T, E> {
    let _mark = shared.mark();
    let (Some(limit), Some(call)) = (course.rules().restart_after(), call) else {
        return operation.attempt(call);
    };
    let start = AttemptStart::now(Clock::Blocking);
    let result = operation.attempt(Some(call));
    call.restart_after(limit, start);
    result
}

/// The attempts after the first one.
struct Retries<'a, T, E, R, S, O> {
    course: Course<'a, T, E, R>,
    shared: S,
    operation: O,
    call: Option<&'a Call>,
    progress: Progress,
}

impl<T, E, R: Rule<T, E>, S: Sharing<E>, O: BlockingOperation<T, E>> Retries<'_, T, E, R, S, O> {
    #[cold]
    #[inline(never)]
    fn retry<K: Ending<T, E>>(mut self, result: Result<T, E>) -> K::Output {
        let rules = self.course.rules();
        let may_end = rules.needs().has(Needs::CANCEL) || self.shared.may_refuse();
        // The rule of `cancel` needs a plan, and its event after the wait, so the attempt need not.
        let ended = Attempt { call: self.call, ..Attempt::default() };
        let is_cancelled = || rules.cancel(Duration::ZERO).unwrap_or(false);
        let first = Attempt { is_cancelled: is_cancelled(), ..ended };
        let mut next = self.course.failed::<S, K>(&mut self.shared, &mut self.progress, result, first);
        loop {
            match next {
                Break(end) => return end,
                Continue(Pause { planned: Some(planned), result, .. }) if may_end => {
                    if let Err(given_up) = self.wait_or_end(&planned) {
                        return self.course.give_up::<K>(Some(&given_up), result);
                    }
                }
                Continue(Pause { wait, result, .. }) => {
                    // The error is not needed during the wait.
                    drop(result);
                    block(rules, Delay(wait));
                }
            }
            let result = attempt(&self.course, &self.shared, &mut self.operation, self.call);
            next =
                self.course.after::<S, K>(&mut self.shared, &mut self.progress, result, ended, is_cancelled);
        }
    }

    /// Waits for the next attempt, which `cancel` or the breaker may prevent.
    fn wait_or_end(&mut self, planned: &Planned) -> Result<(), GivenUp> {
        let rules = self.course.rules();
        if rules.needs().has(Needs::CANCEL) {
            let cancel = |wait| rules.cancel(wait).unwrap_or(false);
            if block_or_cancel(&cancel, planned.wait(), |rest| block(rules, rest)) {
                return Err(planned.cancelled());
            }
        } else {
            block(rules, planned.wait());
        }
        self.shared.resume(planned, Clock::Blocking)
    }
}

/// Waits by the rule for it, or on the thread's own timer.
fn block<T, E>(rules: &impl Rule<T, E>, delay: Delay) {
    if rules.needs().has(Needs::SLEEP) {
        sleep::block_with(|time| _ = rules.block(time), delay);
    } else {
        sleep::block(delay.0);
    }
}

impl<O, T, E, R: Debug, S: Debug> Debug for RetryCall<'_, O, T, E, R, S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RetryCall { policy, rules, shared, .. } = self;
        f.debug_struct("RetryCall")
            .field("policy", policy)
            .field("rules", rules)
            .field("shared", shared)
            .finish_non_exhaustive()
    }
}

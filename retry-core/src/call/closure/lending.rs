//! The call of an async closure that lends from what it captures.

use core::fmt::{self, Debug, Formatter};
use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::panic::Location;
use core::pin::{Pin, pin};
use core::task::Poll;

use super::super::handle::{AttemptStart, Call};
use super::super::planned::{GivenUp, Planned};
use super::super::progress::Progress;
use super::super::timeout::limit_now;
use super::course::{Attempt, Course, Next};
use super::ending::{Ending, Explained, Unchanged};
use super::rule::Rule;
use super::searched::Explainable;
use super::sharing::{Sharing, Unshared};
use super::sleeper::{Cancel, Never, Runtime, Sleeper, poll_wait};
use crate::error::{AttemptTimeout, RetryError};
use crate::policy::Policy;
use crate::policy::nanos::Nanos;
use crate::runtime::{Clock, Delay};

/// The call of an async closure that lends from what it captures. [`Policy::retry_async_mut`] creates it, and
/// [`run`](Self::run) returns its future.
#[must_use = "nothing is called before `run`"]
pub struct RetryLending<'p, F, T, E, R = (), S = Unshared, C = Never, Z = Runtime> {
    pub(super) policy: &'p Policy,
    pub(super) place: &'static Location<'static>,
    pub(super) operation: F,
    pub(super) rules: R,
    pub(super) shared: S,
    pub(super) cancel: C,
    pub(super) sleeper: Z,
    pub(super) result: PhantomData<fn() -> Result<T, E>>,
}

impl Policy {
    /// Returns a call of an async closure whose futures may borrow what it captures, such as `async || { sent += 1; … }`.
    ///
    /// It has the steps of [`retry_async`](Policy::retry_async), and `.run().await` at its end. A call that borrows from
    /// its closure is often not `Send`, so it is for code that awaits it in place.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// let mut sent = Vec::new();
    /// let send = async || {
    ///     sent.push(sent.len());
    ///     if sent.len() < 3 { Err("busy") } else { Ok(sent.len()) }
    /// };
    /// assert_eq!(Policy::new().retry_async_mut(send).log_errors().run().await, Ok(3));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[track_caller]
    pub fn retry_async_mut<T, E, F: AsyncFnMut() -> Result<T, E>>(
        &self,
        operation: F,
    ) -> RetryLending<'_, F, T, E> {
        RetryLending {
            policy: self,
            place: Location::caller(),
            operation,
            rules: (),
            shared: Unshared,
            cancel: Never,
            sleeper: Runtime,
            result: PhantomData,
        }
    }
}

impl<F, T, E, R, S, C, Z> RetryLending<'_, F, T, E, R, S, C, Z>
where
    F: AsyncFnMut() -> Result<T, E>,
    R: Rule<T, E>,
    S: Sharing<E>,
    C: Cancel,
    Z: Sleeper,
{
    /// Calls the operation until it succeeds or the policy gives up, and returns its last result unchanged.
    ///
    /// # Errors
    /// Returns the error of the last attempt, or what the fallback returns.
    pub async fn run(self) -> Result<T, E> {
        self.run_to::<Unchanged>().await
    }

    /// Calls the operation like [`run`](Self::run), and returns the reason why the call gave up beside its last error.
    ///
    /// # Errors
    /// Returns the reason, the number of attempts, the time and the error of the last attempt. A value that
    /// [`retry_ok`](Self::retry_ok) refuses at the last attempt leaves no last error.
    pub async fn run_or_explain<M>(self) -> Result<T, RetryError<E>>
    where
        E: Explainable<M>,
    {
        self.run_to::<Explained<M>>().await
    }

    async fn run_to<N: Ending<T, E>>(mut self) -> N::Output {
        let mut cancel = pin!(self.cancel);
        let course = Course::new(self.policy, self.place, &self.rules, Clock::Async);
        let mut progress = match course.start::<S, N>(&mut self.shared) {
            Ok(progress) => progress,
            Err(end) => return end,
        };
        let call = course.call(&progress, false);
        let call = call.as_ref();
        loop {
            // A scope of its own: the error is dropped before the wait, unless the call may end with it.
            let (wait, kept) = {
                let start = call.map(|_| AttemptStart::now(Clock::Async));
                let attempt = (self.operation)();
                let (result, timed_out) =
                    run_attempt(&course, &self.shared, &self.sleeper, &progress, attempt).await;
                restart(&course, call, start);
                let result = match result {
                    Ok(value) if course.accepts(&value, call) => {
                        return course.succeeded::<S, N>(&mut self.shared, &progress, call, value);
                    }
                    result => result,
                };
                let is_cancelled = cancelled(cancel.as_mut()).await;
                let attempt = Attempt { call, is_cancelled, may_be_cancelled: C::IS_POSSIBLE, timed_out };
                match course.decide::<S, N>(&mut self.shared, &mut progress, &result, attempt) {
                    Next::Wait(wait, planned) => {
                        let may_end = C::IS_POSSIBLE || self.shared.may_refuse();
                        (wait, planned.filter(|_| may_end).map(|planned| (planned, result)))
                    }
                    Next::End(given_up) => return course.give_up::<N>(given_up, result),
                }
            };
            let is_cancelled = wait_for(cancel.as_mut(), &self.sleeper, wait).await;
            if let Some((planned, result)) = kept
                && let Err(given_up) = resume::<E, S>(&mut self.shared, &planned, is_cancelled)
            {
                return course.give_up::<N>(Some(given_up), result);
            }
        }
    }
}

/// Runs an attempt. Returns its result, and whether it exceeded its limit.
async fn run_attempt<T, E, R: Rule<T, E>, S: Sharing<E>, Z: Sleeper>(
    course: &Course<'_, T, E, R>,
    shared: &S,
    sleeper: &Z,
    progress: &Progress,
    attempt: impl Future<Output = Result<T, E>>,
) -> (Result<T, E>, bool) {
    let mut attempt = pin!(attempt);
    let limit = course.rules().limit();
    let time = limit.as_ref().map(|limit| limit_now(course.policy(), progress, limit.time));
    let mut timer = pin!(time.map(|time| sleeper.timer(time)));
    poll_fn(|context| {
        let _mark = shared.mark();
        if let Poll::Ready(result) = attempt.as_mut().poll(context) {
            return Poll::Ready((result, false));
        }
        let (Some(limit), Some(time), Some(timer)) = (&limit, time, timer.as_mut().as_pin_mut()) else {
            return Poll::Pending;
        };
        timer.poll(context).map(|()| (Err((limit.error)(AttemptTimeout::new(time))), true))
    })
    .await
}

fn restart<T, E, R: Rule<T, E>>(
    course: &Course<'_, T, E, R>,
    call: Option<&Call>,
    start: Option<AttemptStart>,
) {
    if let (Some(limit), Some(call), Some(start)) = (course.rules().restart_after(), call, start) {
        call.restart_after(limit, start);
    }
}

async fn cancelled<C: Cancel>(mut cancel: Pin<&mut C>) -> bool {
    poll_fn(|context| Poll::Ready(cancel.as_mut().is_cancelled(context))).await
}

async fn wait_for<C: Cancel, Z: Sleeper>(mut cancel: Pin<&mut C>, sleeper: &Z, wait: Nanos) -> bool {
    let mut wait = pin!(sleeper.wait(Delay(wait)));
    poll_fn(|context| poll_wait(cancel.as_mut(), wait.as_mut(), context)).await
}

fn resume<E, S: Sharing<E>>(shared: &mut S, planned: &Planned, is_cancelled: bool) -> Result<(), GivenUp> {
    if is_cancelled { Err(planned.cancelled()) } else { shared.resume(planned) }
}

impl<F, T, E, R: Debug, S: Debug, C, Z> Debug for RetryLending<'_, F, T, E, R, S, C, Z> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RetryLending { policy, rules, shared, .. } = self;
        f.debug_struct("RetryLending")
            .field("policy", policy)
            .field("rules", rules)
            .field("shared", shared)
            .finish_non_exhaustive()
    }
}

//! The time limit on one attempt of an async call.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::time::Duration;

use super::progress::Progress;
use crate::decision::Outcome;
use crate::error::{AttemptTimeout, FromTimeout};
use crate::policy::Policy;
use crate::policy::nanos::{Nanos, from_duration, min};
use crate::runtime::{self, Clock, Wait};

/// Runs `attempt`, and drops it when `timeout` or the policy's deadline has passed.
///
/// # Errors
/// If the attempt was dropped.
pub async fn limit<F: Future>(
    policy: &Policy,
    progress: &Progress,
    timeout: Duration,
    attempt: F,
) -> Result<F::Output, AttemptTimeout> {
    let limit = limit_now(policy, progress, timeout);
    race(attempt, Wait::timer(from_duration(limit))).await.ok_or(AttemptTimeout::new(limit))
}

/// Runs `attempt` like [`limit`], with the caller's timer.
///
/// # Errors
/// If the attempt was dropped.
pub async fn limit_with<F: Future, S: Future<Output = ()>>(
    policy: &Policy,
    progress: &Progress,
    timeout: Duration,
    attempt: F,
    sleep: impl FnOnce(Duration) -> S,
) -> Result<F::Output, AttemptTimeout> {
    let limit = limit_now(policy, progress, timeout);
    race(attempt, sleep(limit)).await.ok_or(AttemptTimeout::new(limit))
}

/// Returns the time limit of an attempt that starts now.
pub(super) fn limit_now(policy: &Policy, progress: &Progress, timeout: Duration) -> Duration {
    if !policy.has_deadline() {
        return timeout;
    }
    let elapsed = { *progress }.elapsed(runtime::now(Clock::Async));
    let left: Nanos = policy.deadline.saturating_sub(elapsed);
    Duration::from_nanos(min(from_duration(timeout), left))
}

/// Returns the output of `attempt`, or `None` if `timer` ends first. The attempt is polled first, so an
/// attempt that is ready counts.
async fn race<F: Future>(attempt: F, timer: impl Future<Output = ()>) -> Option<F::Output> {
    let (mut attempt, mut timer) = (pin!(attempt), pin!(timer));
    poll_fn(|context| match attempt.as_mut().poll(context) {
        core::task::Poll::Ready(output) => core::task::Poll::Ready(Some(output)),
        core::task::Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Returns the result of a function whose attempt timed out.
#[must_use]
pub fn timed_out<O: Outcome<Error: FromTimeout>>(timeout: AttemptTimeout) -> O {
    O::from_result(Err(FromTimeout::from_timeout(timeout)))
}

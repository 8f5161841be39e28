//! The time limit on one attempt of an async call.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use pin_project_lite::pin_project;

use super::progress::Progress;
use crate::decision::Outcome;
use crate::error::{AttemptTimeout, FromTimeout};
use crate::policy::Policy;
use crate::policy::nanos::{Nanos, from_duration, min};
use crate::runtime::{self, Clock, Wait};

/// Runs `attempt`, and drops it when `timeout` or the policy's deadline has passed.
pub fn limit<F: Future>(
    policy: &Policy,
    progress: &Progress,
    timeout: Duration,
    attempt: F,
) -> Limited<F, Wait> {
    let limit = limit_now(policy, progress, timeout);
    Limited { attempt, timer: Wait::timer(from_duration(limit)), limit }
}

/// Runs `attempt` like [`limit`], with the caller's timer.
pub fn limit_with<F: Future, S: Future<Output = ()>>(
    policy: &Policy,
    progress: &Progress,
    timeout: Duration,
    attempt: F,
    sleep: impl FnOnce(Duration) -> S,
) -> Limited<F, S> {
    let limit = limit_now(policy, progress, timeout);
    Limited { attempt, timer: sleep(limit), limit }
}

pin_project! {
    /// An attempt with a time limit, which returns an error if the limit ends it.
    ///
    /// It is no `async fn`: the compiler could not prove that one with a hedged attempt in it is `Send`.
    #[must_use = "an attempt runs only when awaited"]
    pub struct Limited<F, W> {
        #[pin]
        attempt: F,
        #[pin]
        timer: W,
        limit: Duration,
    }
}

/// The attempt is polled first, so an attempt that is ready counts.
impl<F: Future, W: Future<Output = ()>> Future for Limited<F, W> {
    type Output = Result<F::Output, AttemptTimeout>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.attempt.poll(context) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => this.timer.poll(context).map(|()| Err(AttemptTimeout::new(*this.limit))),
        }
    }
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

/// Returns the result of a function whose attempt timed out.
#[must_use]
pub fn timed_out<O: Outcome<Error: FromTimeout>>(timeout: AttemptTimeout) -> O {
    O::from_result(Err(FromTimeout::from_timeout(timeout)))
}

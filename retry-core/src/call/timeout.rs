//! A limit on one attempt of an async call.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::time::Duration;

use crate::call::convert::FromTimeout;
use crate::call::progress::Progress;
use crate::decision::outcome::Outcome;
use crate::policy::nanos::{Nanos, from_duration, min};
use crate::policy::policy::Policy;
use crate::runtime::clock::Clock;
use crate::runtime::sleep::Wait;

/// The error of an attempt that ran into its `attempt_timeout`, or into the deadline while it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptTimeout {
    limit: Duration,
}

impl AttemptTimeout {
    /// How long the attempt was given.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        self.limit
    }
}

impl fmt::Display for AttemptTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the attempt did not end within {:?}", self.limit)
    }
}

impl core::error::Error for AttemptTimeout {}

/// Of the kind [`TimedOut`](std::io::ErrorKind::TimedOut), made of the timeout.
impl From<AttemptTimeout> for std::io::Error {
    fn from(timeout: AttemptTimeout) -> Self {
        std::io::Error::new(std::io::ErrorKind::TimedOut, timeout)
    }
}

/// `attempt`, dropped when it has run for `timeout` or into the policy's deadline.
///
/// # Errors
/// If it was.
pub async fn limit<F: Future>(
    policy: &Policy,
    progress: &Progress,
    timeout: Duration,
    attempt: F,
) -> Result<F::Output, AttemptTimeout> {
    let limit = limit_now(policy, progress, timeout);
    race(attempt, Wait::timer(from_duration(limit))).await.ok_or(AttemptTimeout { limit })
}

/// The same by the caller's timer.
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
    race(attempt, sleep(limit)).await.ok_or(AttemptTimeout { limit })
}

/// What is left for an attempt that starts now.
fn limit_now(policy: &Policy, progress: &Progress, timeout: Duration) -> Duration {
    if !policy.has_deadline() {
        return timeout;
    }
    let elapsed = { *progress }.elapsed(Clock::Async.now());
    let left: Nanos = policy.deadline.saturating_sub(elapsed);
    Duration::from_nanos(min(from_duration(timeout), left))
}

/// What `attempt` yields, unless `timer` ends first. The attempt is polled first: one that is ready counts.
async fn race<F: Future>(attempt: F, timer: impl Future<Output = ()>) -> Option<F::Output> {
    let (mut attempt, mut timer) = (pin!(attempt), pin!(timer));
    poll_fn(|context| match attempt.as_mut().poll(context) {
        core::task::Poll::Ready(output) => core::task::Poll::Ready(Some(output)),
        core::task::Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// What a function returns whose attempt timed out.
#[must_use]
pub fn timed_out<O: Outcome<Error: FromTimeout>>(timeout: AttemptTimeout) -> O {
    O::from_result(Err(FromTimeout::from_timeout(timeout)))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::Retryable;

    #[test]
    fn an_io_error_keeps_the_timeout_that_it_is_made_of() {
        let timeout = AttemptTimeout { limit: Duration::from_secs(5) };
        let error = io::Error::from(timeout);
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "the attempt did not end within 5s");
        assert_eq!(error.get_ref().unwrap().downcast_ref(), Some(&timeout));
        assert!(error.is_retryable());
    }
}

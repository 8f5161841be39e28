//! After an attempt: the code that every retried function shares, out of line and free of its types.

use core::fmt::Display;
use core::time::Duration;

use crate::clock::Clock;
use crate::decide::{Decision, Failed, decide};
use crate::failure::Failure;
use crate::nanos::{Nanos, to_duration};
use crate::observe::{self, Facts};
use crate::policy::Policy;
use crate::progress::Progress;
use crate::scene;
use crate::sleep::{self, Wait};

/// A retried function: its name and its policy.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    operation: &'static str,
    policy: Policy,
}

impl Site {
    /// A function called `operation` in events.
    #[inline]
    #[must_use]
    pub const fn new(operation: &'static str, policy: Policy) -> Site {
        Site { operation, policy }
    }

    /// Its policy.
    #[inline]
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// A blocking attempt failed: waits and is `true`, or is `false` to give up.
#[cold]
#[inline(never)]
#[must_use]
pub fn retry_blocking(site: &Site, progress: &mut Progress, failure: &dyn Failure) -> bool {
    next(site, progress, failure, Clock::Blocking).map(sleep::block).is_some()
}

/// The same for a function that waits by other means: the delay, or `None` to give up.
#[cold]
#[inline(never)]
#[must_use]
pub fn retry_blocking_after(site: &Site, progress: &mut Progress, failure: &dyn Failure) -> Option<Duration> {
    next(site, progress, failure, Clock::Blocking).map(to_duration)
}

/// An async attempt failed: the wait before the next, or `None` to give up.
#[cold]
#[inline(never)]
#[must_use]
pub fn retry_async(site: &Site, progress: &mut Progress, failure: &dyn Failure) -> Option<Wait> {
    next(site, progress, failure, Clock::Async).map(Wait::new)
}

/// The same for a function that waits by other means: the delay, or `None` to give up.
#[cold]
#[inline(never)]
#[must_use]
pub fn retry_async_after(site: &Site, progress: &mut Progress, failure: &dyn Failure) -> Option<Duration> {
    next(site, progress, failure, Clock::Async).map(to_duration)
}

/// The delay before the next attempt, or `None` to give up. Tells of either, and moves `progress` on.
fn next(site: &Site, progress: &mut Progress, failure: &dyn Failure, clock: Clock) -> Option<Nanos> {
    let policy = &site.policy;
    let running = progress.running(policy, clock);
    let failed = Failed {
        attempt: running.attempt.get(),
        is_retryable: true,
        elapsed: running.elapsed(clock),
        previous: running.previous,
        draw: scene::draw(),
    };
    let facts = Facts {
        operation: failure.operation().unwrap_or(&site.operation),
        attempt: failed.attempt,
        max_attempts: policy.max_attempts(),
        elapsed: failed.elapsed,
    };
    match decide(policy, &failed) {
        Decision::Retry(delay) => {
            observe::retry(&facts, delay, failure);
            progress.advance(running, delay);
            Some(delay)
        }
        Decision::GiveUp(reason) => {
            observe::give_up(&facts, reason, failure);
            None
        }
    }
}

/// A blocking call succeeded after a failure.
#[cold]
#[inline(never)]
pub fn recovered_blocking(site: &Site, progress: &Progress, operation: Option<&dyn Display>) {
    recovered(site, progress, operation, Clock::Blocking);
}

/// An async call succeeded after a failure.
#[cold]
#[inline(never)]
pub fn recovered_async(site: &Site, progress: &Progress, operation: Option<&dyn Display>) {
    recovered(site, progress, operation, Clock::Async);
}

fn recovered(site: &Site, progress: &Progress, operation: Option<&dyn Display>, clock: Clock) {
    let running = progress.running(&site.policy, clock);
    observe::recovered(&Facts {
        operation: operation.unwrap_or(&site.operation),
        attempt: running.attempt.get(),
        max_attempts: site.policy.max_attempts(),
        elapsed: running.elapsed(clock),
    });
}

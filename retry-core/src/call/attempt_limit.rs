//! The time limit on an attempt of a closure's call.

use core::future::Future;
use core::time::Duration;

use super::progress::Progress;
use super::site::Site;
use super::timeout::limit;
use crate::error::AttemptTimeout;
use crate::policy::Policy;

/// A time limit on an attempt, or no limit.
pub trait Limits<E> {
    /// Returns the progress at the start of a call.
    fn begin(&self, site: &Site<'_>) -> Progress;

    /// Runs one attempt. Returns its result and whether it was cancelled.
    fn run<T, F: Future<Output = Result<T, E>>>(
        &self,
        policy: &Policy,
        progress: &Progress,
        attempt: F,
    ) -> impl Future<Output = (Result<T, E>, bool)>;
}

/// No time limit.
#[derive(Clone, Copy, Debug)]
pub struct Unlimited;

impl<E> Limits<E> for Unlimited {
    fn begin(&self, site: &Site<'_>) -> Progress {
        Progress::asynchronous(site)
    }

    async fn run<T, F: Future<Output = Result<T, E>>>(
        &self,
        _: &Policy,
        _: &Progress,
        attempt: F,
    ) -> (Result<T, E>, bool) {
        (attempt.await, false)
    }
}

/// A time limit of this duration.
#[derive(Clone, Copy, Debug)]
pub struct Limited(pub(super) Duration);

impl<E: From<AttemptTimeout>> Limits<E> for Limited {
    fn begin(&self, _: &Site<'_>) -> Progress {
        Progress::asynchronous_timed()
    }

    async fn run<T, F: Future<Output = Result<T, E>>>(
        &self,
        policy: &Policy,
        progress: &Progress,
        attempt: F,
    ) -> (Result<T, E>, bool) {
        match limit(policy, progress, self.0, attempt).await {
            Ok(result) => (result, false),
            Err(timeout) => (Err(timeout.into()), true),
        }
    }
}

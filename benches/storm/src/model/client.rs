//! What all clients have in common.

use std::time::Duration;

use super::net::Net;

/// The attempts of a call, the first included, wherever a client makes more than one.
pub(crate) const ATTEMPTS: u32 = 3;
/// The delay before the second attempt; it doubles from one attempt to the next. Jitter is the client's own.
pub(crate) const BASE: Duration = Duration::from_millis(100);
/// The longest delay.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);
/// How long a client waits for the answer to one attempt.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(500);

/// How long a whole call may take; a later answer is useless. Three attempts and the waits between them take 2.1 s at the
/// most, so it matters only where a library holds calls back.
pub(crate) const LIMIT: Duration = Duration::from_secs(3);

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server rejects it: the status 503.
    Overloaded,
    /// The connection was refused or broken.
    Broken,
    TimedOut,
    /// The client itself has not sent it: a breaker or a throttle refused the call.
    Refused,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {}

/// The way from a client to the server.
pub(crate) trait Network: Send + Sync + 'static {
    /// Sends a request.
    fn request(&self) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// One process with calls to make. What its calls share is in `self`; processes share nothing.
pub(crate) trait Client: Send + Sync + 'static {
    fn new(net: Net) -> Self;

    /// Seeds the generator of this thread that the client's library draws from.
    fn seed(_seed: u64) {}

    /// One call, retried as the client sees fit.
    fn call(&self) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Limits one attempt to [`TIMEOUT`], as a client does whose library has no such limit.
pub(crate) async fn limited(attempt: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::time::timeout(TIMEOUT, attempt).await.unwrap_or(Err(Failure::TimedOut))
}

//! A helper that all calls of a service go through, generic over the operation. It shows `cancel`, `log_after` and
//! `run_or_explain` in the closure form.
//!
//! The lines before: a loop around an `FnMut` that returns a future. It counted failures, logged the first few at
//! `info` and the rest at `warn`, asked a closure which errors are permanent, computed the backoff, and raced its
//! sleep with a cancellation token. It returned `None` for a cancelled call, so each caller invented an error for
//! that case.
//!
//! Gone: the loop, the counter, the `select!` around the sleep, the two log statements and the `Option` around the
//! result. The error has the reason.

use std::error::Error;

use reattempt::{Policy, RetryError};
use tokio_util::sync::CancellationToken;

/// Attempts `operation` until it succeeds, fails with a permanent error or is cancelled.
pub(crate) async fn retry<T, E: Error + 'static, F: Future<Output = Result<T, E>>>(
    operation: impl FnMut() -> F,
    is_permanent: impl Fn(&E) -> bool,
    policy: &Policy,
    warn_after: u32,
    description: &'static str,
    cancel: &CancellationToken,
) -> Result<T, RetryError<E>> {
    policy
        .retry_async(operation)
        .name(description)
        .when(|error| !is_permanent(error))
        .cancel(cancel.cancelled())
        .log_after(warn_after)
        .log_errors()
        .run_or_explain()
        .await
}

// Stubs and tests.

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use reattempt::{GiveUpReason, Policy, testing};
    use tokio_util::sync::CancellationToken;
    use tracing::Level;

    use crate::stub::{Levels, Script, error};

    error! { RemoteError { Timeout => "timeout", Forbidden => "forbidden", } }

    const POLICY: Policy = Policy::new().max(10);

    async fn list(script: &Script<Result<u32, RemoteError>>, cancel: &CancellationToken) -> Outcome {
        let list = || async { script.next() };
        super::retry(list, |error| *error == RemoteError::Forbidden, &POLICY, 3, "list", cancel).await
    }

    type Outcome = Result<u32, reattempt::RetryError<RemoteError>>;

    #[tokio::test]
    async fn the_first_retries_are_quiet_and_a_permanent_error_ends_the_call() {
        let _guard = testing::no_wait();
        let levels = Levels::record();
        let timeouts = (0..4).map(|_| Err(RemoteError::Timeout));
        let script = Script::new(timeouts.chain([Ok(7)]));
        assert_eq!(list(&script, &CancellationToken::new()).await.unwrap(), 7);
        assert_eq!(levels.take(), [Level::DEBUG, Level::DEBUG, Level::DEBUG, Level::WARN, Level::INFO]);

        let script = Script::new([Err(RemoteError::Timeout), Err(RemoteError::Forbidden)]);
        let error = list(&script, &CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.reason(), GiveUpReason::NotRetryable);
        assert_eq!(error.into_last(), Some(RemoteError::Forbidden));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_call_ends_in_the_middle_of_its_wait() {
        let cancel = CancellationToken::new();
        let script = Script::new([Err(RemoteError::Timeout), Err(RemoteError::Timeout)]);
        let stop = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            cancel.cancel();
        };
        let (result, ()) = tokio::join!(list(&script, &cancel), stop);
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 2));
    }

    #[tokio::test]
    async fn a_call_through_the_helper_can_be_spawned() {
        let task = async {
            let cancel = CancellationToken::new();
            super::retry(|| async { Ok::<_, io::Error>(1) }, |_| false, &POLICY, 3, "ping", &cancel).await
        };
        assert_eq!(tokio::spawn(task).await.unwrap().unwrap(), 1);
    }
}

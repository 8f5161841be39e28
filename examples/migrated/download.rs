//! A download in a package manager, on a fixed schedule. It shows `delays`, `ask` and `hint = exact`.
//!
//! The lines before: a list of pauses, taken one after another. After each failure they searched the chain of an
//! `anyhow::Error` for the response behind it, and a list of status codes for its status. A `Retry-After` of the
//! server took the place of the next pause, also where it was shorter.
//!
//! Gone: the position in the list, both searches and the sleep. The error of the HTTP layer classifies itself, and it
//! is found under any context.

use std::time::Duration;

use anyhow::Context;
use reattempt::{Retryable, retry};

error! {
    #[derive(Retryable)]
    HttpError {
        #[retryable(after = 0)]
        TooManyRequests(Duration) => "429 Too Many Requests",
        #[retryable]
        BadGateway => "502 Bad Gateway",
        NotFound => "404 Not Found",
    }
}

#[retry(delays = ["500ms", "2s", "5s", "10s"], jitter = 0.1, ask = HttpError, hint = exact)]
pub(crate) async fn download(mirror: &Mirror, package: &str) -> anyhow::Result<Vec<u8>> {
    mirror.get(package).await.with_context(|| format!("cannot download {package}"))
}

// Stubs and tests.

use crate::stub::{Script, error};

pub(crate) struct Mirror(Script<Result<Vec<u8>, HttpError>>);

impl Mirror {
    async fn get(&self, _package: &str) -> Result<Vec<u8>, HttpError> {
        std::future::ready(self.0.next()).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reattempt::testing;

    use super::{HttpError, Mirror, download};
    use crate::stub::Script;

    #[tokio::test]
    async fn the_server_shortens_a_pause_and_a_missing_package_is_not_asked_for_again() {
        let guard = testing::no_wait();
        let mirror = Mirror(Script::new([
            Err(HttpError::BadGateway),
            Err(HttpError::TooManyRequests(Duration::from_secs(1))),
            Ok(vec![1, 2]),
        ]));
        assert_eq!(download(&mirror, "serde").await.unwrap(), [1, 2]);
        let delays = guard.delays();
        assert!(delays[0] >= Duration::from_millis(500) && delays[0] < Duration::from_millis(550));
        assert_eq!(delays[1], Duration::from_secs(1));

        let error = download(&Mirror(Script::new([Err(HttpError::NotFound)])), "sered").await.unwrap_err();
        assert_eq!(format!("{error:#}"), "cannot download sered: 404 Not Found");
        assert_eq!(guard.delays().len(), 2);
    }

    #[tokio::test]
    async fn it_gives_up_at_the_end_of_the_schedule() {
        let guard = testing::no_wait();
        let mirror = Mirror(Script::new((0..5).map(|_| Err(HttpError::BadGateway))));
        assert!(download(&mirror, "serde").await.is_err());
        assert_eq!((guard.delays().len(), mirror.0.left()), (4, 0));
    }
}

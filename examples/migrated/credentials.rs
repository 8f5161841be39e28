//! A client whose token expires. It shows an async `on_retry` that changes `self`, on an `impl` block, and a hint that
//! removes the wait.
//!
//! The lines before: a method that matched on an expired token, fetched a new one, and called itself with a flag
//! against a second round. Around it stood a loop with a backoff for 503. Each method of the client repeated both.
//!
//! Gone: the flag, the recursion and the loops. After a 503 the client waits, after an expired token it renews the token
//! and repeats the request at once, whichever comes first.

use std::time::Duration;

use reattempt::retry;

#[retry(
    max = 4,
    on = [ApiError::Expired, ApiError::Unavailable],
    hint = exact,
    retry_after = |error| (*error == ApiError::Expired).then_some(Duration::ZERO),
    on_retry = async |event| if event.error() == Some(&ApiError::Expired) { self.renew().await },
)]
impl Client {
    pub(crate) async fn get(&mut self, path: &str) -> Result<String, ApiError> {
        self.http.send("GET", path, &self.token).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Result<String, ApiError> {
        self.http.send("DELETE", path, &self.token).await
    }
}

// Stubs and tests.

use crate::stub::{Script, error};

error! {
    ApiError {
        Expired => "401 Unauthorized: the token has expired",
        Unknown => "401 Unauthorized: unknown token",
        Unavailable => "503 Service Unavailable",
    }
}

pub(crate) struct Client {
    http: Http,
    token: u32,
}

impl Client {
    async fn renew(&mut self) {
        self.token = std::future::ready(self.token + 1).await;
    }
}

/// Accepts one token, whose predecessors have expired, and is unavailable where its script has it.
struct Http {
    accepted: u32,
    health: Script<Result<(), ApiError>>,
}

impl Http {
    async fn send(&self, method: &str, path: &str, token: &u32) -> Result<String, ApiError> {
        std::future::ready(self.health.next()).await?;
        match token.cmp(&self.accepted) {
            std::cmp::Ordering::Less => Err(ApiError::Expired),
            std::cmp::Ordering::Equal => Ok(format!("{method} {path}")),
            std::cmp::Ordering::Greater => Err(ApiError::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reattempt::testing;

    use super::{ApiError, Client, Http};
    use crate::stub::Script;

    fn client(token: u32, health: impl IntoIterator<Item = Result<(), ApiError>>) -> Client {
        Client { http: Http { accepted: 7, health: Script::new(health) }, token }
    }

    #[tokio::test]
    async fn an_expired_token_is_renewed_and_the_request_repeated_at_once() {
        let guard = testing::no_wait();
        let mut client = client(6, [Ok(()), Ok(()), Ok(())]);
        assert_eq!(client.get("/user").await.unwrap(), "GET /user");
        assert_eq!(client.token, 7);
        assert_eq!(guard.delays(), [Duration::ZERO]);
        assert_eq!(client.delete("/user").await.unwrap(), "DELETE /user", "the token is kept");
    }

    #[tokio::test]
    async fn a_token_that_expires_during_an_outage_is_renewed_too() {
        let guard = testing::no_wait();
        let mut client = client(6, [Err(ApiError::Unavailable), Ok(()), Ok(())]);
        assert_eq!(client.get("/user").await.unwrap(), "GET /user");
        assert!(guard.delays()[0] >= Duration::from_secs(1), "the 503 waits");
        assert_eq!(guard.delays()[1..], [Duration::ZERO]);
    }

    #[tokio::test]
    async fn an_unknown_token_ends_the_call() {
        let guard = testing::no_wait();
        assert_eq!(client(8, [Ok(())]).get("/user").await, Err(ApiError::Unknown));
        assert!(guard.delays().is_empty());
    }
}

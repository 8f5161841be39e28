//! A client whose token expires. It shows an async `on_retry`, `call` in `when`, and a hint that removes the wait.
//!
//! The lines before: a method that matched on 401, fetched a token, and called itself with a flag against a second
//! round. Around it stood a loop with a backoff for 503. Each method of the client repeated both.
//!
//! Gone: the flag, the recursion and the loops. A 401 on attempt 1 is retried at once with a new token. A later 401
//! is returned, since the new token did not help.

use std::time::Duration;

use reattempt::retry;

#[retry(
    max = 4,
    unless = ApiError::NotFound,
    call = c,
    when = |error| *error != ApiError::Unauthorized || c.attempt() == 1,
    hint = exact,
    retry_after = |error| (*error == ApiError::Unauthorized).then_some(Duration::ZERO),
    on_retry = async |event| if event.error() == Some(&ApiError::Unauthorized) { self.renew().await },
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

error! { ApiError { Unauthorized => "401", NotFound => "404", Unavailable => "503", } }

pub(crate) struct Client {
    http: Http,
    token: String,
    renewals: u32,
}

impl Client {
    async fn renew(&mut self) {
        self.renewals += 1;
        self.token = std::future::ready(format!("token {}", self.renewals)).await;
    }
}

/// Accepts one token, and is unavailable as often as its script has it.
struct Http {
    accepted: &'static str,
    health: Script<Result<(), ApiError>>,
}

impl Http {
    async fn send(&self, method: &str, path: &str, token: &str) -> Result<String, ApiError> {
        std::future::ready(self.health.next()).await?;
        if token == self.accepted { Ok(format!("{method} {path}")) } else { Err(ApiError::Unauthorized) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reattempt::testing;

    use super::{ApiError, Client, Http};
    use crate::stub::Script;

    fn client(accepted: &'static str, health: impl IntoIterator<Item = Result<(), ApiError>>) -> Client {
        let http = Http { accepted, health: Script::new(health) };
        Client { http, token: "token 0".to_owned(), renewals: 0 }
    }

    #[tokio::test]
    async fn an_expired_token_is_renewed_and_the_request_repeated_at_once() {
        let guard = testing::no_wait();
        let mut client = client("token 1", [Ok(()), Err(ApiError::Unavailable), Ok(()), Ok(())]);
        assert_eq!(client.get("/user").await.unwrap(), "GET /user");
        assert_eq!(client.delete("/user").await.unwrap(), "DELETE /user");
        assert_eq!(client.renewals, 1);
        assert_eq!(guard.delays()[0], Duration::ZERO);
        assert!(guard.delays()[1] >= Duration::from_secs(2), "the 503 after it waits");
    }

    #[tokio::test]
    async fn a_new_token_that_is_refused_too_ends_the_call() {
        let _guard = testing::no_wait();
        let mut client = client("token of somebody else", [Ok(()), Ok(())]);
        assert_eq!(client.get("/user").await, Err(ApiError::Unauthorized));
        assert_eq!(client.renewals, 1);
    }

    #[tokio::test]
    async fn what_is_not_there_is_asked_for_once() {
        let guard = testing::no_wait();
        let mut client = client("token 0", [Err(ApiError::NotFound)]);
        assert_eq!(client.get("/users").await, Err(ApiError::NotFound));
        assert_eq!((client.renewals, guard.delays().len()), (0, 0));
    }
}

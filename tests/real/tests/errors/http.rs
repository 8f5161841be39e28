//! Attempts that the retry itself ends.

use std::time::Duration;

use axum::Router;
use real::servers::http::Http;
use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, Retryable, reqwest::Error, retry};
use std::error::Error as _;

use crate::bounded;

#[retry(max = 2, base = "1ms", attempt_timeout = "20ms")]
async fn fetch(url: &str) -> Result<String, Error> {
    Ok(reqwest::get(url).await?.text().await?)
}

#[tokio::test]
async fn an_attempt_that_was_cut_off_is_an_error_of_the_adapter() {
    bounded(async {
        let silent = Http::start(Router::new().fallback(std::future::pending::<()>)).await.unwrap();
        let late = fetch(&format!("http://{}/", silent.address())).await.unwrap_err();
        assert!(late.source().unwrap().is::<AttemptTimeout>(), "{late:?}");
        assert!(late.get_ref().is_timeout() && late.is_retryable());
    })
    .await;
}

static BREAKER: CircuitBreaker =
    CircuitBreaker::new().consecutive_failures(1).open_for(Duration::from_mins(10));

#[retry(max = 1, breaker = BREAKER)]
async fn guarded(url: &str) -> Result<String, Error> {
    Ok(reqwest::get(url).await?.text().await?)
}

#[tokio::test]
async fn a_refusal_by_a_breaker_is_an_error_of_the_adapter() {
    bounded(async {
        let url = format!("http://127.0.0.1:{}/", real::free_port());
        assert!(guarded(&url).await.unwrap_err().get_ref().is_connect());
        let open = guarded(&url).await.unwrap_err();
        assert!(open.source().unwrap().is::<CircuitOpen>(), "{open:?}");
        assert!(open.is_retryable() && open.retry_after() > Some(Duration::from_secs(500)));
    })
    .await;
}

//! Asks an HTTP server, and asks again where that may help: it cannot be reached, is too slow, or answers
//! 429, 502, 503 or 504. Any other answer is final. What it says in `Retry-After` is heeded.
//!
//! Run it with `cargo run --example http_predicate`. It takes a second or two: that header counts in seconds.

use std::time::Duration;

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use reattempt::retry;
use reqwest::header::RETRY_AFTER;

#[derive(Debug)]
enum HttpError {
    Transport(reqwest::Error),
    Status(u16, Option<Duration>),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        HttpError::Transport(error)
    }
}

fn is_transient(error: &HttpError) -> bool {
    match error {
        HttpError::Transport(error) => error.is_connect() || error.is_timeout(),
        HttpError::Status(status, _) => matches!(status, 429 | 502 | 503 | 504),
    }
}

fn retry_after(error: &HttpError) -> Option<Duration> {
    if let HttpError::Status(_, hint) = error { *hint } else { None }
}

/// The waits of the call are noted, so that one can look at them.
#[retry(
    max = 2,
    base_ms = 10,
    when = is_transient,
    retry_after = retry_after,
    on_retry = |event| waits.push(event.delay()),
)]
async fn get(http: &reqwest::Client, url: &str, waits: &mut Vec<Duration>) -> Result<String, HttpError> {
    let answer = http.get(url).timeout(Duration::from_millis(100)).send().await?;
    if answer.status().is_success() {
        return Ok(answer.text().await?);
    }
    let hint = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Err(HttpError::Status(answer.status().as_u16(), hint.map(Duration::from_secs)))
}

/// Answers with the status that the path names; to `/slow` it does not answer in time.
async fn answer(uri: Uri) -> axum::response::Response {
    match uri.path().trim_start_matches('/') {
        "slow" => std::future::pending().await,
        "429" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response(),
        status => StatusCode::from_bytes(status.as_bytes()).unwrap().into_response(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let server = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    let http = reqwest::Client::builder().no_proxy().build()?;
    for (path, retries) in [("200", 0), ("404", 0), ("503", 1), ("slow", 1), ("429", 1)] {
        let mut waits = Vec::new();
        let outcome = get(&http, &format!("{server}/{path}"), &mut waits).await;
        println!("{path:5}{:8} waits {waits:?}", if outcome.is_ok() { "ok" } else { "failed" });
        assert_eq!((outcome.is_ok(), waits.len()), (path == "200", retries));
        assert_eq!(path == "429", waits.first().is_some_and(|wait| *wait >= Duration::from_secs(1)));
    }
    // Nobody listens there.
    let mut waits = Vec::new();
    assert!(get(&http, "http://127.0.0.1:1/", &mut waits).await.is_err_and(|error| is_transient(&error)));
    assert_eq!(waits.len(), 1);
    Ok(())
}

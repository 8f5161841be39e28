//! An adapter under the attribute: the errors of another crate, asked without being told to.

use std::error::Error as _;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use reattempt::reqwest::{Error, ErrorForRetry};
use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, Retryable, retry, testing};
use reqwest::Client;

/// A server that gives these answers, one to each connection.
fn serve(answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for answer in answers {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]);
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

#[retry(max = 5, base_ms = 100, jitter = none)]
async fn fetch(url: &str) -> Result<u32, Error> {
    let answer = Client::new().get(url).send().await?.error_for_retry()?;
    Ok(answer.json().await?)
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again_when_it_says() {
    let url = serve(&[
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n4",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n42",
    ]);
    let guard = testing::no_wait();
    assert_eq!(fetch(&url).await.unwrap(), 42);
    let waits = [Duration::from_secs(7), Duration::from_millis(200), Duration::from_millis(400)];
    assert_eq!(guard.delays(), waits);
}

#[tokio::test]
async fn what_the_server_refuses_for_good_is_asked_once() {
    let url = serve(&["HTTP/1.1 404 Not Found\r\nRetry-After: 7\r\nConnection: close\r\n\r\n"]);
    let guard = testing::no_wait();
    assert_eq!(fetch(&url).await.unwrap_err().status().unwrap(), 404);
    assert!(guard.delays().is_empty());
}

#[tokio::test]
async fn an_answer_that_nobody_understands_is_asked_for_once() {
    let url = serve(&["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nforty-two"]);
    let guard = testing::no_wait();
    let error = fetch(&url).await.unwrap_err();
    assert!(error.get_ref().is_decode() && !error.is_retryable(), "{error:?}");
    assert!(guard.delays().is_empty());
}

#[tokio::test]
async fn a_status_that_nobody_registered_and_content_too_large_for_now_are_asked_again() {
    let url = serve(&[
        "HTTP/1.1 520 Web Server Returned an Unknown Error\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 413 Content Too Large\r\nRetry-After: 7\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n42",
    ]);
    let guard = testing::no_wait();
    assert_eq!(fetch(&url).await.unwrap(), 42);
    assert_eq!(guard.delays(), [Duration::from_millis(100), Duration::from_secs(7)]);
}

#[retry(max = 2, base_ms = 100, jitter = none, attempt_timeout = "5s")]
async fn stall<E: From<AttemptTimeout> + Retryable + std::fmt::Debug>() -> Result<(), E> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_cut_off_is_asked_again_and_stays_visible() {
    let guard = testing::no_wait();
    let late = stall::<Error>().await.unwrap_err();
    assert_eq!(late.to_string(), "the attempt did not end within 5s");
    assert!(late.source().unwrap().is::<AttemptTimeout>());
    let late = stall::<io::Error>().await.unwrap_err();
    assert_eq!(
        (late.kind(), late.to_string()),
        (io::ErrorKind::TimedOut, "the attempt did not end within 5s".into())
    );
    assert_eq!(guard.delays().len(), 2);
}

#[tokio::test]
async fn a_refusal_by_a_breaker_stays_visible() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new();

    #[retry(max = 3, breaker = BREAKER)]
    async fn guarded() -> Result<(), Error> {
        unreachable!("the breaker lets nothing through")
    }

    let _guard = testing::no_wait();
    BREAKER.force_open();
    let open = guarded().await.unwrap_err();
    assert!(open.source().unwrap().is::<CircuitOpen>(), "{open:?}");
    assert!(!open.is_retryable());
}

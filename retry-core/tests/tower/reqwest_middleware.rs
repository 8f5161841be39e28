//! The middleware of reqwest, above another one that answers in place of a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use http::Extensions;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, Result};
use retry_core::middleware::reqwest::RetryMiddleware;
use retry_core::{CircuitBreaker, CircuitOpen, CircuitState};

use crate::POLICY;

/// A server that answers with the first status as often as it says, and then with 200. Counts its requests.
#[derive(Clone)]
struct Server {
    failures: u32,
    status: u16,
    requests: Arc<AtomicU32>,
}

#[async_trait]
impl Middleware for Server {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let status = if number < self.failures { self.status } else { 200 };
        Ok(http::Response::builder().status(status).body("").unwrap().into())
    }
}

fn server(failures: u32, status: u16) -> Server {
    Server { failures, status, requests: Arc::default() }
}

impl Server {
    fn client(&self, middleware: RetryMiddleware) -> ClientWithMiddleware {
        ClientBuilder::new(Client::new()).with(middleware).with(self.clone()).build()
    }

    fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn a_response_is_retried_by_its_status() {
    for (failures, status, answered, requests) in
        [(0, 503, 200, 1), (2, 503, 200, 3), (9, 503, 503, 3), (9, 404, 404, 1)]
    {
        let server = server(failures, status);
        let response =
            server.client(RetryMiddleware::new(POLICY)).get("http://127.0.0.1/").send().await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (answered, requests));
    }
}

#[tokio::test]
async fn a_breaker_opens_and_refuses_without_a_request() {
    let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(2));
    let server = server(9, 503);
    let client = server.client(RetryMiddleware::new(POLICY).breaker(Arc::clone(&breaker)));
    let last = client.get("http://127.0.0.1/").send().await.unwrap();
    assert_eq!((last.status().as_u16(), server.requests()), (503, 2), "the last response, not the refusal");
    assert_eq!(breaker.state(), CircuitState::Open);
    match client.get("http://127.0.0.1/").send().await.unwrap_err() {
        Error::Middleware(refused) => assert!(refused.is::<CircuitOpen>(), "{refused}"),
        Error::Reqwest(error) => panic!("{error}"),
    }
    assert_eq!(server.requests(), 2, "nothing was sent");
}

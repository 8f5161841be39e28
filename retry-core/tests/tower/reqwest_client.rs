//! The client of reqwest below the layer.

use std::cell::Cell;
use std::future::ready;
use std::net::TcpListener;
use std::thread;

use http::{Method, Response};
use reqwest::{Client, Request};
use retry_core::middleware::tower::{BoxError, RetryLayer};
use tower::{Layer, ServiceExt, service_fn};

use crate::POLICY;

fn request(method: Method, url: &str) -> Request {
    Request::new(method, url.parse().unwrap())
}

#[tokio::test]
async fn a_request_is_repeated_with_its_body() {
    let calls = Cell::new(0);
    let service = service_fn(|request: Request| {
        calls.set(calls.get() + 1);
        assert_eq!(request.body().and_then(|body| body.as_bytes()), Some(&b"the order"[..]));
        let status = if calls.get() < 3 { 503 } else { 200 };
        let response = Response::builder().status(status).body("").unwrap();
        ready(Ok::<_, BoxError>(reqwest::Response::from(response)))
    });
    let mut order = request(Method::PUT, "http://127.0.0.1/orders/1");
    *order.body_mut() = Some("the order".into());
    let response = RetryLayer::reqwest(POLICY).layer(service).oneshot(order).await.unwrap();
    assert_eq!((response.status().as_u16(), calls.get()), (200, 3));
}

/// Sends a request that has its effect each time, and returns how often it was sent.
async fn sent(url: &str) -> u32 {
    let client = Client::builder().retry(reqwest::retry::never()).build().unwrap();
    let calls = Cell::new(0);
    let service = service_fn(|request: Request| {
        calls.set(calls.get() + 1);
        client.execute(request)
    });
    RetryLayer::reqwest(POLICY).layer(service).oneshot(request(Method::POST, url)).await.unwrap_err();
    calls.get()
}

#[tokio::test]
async fn an_order_is_sent_again_only_if_there_was_no_connection() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(sent(&format!("http://{closed}")).await, 3);

    let cuts = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", cuts.local_addr().unwrap());
    thread::spawn(move || drop(cuts.accept()));
    assert_eq!(sent(&url).await, 1);
}

//! A server of axum whose handler calls another server through a stack of layers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use reattempt::tower::{BoxError, RetryLayer};
use services::{POLICY, Server, answer, bounded, read};
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt};

type Backend = BoxCloneSyncService<Request<Full<Bytes>>, http::Response<hyper::body::Incoming>, BoxError>;

#[derive(Clone)]
struct Shop {
    backend: Backend,
    url: String,
}

async fn orders(State(shop): State<Shop>) -> (StatusCode, String) {
    let request = Request::get(&shop.url).body(Full::default()).unwrap();
    match shop.backend.oneshot(request).await {
        Ok(response) => (response.status(), read(response.into_body()).await.unwrap_or_default()),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
    }
}

/// Starts a shop over a backend, and returns its address.
async fn shop(backend: Backend, server: &Server) -> String {
    let router =
        axum::Router::new().route("/orders", get(orders)).with_state(Shop { backend, url: server.url("") });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/orders", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Asks the shop ten times at once, and returns the statuses and texts.
async fn ask(url: &str) -> Vec<(u16, String)> {
    let http = reqwest::Client::new();
    let asked: Vec<_> = (0..10)
        .map(|_| {
            let sent = http.get(url).send();
            tokio::spawn(async move {
                let response = sent.await.unwrap();
                (response.status().as_u16(), response.text().await.unwrap())
            })
        })
        .collect();
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap());
    }
    answers
}

/// Starts a backend that never answers every fifth request and fails every third, and notes how many it has at once.
async fn backend(most: &Arc<AtomicU32>) -> Server {
    let (most, running) = (Arc::clone(most), Arc::new(AtomicU32::new(0)));
    Server::start(move |number, _| {
        let (most, running) = (Arc::clone(&most), Arc::clone(&running));
        async move {
            if number % 5 == 0 {
                std::future::pending::<()>().await;
            }
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(if number % 3 == 0 { answer(503, "busy") } else { answer(200, "three orders") })
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeout_and_a_limit_inside() {
    bounded(async {
        let most = Arc::default();
        let server = backend(&most).await;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let stack = ServiceBuilder::new()
            .layer(RetryLayer::http(POLICY.max(50)))
            .timeout(Duration::from_millis(300))
            .concurrency_limit(3)
            .service(client);
        let url = shop(BoxCloneSyncService::new(stack), &server).await;
        for (status, text) in ask(&url).await {
            assert_eq!((status, text.as_str()), (200, "three orders"));
        }
        assert!(most.load(Ordering::SeqCst) <= 3, "{most:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeout_and_a_limit_outside() {
    bounded(async {
        let most = Arc::default();
        let server = backend(&most).await;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let stack = ServiceBuilder::new()
            .concurrency_limit(2)
            .timeout(Duration::from_millis(1500))
            .layer(RetryLayer::http(POLICY))
            .service(client);
        let url = shop(BoxCloneSyncService::new(stack), &server).await;
        let answers = ask(&url).await;
        let (ok, other): (Vec<_>, Vec<_>) = answers.iter().partition(|(status, _)| *status == 200);
        assert!(!ok.is_empty());
        for (status, text) in other {
            assert_eq!((*status, text.as_str()), (502, "request timed out"), "every fifth request hangs");
        }
        assert!(most.load(Ordering::SeqCst) <= 2, "{most:?}");
    })
    .await;
}

//! Retries that are disabled for the whole process, in a process of its own.

use reattempt::reqwest_middleware::RetryMiddleware;
use reattempt::tower::RetryLayer;
use services::{POLICY, Server, bounded};
use tower::{Layer, ServiceExt};

#[tokio::test]
async fn a_call_makes_one_attempt() {
    bounded(async {
        reattempt::set_enabled(false);
        let server = Server::answering(&[503; 9]).await;
        let layer = RetryLayer::reqwest(POLICY).layer(reqwest::Client::new());
        let request = reqwest::Request::new(reqwest::Method::GET, server.url("").parse().unwrap());
        let response = layer.clone().oneshot(request.try_clone().unwrap()).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 1));

        let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
            .with(RetryMiddleware::new(POLICY))
            .build();
        let response = client.execute(request.try_clone().unwrap()).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 2));

        reattempt::set_enabled(true);
        let response = layer.oneshot(request).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 7));
    })
    .await;
}

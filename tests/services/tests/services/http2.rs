//! HTTP/2 by the client of hyper-util under the layer: many calls on one connection.

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::Full;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use reattempt::tower::RetryLayer;
use services::{PATIENT, POLICY, Server, answer, bounded, read};
use tower::{Layer, ServiceExt};

fn client() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).http2_only(true).build_http()
}

fn get(server: &Server) -> Request<Full<Bytes>> {
    Request::builder().uri(server.url("")).version(Version::HTTP_2).body(Full::default()).unwrap()
}

#[tokio::test]
async fn a_response_is_retried_on_the_same_connection() {
    bounded(async {
        let server = Server::answering(&[503, 502]).await;
        let response = RetryLayer::http(POLICY).layer(client()).oneshot(get(&server)).await.unwrap();
        assert_eq!((response.version(), response.status().as_u16()), (Version::HTTP_2, 200));
        assert_eq!((server.requests(), server.connections()), (3, 1));
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_is_reset_is_retried() {
    bounded(async {
        let server = Server::start(|number, _| async move {
            if number == 1 { Err("reset".into()) } else { Ok(answer(200, "there")) }
        })
        .await;
        let response = RetryLayer::http(POLICY).layer(client()).oneshot(get(&server)).await.unwrap();
        assert_eq!(read(response.into_body()).await.unwrap(), "there");
        assert_eq!(server.requests(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_killed_is_found_again() {
    bounded(async {
        let mut server = Server::answering(&[]).await;
        let service = RetryLayer::http(PATIENT).layer(client());
        service.clone().oneshot(get(&server)).await.unwrap();
        server.kill().await;
        let calls = [(); 5].map(|()| tokio::spawn(service.clone().oneshot(get(&server))));
        tokio::task::yield_now().await;
        server.restart().await;
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap().status().as_u16(), 200);
        }
    })
    .await;
}

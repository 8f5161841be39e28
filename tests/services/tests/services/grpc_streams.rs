//! Streams of gRPC over a channel of tonic under the layer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use reattempt::tower::RetryLayer;
use services::grpc::{Client, message, ok, status_alone, stream, texts};
use services::{Answer, BoxError, POLICY, Server, bounded};
use tokio::sync::{Notify, mpsc};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Layer;

use crate::grpc::{channel, client, client_with};

fn delayed(text: &'static str) -> impl tokio_stream::Stream<Item = Bytes> + Send {
    tokio_stream::once(text).then(async |text| {
        tokio::time::sleep(Duration::from_millis(100)).await;
        message(text)
    })
}

#[tokio::test]
async fn a_stream_whose_first_message_comes_later() {
    bounded(async {
        let server = Server::start(|number, _| async move {
            if number == 1 {
                return stream(tokio_stream::empty(), &Status::unavailable("down"));
            }
            stream(delayed("one").chain(delayed("two")), &Status::ok(""))
        })
        .await;
        let mut responses = client(&server).server_streaming("hello").await.unwrap().into_inner();
        assert_eq!(responses.message().await.unwrap().unwrap(), "one");
        assert_eq!(responses.message().await.unwrap().unwrap(), "two");
        assert_eq!(responses.message().await.unwrap(), None);
        assert_eq!(server.requests(), 2);
    })
    .await;
}

/// Returns a message that is there when the caller has published it.
fn event_after(published: Arc<Notify>) -> impl tokio_stream::Stream<Item = Bytes> + Send {
    tokio_stream::once(published).then(async |published| {
        published.notified().await;
        message("event")
    })
}

#[tokio::test]
async fn a_first_message_that_depends_on_the_caller() {
    bounded(async {
        let published = Arc::new(Notify::new());
        let publish = Arc::clone(&published);
        let server = Server::start(move |number, _| {
            let published = Arc::clone(&published);
            async move {
                if number == 1 {
                    return Ok(status_alone(&Status::unavailable("down")));
                }
                stream(event_after(published), &Status::ok(""))
            }
        })
        .await;
        let layer = RetryLayer::grpc(POLICY).commit_at_headers();
        let mut responses =
            client_with(&layer, &server).server_streaming("topic").await.unwrap().into_inner();
        publish.notify_one();
        assert_eq!(responses.message().await.unwrap().unwrap(), "event");
        assert_eq!(server.requests(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_not_repeated_is_returned_with_its_headers() {
    bounded(async {
        let publish = Arc::new(Notify::new());
        let published = Arc::clone(&publish);
        let server = Server::start(move |_, _| {
            let published = Arc::clone(&published);
            async move { stream(event_after(published), &Status::ok("")) }
        })
        .await;
        let layer = RetryLayer::grpc(POLICY).repeat_if(|_: &http::Request<Body>| false);
        let mut client = Client::new(layer.layer(channel(&server)));
        let mut responses = client.server_streaming("topic").await.unwrap().into_inner();
        publish.notify_one();
        assert_eq!(responses.message().await.unwrap().unwrap(), "event");
        assert_eq!(server.requests(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_failure_after_the_first_message_is_the_callers() {
    bounded(async {
        let server =
            Server::start(|_, _| async { stream(delayed("one"), &Status::unavailable("down")) }).await;
        let mut responses = client(&server).server_streaming("hello").await.unwrap().into_inner();
        assert_eq!(responses.message().await.unwrap().unwrap(), "one");
        assert_eq!(responses.message().await.unwrap_err().code(), Code::Unavailable);
        assert_eq!(server.requests(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_empty_stream_that_succeeds() {
    bounded(async {
        let server = Server::start(|_, _| async { stream(tokio_stream::empty(), &Status::ok("")) }).await;
        let mut responses = client(&server).server_streaming("hello").await.unwrap().into_inner();
        assert_eq!(responses.message().await.unwrap(), None);
        assert_eq!(server.requests(), 1);
    })
    .await;
}

async fn collected(request: http::Request<hyper::body::Incoming>) -> Answer {
    let bytes = request.into_body().collect().await?.to_bytes();
    ok(&texts(bytes).join(" "))
}

#[tokio::test]
async fn a_client_that_streams_sends_its_messages_again() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            if number < 3 {
                return Ok(status_alone(&Status::unavailable("down")));
            }
            collected(request).await
        })
        .await;
        let (sender, receiver) = mpsc::channel(4);
        let mut client = client(&server);
        let call = tokio::spawn(async move { client.client_streaming(ReceiverStream::new(receiver)).await });
        sender.send("one".to_owned()).await.unwrap();
        while server.requests() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sender.send("two".to_owned()).await.unwrap();
        drop(sender);
        assert_eq!(call.await.unwrap().unwrap().into_inner(), "one two");
        assert_eq!(server.requests(), 3);
    })
    .await;
}

/// Answers each message of a request with its text.
fn echo(request: http::Request<hyper::body::Incoming>) -> Answer {
    let messages = request.into_body().into_data_stream().map_while(Result::ok);
    stream(messages, &Status::ok(""))
}

#[tokio::test]
async fn a_client_that_sends_after_it_has_received() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            if number == 1 { Ok(status_alone(&Status::unavailable("down"))) } else { echo(request) }
        })
        .await;
        // Nothing is sent before the response is there.
        let (sender, receiver) = mpsc::channel(4);
        let response = client(&server).streaming(ReceiverStream::new(receiver)).await.unwrap();
        let mut responses = response.into_inner();
        for text in ["one", "two", "three"] {
            sender.send(text.to_owned()).await.unwrap();
            assert_eq!(responses.message().await.unwrap().unwrap(), text);
        }
        drop(sender);
        assert_eq!(responses.message().await.unwrap(), None);
        assert_eq!(server.requests(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_goes_on_after_a_retry() {
    bounded(async {
        let server = Server::start(|number, mut request| async move {
            // The first attempt has received a message before it fails.
            if number == 1 {
                request.body_mut().frame().await;
                return Ok(status_alone(&Status::unavailable("down")));
            }
            echo(request)
        })
        .await;
        let (sender, receiver) = mpsc::channel(4);
        sender.send("one".to_owned()).await.unwrap();
        let response = client(&server).streaming(ReceiverStream::new(receiver)).await.unwrap();
        let mut responses = response.into_inner();
        assert_eq!(responses.message().await.unwrap().unwrap(), "one");
        for number in 0..200 {
            let text = number.to_string();
            sender.send(text.clone()).await.unwrap();
            assert_eq!(responses.message().await.unwrap().unwrap(), text);
        }
        drop(sender);
        assert_eq!(responses.message().await.unwrap(), None);
        assert_eq!(server.requests(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_stream_above_the_limit_goes_on_and_is_sent_once() {
    bounded(async {
        let server = Server::start(|_, request| async move { collected(request).await }).await;
        let text = "x".repeat(10_000);
        let parts: Vec<_> = (0..100).map(|_| text.clone()).collect();
        let expected = parts.join(" ");
        let response = client(&server).client_streaming(tokio_stream::iter(parts)).await.unwrap();
        assert_eq!(response.into_inner(), expected);

        let down = Server::start(|_, request| async move {
            request.into_body().collect().await?;
            Ok::<_, BoxError>(status_alone(&Status::unavailable("down")))
        })
        .await;
        let parts: Vec<_> = (0..100).map(|_| text.clone()).collect();
        let status = client(&down).client_streaming(tokio_stream::iter(parts)).await.unwrap_err();
        assert_eq!((status.code(), down.requests()), (Code::Unavailable, 1));
    })
    .await;
}

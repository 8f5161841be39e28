//! The layer and its parts as `Debug` shows them.

use std::fmt::Debug;
use std::future::ready;
use std::sync::Arc;

use retry_core::middleware::tower::{BoxError, RetryLayer, Verdict};
use retry_core::{CircuitBreaker, RetryBudget, Throttle};
use tower::{Layer, Service, service_fn};

use crate::POLICY;

/// Compares the parts of a layer other than its settings, which have a test of their own.
fn assert_parts(layer: &impl Debug, parts: &str) {
    let text = format!("{layer:?}");
    let (_, shown) = text.split_once(" .. }, ").expect("the settings are not shown in full");
    assert_eq!(shown.split(", held:").next(), Some(parts));
}

#[test]
fn a_layer_shows_its_rule_and_how_it_repeats() {
    let layer = || RetryLayer::new(POLICY);
    let rule = |_: Result<&(), &BoxError>| Verdict::Success;
    assert_parts(&layer(), "judge: ByError, repeat: ByClone");
    assert_parts(&layer().classify(rule), "judge: ByFunction(..), repeat: ByClone");
    assert_parts(&layer().request(|(): &()| Some(())), "judge: ByError, repeat: RequestBy(..)");
    assert_parts(
        &layer().repeat_if(|(): &()| true),
        "judge: ByError, repeat: RepeatIf { repeat: ByClone, .. }",
    );
}

#[test]
fn a_layer_shows_its_settings() {
    let layer = RetryLayer::new(POLICY)
        .name("search")
        .budget(Arc::new(RetryBudget::new()))
        .breaker(Arc::new(CircuitBreaker::new().name("search server")))
        .throttle(Arc::new(Throttle::new()));
    let text = format!("{layer:?}");
    let parts = [
        "RetryLayer { settings: Settings { policy: Policy {",
        "name: Written(\"search\")",
        "budget: Some(RetryBudget {",
        "breaker: Some(CircuitBreaker {",
        "search server",
        "throttle: Some(Throttle {",
    ];
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = format!("{:?}", RetryLayer::new(POLICY));
    assert!(text.contains("budget: None, breaker: None, throttle: None"), "{text}");
}

#[test]
fn a_call_shows_its_progress() {
    let service = service_fn(|()| ready(Ok::<_, BoxError>(())));
    let call = RetryLayer::new(POLICY).layer(service).call(());
    assert_eq!(format!("{call:?}"), "ResponseFuture { progress: Progress(None), .. }");
}

#[cfg(feature = "tonic")]
#[tokio::test]
async fn a_response_of_grpc_shows_neither_headers_nor_messages() {
    use http::{Request, Response};
    use tonic::body::Body;
    use tower::ServiceExt;

    assert_parts(
        &RetryLayer::grpc(POLICY),
        "judge: Grpc, repeat: Replayed { limit: 262144, waits_for_frame: true }",
    );
    let service = service_fn(|_: Request<Body>| ready(Ok::<_, tonic::Status>(Response::new(Body::empty()))));
    let response = RetryLayer::grpc(POLICY).layer(service).oneshot(Request::new(Body::empty())).await;
    assert_eq!(format!("{:?}", response.unwrap().body()), "Peeked { has_first: false, .. }");
}

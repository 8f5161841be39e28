//! The cases of tower's own tests of its `Retry`.

use std::io;

use retry_core::middleware::tower::{BoxError, RetryLayer, Verdict};
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower_test::assert_request_eq;

use crate::{POLICY, permanent, spawn, transient};

#[tokio::test]
async fn errors_are_retried() {
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_request_eq!(handle, "hello").send_error(transient());
    assert_pending!(call.poll());
    assert_pending!(call.poll(), "a call that does not wait lets others run");
    assert_request_eq!(handle, "hello").send_response("world");
    assert_eq!(assert_ready_ok!(call.poll()), "world");
}

#[tokio::test]
async fn the_last_error_is_returned() {
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    for number in 1..=2 {
        assert_request_eq!(handle, "hello").send_error(format!("retry {number}"));
        assert_pending!(call.poll());
        assert_pending!(call.poll());
    }
    assert_request_eq!(handle, "hello").send_error("retry 3");
    assert_eq!(assert_ready_err!(call.poll()).to_string(), "retry 3");
}

#[tokio::test]
async fn a_permanent_error_ends_the_call() {
    let (mut service, mut handle) = spawn(RetryLayer::new(POLICY));
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_request_eq!(handle, "hello").send_error(transient());
    assert_pending!(call.poll());
    assert_pending!(call.poll());
    assert_request_eq!(handle, "hello").send_error(permanent());
    let error = assert_ready_err!(call.poll());
    assert_eq!(error.downcast::<io::Error>().unwrap().kind(), io::ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_request_that_cannot_be_copied_is_sent_once() {
    let once = || RetryLayer::new(POLICY).request(|_: &&'static str| None);
    let (mut service, mut handle) = spawn(once());
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_request_eq!(handle, "hello").send_error("retry 1");
    assert_eq!(assert_ready_err!(call.poll()).to_string(), "retry 1");

    let (mut service, mut handle) = spawn(once());
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_request_eq!(handle, "hello").send_response("world");
    assert_eq!(assert_ready_ok!(call.poll()), "world");
}

#[tokio::test]
async fn a_copy_may_differ_and_a_response_may_be_a_failure() {
    let layer = RetryLayer::new(POLICY).request(|_: &&'static str| Some("again")).classify(
        |outcome: Result<&&'static str, &BoxError>| match outcome {
            Ok(&"busy") => Verdict::TRANSIENT,
            Ok(_) => Verdict::Success,
            Err(_) => Verdict::Permanent,
        },
    );
    let (mut service, mut handle) = spawn(layer);
    assert_ready_ok!(service.poll_ready());
    let mut call = task::spawn(service.call("hello"));
    assert_request_eq!(handle, "hello").send_response("busy");
    for _ in 0..2 {
        assert_pending!(call.poll());
        assert_pending!(call.poll());
        assert_request_eq!(handle, "again").send_response("busy");
    }
    assert_eq!(assert_ready_ok!(call.poll()), "busy", "the last response is returned");
}

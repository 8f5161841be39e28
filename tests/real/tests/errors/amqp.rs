//! A broker's address.

use lapin::{Connection, ConnectionProperties};
use reattempt::Retryable;

use crate::bounded;

#[tokio::test]
async fn a_malformed_uri_is_not_retried() {
    for uri in ["", "no uri", "http://localhost", "amqp://localhost:port"] {
        let error = bounded(Connection::connect(uri, ConnectionProperties::default())).await.unwrap_err();
        assert!(!error.is_retryable(), "{uri:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_broker_that_is_down_is_retried() {
    let uri = format!("amqp://127.0.0.1:{}", real::free_port());
    let error = bounded(Connection::connect(&uri, ConnectionProperties::default())).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

use async_nats::jetstream::{Context, context::PublishError, message::PublishMessage};
use reattempt::{AttemptTimeout, Retryable, retry};

#[derive(Debug, thiserror::Error, Retryable)]
enum Failure {
    #[error(transparent)]
    #[retryable(delegate)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

/// One client for the whole program: it connects again by itself.
#[retry(max = 5, base_ms = 100, max_delay = "10s")]
async fn connect(url: &str) -> Result<Context, async_nats::ConnectError> {
    Ok(async_nats::jetstream::new(async_nats::connect(url).await?))
}

/// The id is the same in every attempt, so the server stores the message once.
#[retry(max = 5, base_ms = 100, max_delay = "10s", attempt_timeout = "5s", deadline = "1m")]
async fn publish(jetstream: &Context, id: &str, order: &[u8]) -> Result<u64, Failure> {
    let message = PublishMessage::build().message_id(id).payload(order.to_vec().into());
    let stored = jetstream.send_publish("orders", message).await?;
    Ok(stored.await?.sequence)
}

use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use reattempt::{AttemptTimeout, Retryable, retry};

#[derive(Debug, thiserror::Error, Retryable)]
enum Failure {
    #[error(transparent)]
    #[retryable(delegate)]
    Amqp(#[from] lapin::Error),
    #[error("the broker did not take the message")]
    #[retryable]
    NotTaken,
    #[error(transparent)]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

async fn connect(url: &str) -> lapin::Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

/// Who fails does not give the connection back, so that the next attempt opens another.
#[retry(max = 6, base_ms = 100, max_delay = "10s", attempt_timeout = "5s")]
async fn publish(url: &str, open: &mut Option<(Connection, Channel)>, order: &[u8]) -> Result<(), Failure> {
    let (connection, channel) = match open.take() {
        Some(open) => open,
        None => connect(url).await?,
    };
    let persistent = BasicProperties::default().with_delivery_mode(2);
    let options = BasicPublishOptions::default();
    let sent = channel.basic_publish("".into(), "orders".into(), options, order, persistent).await?;
    if !matches!(sent.await?, Confirmation::Ack(_)) {
        return Err(Failure::NotTaken);
    }
    *open = Some((connection, channel));
    Ok(())
}

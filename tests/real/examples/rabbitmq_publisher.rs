//! A connection to RabbitMQ that is kept alive over restarts of the broker, and messages that are confirmed.
//!
//! `cargo run -p real --example rabbitmq_publisher` starts a broker, and kills it while messages are published. It takes
//! fifteen seconds, most of which the broker needs to start.

use std::{error::Error, net::SocketAddr};

use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions},
    types::FieldTable,
};
use real::{Server, servers::rabbitmq::RabbitMq};
use reattempt::{RetryError, Retryable, Stats, retry, set_observer};

const QUEUE: &str = "orders";
const PERSISTENT: u8 = 2;

#[derive(Debug, thiserror::Error, Retryable)]
enum PublishError {
    /// It has been tried often enough by then.
    #[error("no connection: {0}")]
    Connect(#[from] RetryError<lapin::Error>),
    #[error("{0}")]
    #[retryable(delegate)]
    Amqp(#[from] lapin::Error),
    #[error("the broker did not take the message")]
    #[retryable]
    NotTaken,
}

#[retry(preset = amqp_connection, error = lapin::Error)]
async fn connect(address: SocketAddr) -> Result<(Connection, Channel), RetryError<lapin::Error>> {
    // A broker that says nothing for twice ten seconds counts as lost.
    let url = format!("amqp://guest:guest@{address}/%2f?heartbeat=10");
    let connection = Connection::connect(&url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    channel.queue_declare(QUEUE.into(), QueueDeclareOptions::durable(), FieldTable::default()).await?;
    Ok((connection, channel))
}

struct Publisher {
    address: SocketAddr,
    open: Option<(Connection, Channel)>,
}

impl Publisher {
    /// Until the broker has the message on its disk. Who fails does not give the connection back, so that the next one
    /// opens another.
    #[retry(max = 3, base_ms = 100)]
    async fn publish(&mut self, message: &str) -> Result<(), PublishError> {
        let (connection, channel) = match self.open.take() {
            Some(open) => open,
            None => connect(self.address).await?,
        };
        let persistent = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let options = BasicPublishOptions::default();
        let confirm =
            channel.basic_publish("".into(), QUEUE.into(), options, message.as_bytes(), persistent).await?;
        match confirm.await? {
            Confirmation::Ack(_) => self.open = Some((connection, channel)),
            _ => return Err(PublishError::NotTaken),
        }
        Ok(())
    }

    /// How many messages are in the queue.
    async fn waiting(&mut self) -> Result<u32, PublishError> {
        let (_connection, channel) = connect(self.address).await?;
        let queue =
            channel.queue_declare(QUEUE.into(), QueueDeclareOptions::durable(), FieldTable::default());
        Ok(queue.await?.message_count())
    }
}

static STATS: Stats = Stats::new();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    set_observer(&STATS)?;
    let mut broker = RabbitMq::start().await?;
    let mut publisher = Publisher { address: broker.address(), open: None };

    for number in 1..=10 {
        publisher.publish(&format!("order {number}")).await?;
    }
    broker.kill().await;
    println!("the broker is dead");
    let restart = tokio::spawn(async move { broker.restart().await.map(|()| broker) });
    for number in 11..=20 {
        publisher.publish(&format!("order {number}")).await?;
    }
    let _broker = restart.await??;
    println!("20 orders were confirmed, and {} are in the queue", publisher.waiting().await?);
    println!("\n{STATS}");
    Ok(())
}

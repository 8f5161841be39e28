//! Messages to RabbitMQ, persistent, into a durable queue, each confirmed. One may be there twice.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use async_rs::TokioRuntime;
use lapin::{
    BasicProperties, Channel, Confirmation, Connection, ConnectionProperties,
    options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions},
    types::FieldTable,
};
use real::{Fault, Operation, Schedule, servers::rabbitmq::RabbitMq};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};
use tokio::runtime::{self, Runtime};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

/// Longer waits than for the others: it takes five seconds to start.
const POLICY: Policy = Policy::new().max(6).base(Duration::from_millis(100)).jitter(Jitter::Equal).checked();
const SHARES: &[Fault] = &[
    Fault::Kill,
    Fault::Reset,
    Fault::Close,
    Fault::BlackHole,
    Fault::Reset,
    Fault::Close,
    Fault::BlackHole,
    Fault::Overload,
];
const QUEUE: &str = "numbers";
const PERSISTENT: u8 = 2;

#[derive(Debug, thiserror::Error, Retryable)]
pub(crate) enum Failure {
    #[error("{0}")]
    #[retryable(delegate)]
    Amqp(#[from] lapin::Error),
    #[error("the broker did not take the message")]
    #[retryable]
    NotTaken,
    #[error("{0}")]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

/// A runtime for the tasks of one connection. A connection that is refused or reset while it opens leaves two of them behind
/// for ever, by lapin 4.12; they end with their runtime.
struct Tasks(Option<Runtime>);

impl Tasks {
    fn new() -> Tasks {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Tasks(Some(runtime.expect("a runtime")))
    }

    fn runtime(&self) -> TokioRuntime {
        TokioRuntime::tokio_with_handle(self.0.as_ref().expect("it ends when it is dropped").handle().clone())
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A connection, its channel and, ended after them, its tasks.
type Open = (Connection, Channel, Tasks);

/// A queue, and the connection to it while that works.
pub(crate) struct Queue {
    address: SocketAddr,
    open: Option<Open>,
}

impl Queue {
    fn new(address: SocketAddr) -> Queue {
        Queue { address, open: None }
    }

    /// The channel that is open, or another. Whoever fails does not give it back.
    async fn open(&mut self) -> lapin::Result<Open> {
        if let Some(open) = self.open.take() {
            return Ok(open);
        }
        let url = format!("amqp://guest:guest@{}/%2f", self.address);
        let (tasks, properties) = (Tasks::new(), ConnectionProperties::default());
        let connection = Connection::connect_with_runtime(&url, properties, tasks.runtime()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        channel.queue_declare(QUEUE.into(), QueueDeclareOptions::durable(), FieldTable::default()).await?;
        Ok((connection, channel, tasks))
    }
}

impl User for Queue {
    type Error = Failure;

    #[retry(
        policy = POLICY, error = Failure, attempt = n, attempt_timeout = "500ms",
        breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
    )]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
        operation.attempt(n);
        let open = self.open().await?;
        let channel = &open.1;
        let persistent = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let options = BasicPublishOptions::default();
        let payload = number.to_string();
        let confirm =
            channel.basic_publish("".into(), QUEUE.into(), options, payload.as_bytes(), persistent).await?;
        if !matches!(confirm.await?, Confirmation::Ack(None)) {
            return Err(Failure::NotTaken);
        }
        self.open = Some(open);
        Ok(())
    }
}

#[retry(policy = POLICY, error = Failure, attempt = n, attempt_timeout = "5s")]
async fn declare(
    queue: &mut Queue,
    operation: &Operation<'_>,
    (name, options): (&str, QueueDeclareOptions),
) -> Result<(), RetryError<Failure>> {
    operation.attempt(n);
    let (_connection, channel, _tasks) = queue.open().await?;
    channel.queue_declare(name.into(), options, FieldTable::default()).await?;
    Ok(())
}

pub(crate) struct Broker {
    server: RabbitMq,
}

impl Subject for Broker {
    type Server = RabbitMq;
    type User = Queue;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Broker {
        Broker { server: RabbitMq::start().await.unwrap() }
    }

    fn server(&mut self) -> &mut RabbitMq {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Queue {
        Queue::new(address)
    }

    async fn present(&self, _: &[u64]) -> (HashSet<u64>, Vec<String>) {
        let (_connection, channel, _tasks) = Queue::new(self.address()).open().await.unwrap();
        let mut present = HashSet::new();
        let options = BasicGetOptions { no_ack: true };
        while let Some(message) = channel.basic_get(QUEUE.into(), options).await.unwrap() {
            present.insert(std::str::from_utf8(&message.data).unwrap().parse().unwrap());
        }
        (present, Vec::new())
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut broker = Broker::start().await;
    let trial = Trial::hold(&mut broker, schedule).await;

    let mut queue = Queue::new(broker.address());
    // A queue that nobody declared, one that was declared otherwise, and one that only the broker may declare.
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let transient = QueueDeclareOptions::default();
    for wrong in [("nobody's", passive), (QUEUE, transient), ("amq.mine", transient)] {
        let operation = trial.ledger.operation();
        let result = declare(&mut queue, &operation, wrong).await;
        operation.refused(&result);
    }
    trial.report(&broker).await
}

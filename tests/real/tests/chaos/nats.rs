//! Messages to a stream of NATS, each acknowledged. Whatever is sent again has its id, and is stored once.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use async_nats::{
    ConnectOptions, Error,
    jetstream::{self, Context, context::ContextBuilder, message::PublishMessage},
};
use real::{Fault, Operation, Schedule, servers::nats::Nats};
use reattempt::{Jitter, Policy, RetryError, retry};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];
/// More than the server takes in one message.
const TOO_LARGE: usize = 2 << 20;

/// A stream, and the client while there is one.
pub(crate) struct Stream {
    address: SocketAddr,
    jetstream: Option<Context>,
    /// Whether the client is kept after a failure: it connects again by itself.
    is_kept: bool,
}

impl Stream {
    fn new(address: SocketAddr, is_kept: bool) -> Stream {
        Stream { address, jetstream: None, is_kept }
    }

    async fn jetstream(&mut self) -> Result<&Context, Error> {
        if self.jetstream.is_none() {
            let limit = Duration::from_millis(300);
            let options = ConnectOptions::new()
                .connection_timeout(limit)
                .reconnect_delay_callback(|_| Duration::from_millis(20));
            let client = options.connect(format!("nats://{}", self.address)).await?;
            self.jetstream = Some(ContextBuilder::new().timeout(limit).build(client));
        }
        Ok(self.jetstream.as_ref().expect("it was put there"))
    }
}

impl User for Stream {
    type Error = Error;

    #[retry(
        policy = POLICY, error = Error, attempt = n,
        breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
    )]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
        operation.attempt(n);
        if n > 1 && !self.is_kept {
            self.jetstream = None;
        }
        let number = number.to_string();
        let message = PublishMessage::build().message_id(&number).payload(number.into());
        self.jetstream().await?.send_publish(Nats::STREAM, message).await?.await?;
        Ok(())
    }
}

/// What is wrong today is wrong tomorrow.
enum Wrong {
    Stream,
    Sequence,
    Size,
}

#[retry(policy = POLICY, error = Error, attempt = n)]
async fn send(
    stream: &mut Stream,
    operation: &Operation<'_>,
    wrong: &Wrong,
) -> Result<(), RetryError<Error>> {
    operation.attempt(n);
    let jetstream = stream.jetstream().await?;
    let message = match wrong {
        Wrong::Stream => {
            jetstream.get_stream("nobody's").await?;
            return Ok(());
        }
        Wrong::Sequence => PublishMessage::build().expected_last_sequence(u64::MAX / 2),
        Wrong::Size => PublishMessage::build().payload(vec![0; TOO_LARGE].into()),
    };
    jetstream.send_publish(Nats::STREAM, message).await?.await?;
    Ok(())
}

pub(crate) struct Messages {
    server: Nats,
    users: AtomicU32,
}

impl Subject for Messages {
    type Server = Nats;
    type User = Stream;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Messages {
        Messages { server: Nats::start().await.unwrap(), users: AtomicU32::new(0) }
    }

    fn server(&mut self) -> &mut Nats {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Stream {
        Stream::new(address, self.users.fetch_add(1, Ordering::Relaxed).is_multiple_of(2))
    }

    async fn present(&self, _: &[u64]) -> (HashSet<u64>, Vec<String>) {
        // With the client's own limits, which a busy machine does not reach.
        let client = async_nats::connect(format!("nats://{}", self.address())).await.unwrap();
        let stored = jetstream::new(client).get_stream(Nats::STREAM).await.unwrap();
        let state = &stored.cached_info().state;
        let mut present = HashSet::new();
        for sequence in state.first_sequence..=state.last_sequence {
            let message = stored.get_raw_message(sequence).await.unwrap();
            present.insert(std::str::from_utf8(&message.payload).unwrap().parse().unwrap());
        }
        let twice = state.messages - present.len() as u64;
        let violation = format!("{twice} messages are in the stream twice");
        (present, if twice > 0 { vec![violation] } else { Vec::new() })
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut messages = Messages::start().await;
    let trial = Trial::hold(&mut messages, schedule).await;

    let mut stream = Stream::new(messages.address(), true);
    for wrong in [Wrong::Stream, Wrong::Sequence, Wrong::Size] {
        let operation = trial.ledger.operation();
        let result = send(&mut stream, &operation, &wrong).await;
        operation.refused(&result);
    }
    trial.report(&messages).await
}

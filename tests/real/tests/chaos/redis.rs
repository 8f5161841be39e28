//! Writes to Redis. What it acknowledged is on its disk.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use real::{Fault, Operation, Schedule, servers::redis::Redis};
use reattempt::{Jitter, Policy, RetryError, retry};
use redis::{
    AsyncCommands, AsyncConnectionConfig, Client, Cmd, RedisError, RedisResult, aio::MultiplexedConnection,
};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

/// A set of numbers, and the connection to it while that works.
pub(crate) struct Store {
    client: Client,
    connection: Option<MultiplexedConnection>,
}

impl Store {
    fn new(address: SocketAddr) -> Store {
        Store { client: Client::open(format!("redis://{address}")).unwrap(), connection: None }
    }

    /// The connection that is open, or another. Whoever fails does not give it back.
    async fn connection(&mut self) -> RedisResult<MultiplexedConnection> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_millis(300)));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }
}

impl User for Store {
    type Error = RedisError;

    #[retry(
        policy = POLICY, error = RedisError, attempt = n,
        breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
    )]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<RedisError>> {
        operation.attempt(n);
        let mut connection = self.connection().await?;
        let () = connection.sadd("numbers", number).await?;
        self.connection = Some(connection);
        Ok(())
    }
}

#[retry(policy = POLICY, error = RedisError, attempt = n)]
async fn tell(
    store: &mut Store,
    operation: &Operation<'_>,
    command: &Cmd,
) -> Result<(), RetryError<RedisError>> {
    operation.attempt(n);
    command.exec_async(&mut store.connection().await?).await
}

/// What is wrong today is wrong tomorrow: a set that is used as a list, a word that is no command, a wrong password.
fn wrong() -> [Cmd; 3] {
    let [mut push, word, mut password] = ["RPUSH", "NONSENSE", "AUTH"].map(redis::cmd);
    push.arg("numbers").arg(0);
    password.arg("nobody").arg("secret");
    [push, word, password]
}

pub(crate) struct Set {
    server: Redis,
}

impl Subject for Set {
    type Server = Redis;
    type User = Store;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Set {
        Set { server: Redis::start().await.unwrap() }
    }

    fn server(&mut self) -> &mut Redis {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Store {
        Store::new(address)
    }

    async fn present(&self, _: &[u64]) -> (HashSet<u64>, Vec<String>) {
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let client = Store::new(self.address()).client;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await.unwrap();
        (connection.smembers("numbers").await.unwrap(), Vec::new())
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut set = Set::start().await;
    let trial = Trial::hold(&mut set, schedule).await;

    let mut store = Store::new(set.address());
    for command in wrong() {
        let operation = trial.ledger.operation();
        let result = tell(&mut store, &operation, &command).await;
        operation.refused(&result);
    }
    trial.report(&set).await
}

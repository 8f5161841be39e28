//! Writes to Redis. What it acknowledged is on its disk.

use std::{collections::HashSet, net::SocketAddr, sync::Arc, time::Duration};

use real::{Chaos, Fault, Ledger, Operation, Proxy, Schedule, servers::redis::Redis};
use reattempt::{Jitter, Policy, RetryError, retry};
use redis::{AsyncCommands, AsyncConnectionConfig, Client, RedisError, RedisResult, aio::MultiplexedConnection};
use tokio::time::Instant;

use crate::{report::Report, workers::Workers};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

/// A set of numbers, and the connection to it while that works.
struct Store {
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

#[retry(policy = POLICY, error = RedisError, attempt = n)]
impl Store {
    async fn add(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<RedisError>> {
        operation.attempt(n);
        let mut connection = self.connection().await?;
        let () = connection.sadd("numbers", number).await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// A set is no list, and never will be.
    async fn push(&mut self, operation: &Operation<'_>) -> Result<(), RetryError<RedisError>> {
        operation.attempt(n);
        self.connection().await?.rpush("numbers", 0).await
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let start = Instant::now();
    let mut server = Redis::start().await.unwrap();
    let proxy = Proxy::start(server.address()).await.unwrap();
    let ledger = Arc::new(Ledger::new(&POLICY));
    let strikes = schedule.strikes(SHARES);

    let workers = Workers::start(|mut numbers| {
        let (ledger, mut store) = (Arc::clone(&ledger), Store::new(proxy.address()));
        async move {
            let mut acknowledged = Vec::new();
            while let Some(number) = numbers.next().await {
                let operation = ledger.operation();
                let result = store.add(&operation, number).await;
                if operation.ended(&result) {
                    acknowledged.push(number);
                }
            }
            acknowledged
        }
    });
    let recoveries = Chaos { server: &mut server, proxy: &proxy, ledger: &ledger }.run(&strikes).await;
    let acknowledged = workers.finish().await;

    let mut store = Store::new(server.address());
    let operation = ledger.operation();
    let result = store.push(&operation).await;
    operation.refused(&result);
    let present: HashSet<u64> = store.connection().await.unwrap().smembers("numbers").await.unwrap();
    Report::new(start, &strikes, &ledger, recoveries, &acknowledged, &present)
}

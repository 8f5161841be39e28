//! Servers of Redis in the shapes that the tests need.

use std::time::Duration;

use real::{Greeting, servers::redis::Redis};
use redis::{AsyncConnectionConfig, Client, RedisError, aio::MultiplexedConnection};

const PONG: Greeting = Greeting { say: b"PING\r\n", hear: b"+PONG" };

/// Starts a server that keeps nothing on its disk, and takes scripts that are slow on a busy machine.
pub(crate) async fn single(settings: &[&str]) -> Redis {
    let mut all = vec!["--appendonly", "no", "--busy-reply-threshold", "5000"];
    all.extend(settings);
    Redis::start_with(&all, PONG).await.unwrap()
}

pub(crate) fn client(redis: &Redis) -> Client {
    Client::open(format!("redis://{}", redis.address())).unwrap()
}

/// Returns a connection that waits for the answers of a busy machine.
pub(crate) async fn connection(redis: &Redis) -> MultiplexedConnection {
    try_connection(redis).await.unwrap()
}

/// Is [`connection`] to a server that may cut it at any time.
pub(crate) async fn try_connection(redis: &Redis) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_mins(1)));
    client(redis).get_multiplexed_async_connection_with_config(&config).await
}

/// Returns a line of a section of `INFO`.
pub(crate) async fn info(redis: &Redis, section: &str, name: &str) -> String {
    let text: String =
        redis::cmd("INFO").arg(section).query_async(&mut connection(redis).await).await.unwrap();
    text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned()
}

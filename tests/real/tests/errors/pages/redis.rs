use std::time::Duration;

use reattempt::retry;
use redis::{
    AsyncCommands, Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

#[retry(max = 5, base_ms = 100, max_delay = "5s")]
async fn connect(url: &str) -> RedisResult<ConnectionManager> {
    let limit = Duration::from_secs(1);
    let config = ConnectionManagerConfig::new().set_number_of_retries(0).set_response_timeout(Some(limit));
    Client::open(url)?.get_connection_manager_with_config(config).await
}

/// To add a member twice is no different.
#[retry(max = 5, base_ms = 50, max_delay = "2s")]
async fn visit(connection: &ConnectionManager, page: &str, visitor: u64) -> RedisResult<()> {
    connection.clone().sadd(page, visitor).await
}

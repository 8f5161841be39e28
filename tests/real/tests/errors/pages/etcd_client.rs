use std::time::Duration;

use etcd_client::{Client, ConnectOptions, Error};
use reattempt::retry;

async fn connect(members: &[&str]) -> Result<Client, Error> {
    let limit = Duration::from_secs(2);
    Client::connect(members, Some(ConnectOptions::new().with_timeout(limit))).await
}

#[retry(max = 5, base_ms = 100, max_delay = "5s")]
async fn put(client: &Client, key: &str, value: &str) -> Result<(), Error> {
    // A clone is cheap, and shares the connection.
    client.kv_client().put(key, value, None).await?;
    Ok(())
}

//! The store on a replica, behind a sentinel and in a cluster.

use std::{fs, sync::Arc};

use real::{Daemon, Greeting, Program, free_port, servers::redis::Redis};
use redis::{
    Client, RedisError, Value,
    cluster::ClusterClient,
    cmd,
    sentinel::{SentinelClient, SentinelServerType},
};
use retry_core::fleet::{Action, IntoStore, Phase, RedisStore, Store};
use tokio::{
    sync::Mutex,
    time::{Duration, sleep},
};

use crate::{
    servers,
    steps::{KEY, ask, bounded, report, request},
};

async fn replica_of(master: &Redis) -> Redis {
    let port = master.address().port().to_string();
    servers::single(&["--replicaof", "127.0.0.1", &port, "--repl-diskless-sync-delay", "0"]).await
}

/// Asks for the role with a connection of its own: a server whose role changes cuts those of its clients, and has
/// no role then.
async fn is_in_role(redis: &Redis, role: &str) -> bool {
    let asked: Result<Vec<Value>, RedisError> = async {
        let mut connection = servers::try_connection(redis).await?;
        cmd("ROLE").query_async(&mut connection).await
    }
    .await;
    let name = asked.ok().and_then(|fields| fields.into_iter().next());
    name.is_some_and(|name| name == Value::BulkString(role.as_bytes().to_vec()))
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_replica_refuses_until_it_is_the_master() {
    bounded(async {
        let master = servers::single(&[]).await;
        let replica = replica_of(&master).await;
        let store = servers::client(&replica).into_store();
        let refused = ask(&store, 1, Action::Join).await.unwrap_err();
        let refused = refused.downcast::<RedisError>().expect("the server refused it");
        assert_eq!(refused.code(), Some("READONLY"));
        let mut connection = servers::connection(&replica).await;
        cmd("REPLICAOF").arg(&["NO", "ONE"]).exec_async(&mut connection).await.unwrap();
        assert!(ask(&store, 1, Action::Join).await.unwrap().known);
    })
    .await;
}

#[tokio::test]
async fn a_cluster_keeps_each_record_in_one_slot() {
    bounded(async {
        let bus = free_port().to_string();
        let redis = servers::single(&["--cluster-enabled", "yes", "--cluster-port", &bus]).await;
        let mut connection = servers::connection(&redis).await;
        cmd("CLUSTER").arg(&["ADDSLOTSRANGE", "0", "16383"]).exec_async(&mut connection).await.unwrap();
        until(async || {
            let info: String = cmd("CLUSTER").arg("INFO").query_async(&mut connection.clone()).await.unwrap();
            info.contains("cluster_state:ok")
        })
        .await;
        let client = ClusterClient::new(vec![format!("redis://{}", redis.address())]).unwrap();
        let cluster = client.get_async_connection().await.unwrap();
        let store = cluster.into_store();
        for name in 0..20 {
            let key = format!("shop:circuit:{name}");
            store.ask(&key, request(1, Action::Join)).await.unwrap();
        }
        cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.unwrap();
        let joined = ask(&store, 1, Action::Join).await.unwrap();
        assert_eq!(ask(&store, 1, report(joined, 1, 4)).await.unwrap().phase, Phase::Open);
        let count: u64 = cmd("DBSIZE").query_async(&mut connection).await.unwrap();
        assert_eq!(count, 21);
    })
    .await;
}

/// Starts a sentinel that watches a master.
async fn sentinel(master: &Redis) -> Daemon {
    let program = Program { command: "redis-server", package: "redis-server" };
    let greeting = Greeting { say: b"PING\r\n", hear: b"+PONG" };
    let master = master.address().port();
    Daemon::start(program, greeting, |command, folder, port| {
        let file = folder.join("sentinel.conf");
        let settings = [
            format!("port {port}"),
            "bind 127.0.0.1".to_owned(),
            format!("dir {}", folder.display()),
            format!("sentinel monitor main 127.0.0.1 {master} 1"),
            "sentinel down-after-milliseconds main 2000".to_owned(),
            "sentinel failover-timeout main 10000".to_owned(),
        ];
        fs::write(&file, settings.join("\n"))?;
        command.arg(file).arg("--sentinel");
        Ok(())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_sentinel_that_fails_over_takes_the_fleet_along() {
    bounded(async {
        let master = servers::single(&[]).await;
        let replica = replica_of(&master).await;
        let sentinel = sentinel(&master).await;
        let address = format!("redis://{}", sentinel.address());
        let client =
            SentinelClient::build(vec![address.clone()], "main".into(), None, SentinelServerType::Master);
        let client = Arc::new(Mutex::new(client.unwrap()));
        let store = RedisStore::connecting(move || {
            let client = Arc::clone(&client);
            async move { client.lock().await.get_async_connection().await }
        });
        let joined = ask(&store, 1, Action::Join).await.unwrap();
        let copy = servers::connection(&replica).await;
        until(async || cmd("EXISTS").arg(KEY).query_async(&mut copy.clone()).await.unwrap()).await;
        let connection = Client::open(address).unwrap().get_multiplexed_async_connection().await.unwrap();
        until(async || {
            // It refuses until it has heard of the replica.
            let begun: Result<Value, _> =
                cmd("SENTINEL").arg(&["FAILOVER", "main"]).query_async(&mut connection.clone()).await;
            begun.is_ok()
        })
        .await;
        until(async || is_in_role(&replica, "master").await && is_in_role(&master, "slave").await).await;
        // The former master is still connected, and refuses.
        let mut number = 0;
        let found = loop {
            number += 1;
            match ask(&store, 1, report(joined, number, 1)).await {
                Ok(view) => break view,
                Err(error) => println!("{error}"),
            }
            sleep(Duration::from_millis(50)).await;
        };
        assert!(found.known && found.changed, "{found:?}, {joined:?}");
        assert_eq!(found.epoch, joined.epoch, "the replica had the record");
        assert!(number <= 5, "the first error made it ask for the master");
    })
    .await;
}

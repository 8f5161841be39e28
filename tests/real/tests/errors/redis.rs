//! Redis in states in which it refuses commands.

use std::io;

use real::{Greeting, InProcess, Server, free_port, servers::redis::Redis};
use reattempt::Retryable;
use redis::{Client, ErrorKind, Pipeline, RedisError, RedisResult, Value, pipe};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::bounded;

/// Whatever it says, it listens.
const ANY: Greeting = Greeting { say: b"PING\r\n", hear: b"\r\n" };

async fn query(redis: &Redis, pipeline: &Pipeline) -> RedisResult<Vec<Value>> {
    let client = Client::open(format!("redis://{}", redis.address())).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await?;
    pipeline.query_async(&mut connection).await
}

fn two_writes() -> Pipeline {
    let mut pipeline = pipe();
    pipeline.set("a", 1).set("b", 2);
    pipeline
}

fn transaction() -> Pipeline {
    let mut transaction = two_writes();
    transaction.atomic();
    transaction
}

/// The errors of these commands, as a pipeline and as a transaction, on a server with these settings. Both have the code.
async fn refusals(settings: &[&str], mut commands: Pipeline, code: &str) -> [RedisError; 2] {
    let redis = Redis::start_with(settings, ANY).await.unwrap();
    let pipeline = query(&redis, &commands).await.unwrap_err();
    let transaction = query(&redis, commands.atomic()).await.unwrap_err();
    let refusals = [pipeline, transaction];
    for error in &refusals {
        let answers = error.clone().into_server_errors().expect("the server answered");
        assert!(answers.iter().all(|(_, answer)| answer.code() == code), "{error:?}");
    }
    refusals
}

async fn are_retried(settings: &[&str], commands: Pipeline, code: &str) {
    for error in bounded(refusals(settings, commands, code)).await {
        assert!(error.is_retryable(), "{error:?}");
    }
}

#[tokio::test]
async fn a_cluster_without_its_slots_is_retried() {
    let bus = free_port().to_string();
    are_retried(&["--cluster-enabled", "yes", "--cluster-port", &bus], two_writes(), "CLUSTERDOWN").await;
}

#[tokio::test]
async fn too_few_replicas_are_retried() {
    are_retried(&["--min-replicas-to-write", "1"], two_writes(), "NOREPLICAS").await;
}

#[tokio::test]
async fn a_replica_that_lost_its_master_is_retried() {
    let master = free_port().to_string();
    let settings = ["--replicaof", "127.0.0.1", &master, "--replica-serve-stale-data", "no"];
    let mut reads = pipe();
    reads.get("a").get("b");
    are_retried(&settings, reads, "MASTERDOWN").await;
}

#[tokio::test]
async fn a_replica_that_takes_no_writes_is_not_retried() {
    let master = free_port().to_string();
    for error in bounded(refusals(&["--replicaof", "127.0.0.1", &master], two_writes(), "READONLY")).await {
        assert!(!error.is_retryable(), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_with_a_script_is_retried() {
    bounded(async {
        let mut redis = Redis::start().await.unwrap();
        let client = Client::open(format!("redis://{}", redis.address())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis.overload(true).await.unwrap();
        // Until the script counts as slow, an answer may be late.
        let busy = loop {
            let result: RedisResult<Vec<Value>> = two_writes().query_async(&mut connection).await;
            match result {
                Err(error) if error.clone().into_server_errors().is_some() => break error,
                result => assert!(result.is_ok() || result.unwrap_err().is_timeout()),
            }
        };
        redis.overload(false).await.unwrap();
        assert!(busy.to_string().contains("BUSY") && busy.is_retryable(), "{busy:?}");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_loads_its_data_is_retried() {
    bounded(async {
        // It answers while it loads after each kilobyte, and takes a millisecond for each key.
        let settings = ["--loading-process-events-interval-bytes", "1024", "--enable-debug-command", "local"];
        let redis = Redis::start_with(&settings, ANY).await.unwrap();
        let client = Client::open(format!("redis://{}", redis.address())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut keys = pipe();
        for key in 0..2_000 {
            keys.set(key, "value of a key").ignore();
        }
        let () = keys.query_async(&mut connection).await.unwrap();
        let mut reload = TcpStream::connect(redis.address()).await.unwrap();
        reload.write_all(b"CONFIG SET key-load-delay 1000\r\nDEBUG RELOAD\r\n").await.unwrap();
        let loading = loop {
            let result: RedisResult<Vec<Value>> = transaction().query_async(&mut connection).await;
            match result {
                Err(error) if error.clone().into_server_errors().is_some() => break error,
                result => assert!(result.is_ok() || result.unwrap_err().is_timeout()),
            }
        };
        assert!(loading.to_string().contains("BusyLoading") && loading.is_retryable(), "{loading:?}");
    })
    .await;
}

#[tokio::test]
async fn a_server_with_too_many_clients_is_retried() {
    bounded(async {
        let redis = Redis::start_with(&["--maxclients", "1"], ANY).await.unwrap();
        let client = Client::open(format!("redis://{}", redis.address())).unwrap();
        // The connection of the greeting may not be gone yet.
        let first = loop {
            if let Ok(mut connection) = client.get_multiplexed_async_connection().await
                && redis::cmd("PING").exec_async(&mut connection).await.is_ok()
            {
                break connection;
            }
        };
        for pipeline in [two_writes(), transaction()] {
            let refused = query(&redis, &pipeline).await.unwrap_err();
            assert!(refused.is_retryable(), "{refused:?}");
        }
        drop(first);
    })
    .await;
}

/// Answers each connection at once with these bytes, and hangs up when the client has sent a `GET`.
async fn cut_off(answers: &'static [u8]) -> io::Result<InProcess> {
    InProcess::start(move |mut stream| async move {
        let _ = stream.write_all(answers).await;
        let mut heard = Vec::new();
        while !heard.windows(3).any(|part| part == b"GET") {
            if !stream.read_buf(&mut heard).await.is_ok_and(|count| count > 0) {
                return;
            }
        }
        let _ = stream.write_all(b"$9\r\nhal").await;
    })
    .await
}

#[tokio::test]
async fn an_answer_that_broke_off_is_retried_and_a_value_of_another_type_is_not() {
    bounded(async {
        // Two answers to what the client sends first.
        let server = cut_off(b"+OK\r\n+OK\r\n").await.unwrap();
        let client = Client::open(format!("redis://{}", server.address())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let cut = redis::cmd("GET").arg("key").query_async::<String>(&mut connection).await.unwrap_err();
        assert!(cut.is_retryable(), "{cut:?}");

        let redis = Redis::start().await.unwrap();
        let client = Client::open(format!("redis://{}", redis.address())).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let () = redis::cmd("RPUSH").arg("list").arg("text").query_async(&mut connection).await.unwrap();
        let popped = redis::cmd("LPOP").arg("list").query_async::<u64>(&mut connection).await.unwrap_err();
        assert!(popped.kind() == ErrorKind::Parse && !popped.is_retryable(), "{popped:?}");
    })
    .await;
}

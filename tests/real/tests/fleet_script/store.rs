//! The store on a single server that forgets, is full, hangs or restarts.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use real::{Mode, Proxy, Server};
use redis::{Client, RedisError, aio::MultiplexedConnection, cmd};
use retry_core::fleet::{Action, Fleet, IntoStore, Phase, Record, RedisStore, redis::script};
use tokio::{
    runtime::Runtime,
    time::{sleep, timeout},
};

use crate::{
    servers,
    steps::{KEY, ask, bounded, report, request},
};

/// Returns a store that counts the connections that it makes.
fn counting(client: Client) -> (RedisStore<MultiplexedConnection>, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let made = Arc::clone(&count);
    let store = RedisStore::connecting(move || {
        made.fetch_add(1, Ordering::Relaxed);
        let client = client.clone();
        async move { client.get_multiplexed_async_connection().await }
    });
    (store, count)
}

async fn run(connection: &mut MultiplexedConnection, words: &str) {
    let mut words = words.split(' ');
    let mut command = cmd(words.next().expect("a command has a name"));
    command.arg(words.collect::<Vec<_>>()).exec_async(connection).await.unwrap();
}

async fn fields(connection: &mut MultiplexedConnection) -> BTreeMap<String, String> {
    cmd("HGETALL").arg(KEY).query_async(connection).await.unwrap()
}

async fn life(connection: &mut MultiplexedConnection) -> i64 {
    cmd("PTTL").arg(KEY).query_async(connection).await.unwrap()
}

#[tokio::test]
async fn a_fleet_takes_a_client_and_its_connections() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let client = servers::client(&redis);
        let stores = [
            client.get_multiplexed_async_connection().await.unwrap().into_store(),
            client.get_connection_manager().await.unwrap().into_store(),
            client.into_store(),
        ];
        let mut epochs = Vec::new();
        for (process, store) in (1..).zip(&stores) {
            let view = ask(store, process, Action::Join).await.unwrap();
            assert_eq!(u64::from(view.live), process);
            epochs.push(view.epoch);
        }
        assert!(epochs.iter().all(|&epoch| epoch == epochs[0]));
        let [shared, ..] = stores;
        let fleets = [
            Fleet::on(servers::client(&redis)),
            Fleet::on(servers::client(&redis).get_connection_manager().await.unwrap()),
            Fleet::on(RedisStore::new(servers::connection(&redis).await)),
            Fleet::on(shared),
        ];
        assert_eq!(fleets.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_script_that_the_server_forgot_is_loaded_again() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let store = RedisStore::new(connection.clone());
        let joined = ask(&store, 1, Action::Join).await.unwrap();
        run(&mut connection, "SCRIPT FLUSH").await;
        let view = ask(&store, 1, Action::Look).await.unwrap();
        assert_eq!((view.epoch, view.known), (joined.epoch, true));
    })
    .await;
}

#[tokio::test]
async fn a_lost_record_is_a_new_epoch_and_closed() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let store = RedisStore::new(connection.clone());
        let joined = ask(&store, 1, Action::Join).await.unwrap();
        let opened = ask(&store, 1, report(joined, 1, 4)).await.unwrap();
        assert_eq!(opened.phase, Phase::Open);
        assert!((59_000..=60_000).contains(&opened.left));
        run(&mut connection, "FLUSHALL").await;
        let view = ask(&store, 1, Action::Look).await.unwrap();
        assert_ne!(view.epoch, opened.epoch);
        assert_eq!((view.phase, view.known, view.changed), (Phase::Closed, false, false));
        assert!(fields(&mut connection).await.is_empty(), "a look writes nothing");
        // A report of the lost epoch is not counted, and neither is one that may be a repeated one.
        let late = ask(&store, 1, report(opened, 2, 4)).await.unwrap();
        assert_eq!((late.phase, late.known, late.changed), (Phase::Closed, false, false));
    })
    .await;
}

#[tokio::test]
async fn a_key_of_something_else_is_replaced_by_the_next_change() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let store = RedisStore::new(connection.clone());
        let others = ["SET KEY text", "RPUSH KEY a b", "HSET KEY a b", "XADD KEY * a b"];
        let damages = ["HSET KEY phase ajar", "HDEL KEY leases", "HSET KEY m:1 1:2", "HSET KEY kind reserve"];
        for (index, other) in others.into_iter().chain(damages).enumerate() {
            // What is damaged is the record of the round before.
            if index < others.len() {
                run(&mut connection, &format!("DEL {KEY}")).await;
            }
            run(&mut connection, &other.replace("KEY", KEY)).await;
            let view = ask(&store, 1, Action::Look).await.unwrap();
            assert_eq!((view.phase, view.live, view.changed), (Phase::Closed, 0, false), "{other}");
            let view = ask(&store, 1, Action::Join).await.unwrap();
            assert_eq!((view.phase, view.live, view.changed), (Phase::Closed, 1, true), "{other}");
            let fields = fields(&mut connection).await;
            assert!(matches!(Record::from_fields(&fields), Some(Record::Circuit(_))), "{other}: {fields:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn fields_that_no_record_has_are_swept_away() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let script = redis::Script::new(script::CODE);
        let at = async |seconds, process, action| -> (String, u64, String, u64, bool, u32, bool, bool) {
            let mut call = script.key(KEY);
            call.arg(script::arguments(Some(Duration::from_secs(seconds)), &request(process, action)));
            call.invoke_async(&mut connection.clone()).await.unwrap()
        };
        at(1_000, 1, Action::Join).await;
        run(&mut connection.clone(), &format!("HSET {KEY} note hello m:2 1:2 m:x 1:2:3")).await;
        assert_eq!(at(1_005, 3, Action::Join).await.5, 5, "until then they count as processes");
        assert_eq!(at(1_006, 4, Action::Join).await.5, 3);
        assert!(Record::from_fields(&fields(&mut connection).await).is_some());
    })
    .await;
}

#[tokio::test]
async fn only_a_change_extends_the_life_of_a_record() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let store = RedisStore::new(connection.clone());
        let joined = ask(&store, 1, Action::Join).await.unwrap();
        let full = 595_000..=600_000;
        assert!(full.contains(&life(&mut connection).await));
        let changed = ask(&store, 1, report(joined, 1, 0)).await.unwrap();
        run(&mut connection, &format!("PEXPIRE {KEY} 50000")).await;
        for unchanging in [Action::Look, Action::Join, report(changed, 1, 0), Action::Lease { number: 1 }] {
            ask(&store, 1, unchanging).await.unwrap();
            assert!((1..=50_000).contains(&life(&mut connection).await), "{unchanging:?}");
        }
        ask(&store, 1, report(changed, 2, 0)).await.unwrap();
        assert!(full.contains(&life(&mut connection).await));
        let action = Action::Force { epoch: joined.epoch, generation: joined.generation, time: u64::MAX };
        let forced = ask(&store, 1, action).await.unwrap();
        assert_eq!((forced.phase, life(&mut connection).await), (Phase::ForcedOpen, -1));
        let action = Action::Reset { epoch: forced.epoch, generation: forced.generation };
        assert_eq!(ask(&store, 1, action).await.unwrap().phase, Phase::Closed);
        assert!(full.contains(&life(&mut connection).await));
    })
    .await;
}

#[tokio::test]
async fn a_full_server_refuses_and_is_found_again() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let store = RedisStore::new(connection.clone());
        let joined = ask(&store, 1, Action::Join).await.unwrap();
        run(&mut connection, "CONFIG SET maxmemory 1").await;
        let before = fields(&mut connection).await;
        let refused = ask(&store, 1, report(joined, 1, 4)).await.unwrap_err();
        assert!(refused.to_string().contains("OOM"), "{refused}");
        assert_eq!(fields(&mut connection).await, before);
        assert_eq!(ask(&store, 1, Action::Look).await.unwrap().epoch, joined.epoch);
        // Neither is a missing record written.
        run(&mut connection, &format!("DEL {KEY}")).await;
        assert!(ask(&store, 1, Action::Join).await.is_err());
        assert!(fields(&mut connection).await.is_empty());
        run(&mut connection, "CONFIG SET maxmemory 0").await;
        assert!(ask(&store, 1, Action::Join).await.unwrap().known);
    })
    .await;
}

/// The user has the commands that the documentation of the store lists.
#[tokio::test]
async fn a_user_needs_few_commands_and_the_keys_of_the_fleet() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let commands =
            "+evalsha +script|load +time +exists +del +hmget +hgetall +hlen +hset +hdel +pexpire +persist";
        run(&mut connection, &format!("ACL SETUSER fleet on >secret ~shop:* -@all {commands}")).await;
        let client = Client::open(format!("redis://fleet:secret@{}", redis.address())).unwrap();
        let store = client.clone().into_store();
        run(&mut connection, &format!("HSET {KEY} damaged record")).await;
        let mut seen = ask(&store, 1, Action::Join).await.unwrap();
        let lasting = Action::Force { epoch: seen.epoch, generation: 0, time: u64::MAX };
        assert_eq!(ask(&store, 1, lasting).await.unwrap().phase, Phase::ForcedOpen);
        seen = ask(&store, 1, Action::Leave).await.unwrap();
        assert_eq!((seen.phase, seen.live), (Phase::ForcedOpen, 0));
        // Without the permission to read, the record is not taken for a missing one.
        run(&mut connection, "ACL SETUSER fleet -hmget").await;
        let refused = ask(&store, 1, Action::Look).await.unwrap_err();
        assert!(refused.to_string().contains("can't run this command"), "{refused}");
        run(&mut connection, "ACL SETUSER fleet +hmget").await;
        assert_eq!(ask(&store, 1, Action::Look).await.unwrap().epoch, seen.epoch);
    })
    .await;
}

#[tokio::test]
async fn requests_at_the_same_time_make_one_connection() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let (store, made) = counting(servers::client(&redis));
        let store = Arc::new(store);
        let asked = (1..=20).map(|process| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { ask(&store, process, Action::Join).await })
        });
        for asked in asked.collect::<Vec<_>>() {
            asked.await.unwrap().unwrap();
        }
        assert_eq!(made.load(Ordering::Relaxed), 1);
        assert_eq!(ask(&store, 1, Action::Look).await.unwrap().live, 20);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_restarts_is_found_again() {
    bounded(async {
        let mut redis = servers::single(&[]).await;
        let store = servers::client(&redis).into_store();
        let before = ask(&store, 1, Action::Join).await.unwrap();
        redis.kill().await;
        let error = ask(&store, 1, Action::Look).await.unwrap_err();
        assert!(error.downcast_ref::<RedisError>().is_some(), "{error:?}");
        redis.restart().await.unwrap();
        let after = ask(&store, 1, Action::Look).await.unwrap();
        assert!(after.epoch != before.epoch && !after.known);
    })
    .await;
}

/// The fleet stops waiting long before the client does. The request goes on, so the dead connection is dropped.
#[tokio::test]
async fn a_connection_that_never_answers_is_replaced_although_nobody_waits() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let proxy = Proxy::start(redis.address()).await.unwrap();
        let (store, made) = counting(Client::open(format!("redis://{}", proxy.address())).unwrap());
        ask(&store, 1, Action::Join).await.unwrap();
        proxy.set(Mode::BlackHole);
        let waited = timeout(Duration::from_millis(20), ask(&store, 1, Action::Look)).await;
        assert!(waited.is_err(), "nobody answers: {waited:?}");
        // The client waits for an answer for half a second.
        while made.load(Ordering::Relaxed) == 1 {
            sleep(Duration::from_millis(50)).await;
            let _ = timeout(Duration::from_millis(20), ask(&store, 1, Action::Look)).await;
        }
        proxy.set(Mode::Pass);
        while ask(&store, 1, Action::Look).await.is_err() {}
    })
    .await;
}

#[test]
fn a_connection_of_a_runtime_that_is_gone_is_replaced() {
    let start = || Runtime::new().unwrap();
    let keeper = start();
    let redis = keeper.block_on(servers::single(&[]));
    let (store, made) = counting(servers::client(&redis));
    for round in 1..=3 {
        let found = start().block_on(bounded(async {
            match ask(&store, 1, Action::Join).await {
                Ok(view) => view,
                Err(_) => ask(&store, 1, Action::Join).await.unwrap(),
            }
        }));
        assert!(found.known);
        assert_eq!(made.load(Ordering::Relaxed), round);
    }
}

/// The work for a report is the same, whatever the number of processes; the removal of absent ones is rare.
#[tokio::test]
async fn a_report_among_a_thousand_processes_reads_its_own_field_alone() {
    bounded(async {
        let redis = servers::single(&[]).await;
        let mut connection = servers::connection(&redis).await;
        let store = RedisStore::new(connection.clone());
        for members in [1, 1_000] {
            let mut pipeline = redis::pipe();
            for process in 0..members {
                pipeline.cmd("EVALSHA").arg(redis::Script::new(script::CODE).get_hash()).arg(1).arg(KEY);
                pipeline.arg(script::arguments(None, &request(process, Action::Join))).ignore();
            }
            let seen = ask(&store, 0, Action::Join).await.unwrap();
            for _ in 0..2 {
                // It is loaded by then.
                let () = pipeline.query_async(&mut connection).await.unwrap();
            }
            run(&mut connection, "CONFIG RESETSTAT").await;
            let first = 1_000 * members;
            for number in first..first + 500 {
                let view = ask(&store, 0, report(seen, number, 0)).await.unwrap();
                assert!(view.changed && u64::from(view.live) == members, "{view:?}");
            }
            let mut sweeps: String = servers::info(&redis, "commandstats", "cmdstat_hgetall").await;
            sweeps.truncate(23);
            assert!(sweeps.is_empty() || sweeps.contains("calls=1,"), "{sweeps}");
            println!("{members}: {}", servers::info(&redis, "commandstats", "cmdstat_evalsha").await);
        }
    })
    .await;
}

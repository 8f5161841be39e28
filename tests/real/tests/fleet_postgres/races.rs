//! Eight clients at the same records.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use real::{PostgresStore, Server, Traced};
use reattempt::Policy;
use retry_core::fleet::{Record, Request, StoreError};
use tokio::task::JoinSet;

use crate::{
    RULES,
    clients::{COUNTS, Member, RESERVE, TRIALS},
    counted, history, most_trials, server_with_history,
};

const CLIENTS: u64 = 8;
const STEPS: u32 = 150;

/// A request and its answer.
type Exchange = (&'static str, Request, Traced);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_clients_do_what_one_does_alone() {
    let postgres = server_with_history().await;
    let mut clients = JoinSet::new();
    for process in 1..=CLIENTS {
        let store = PostgresStore::new(postgres.config());
        clients.spawn(async move {
            let mut member = Member::new(process);
            let mut exchanges: Vec<Exchange> = Vec::new();
            for _ in 0..STEPS {
                let (key, request) = member.request();
                let traced = store.trace(key, &request).await.unwrap();
                member.answered(key, &request, traced.answer);
                exchanges.push((key, request, traced));
            }
            (member.reported, exchanges)
        });
    }
    let all = clients.join_all().await;
    let exchanges: Vec<Exchange> = all.iter().flat_map(|(_, exchanges)| exchanges.clone()).collect();
    for key in [COUNTS, TRIALS, RESERVE] {
        let last = replay(key, &exchanges);
        let records = history(&postgres, key).await;
        assert_eq!(last.as_ref().map(Record::fields).as_ref(), records.last(), "{key}");
        println!("{key}: {} records", records.len());
    }
    let reported = sum(all.into_iter().map(|(reported, _)| reported));
    assert_eq!(counted(history(&postgres, COUNTS).await.last().unwrap()), reported);
    assert_eq!(most_trials(&history(&postgres, TRIALS).await), RULES.trials as usize);
}

/// Runs the requests that changed a record one after another, and compares each answer. Returns the last record.
fn replay(key: &str, exchanges: &[Exchange]) -> Option<Record> {
    let mut changes: Vec<&Exchange> = exchanges.iter().filter(|exchange| exchange.0 == key).collect();
    let looks: Vec<&Exchange> = changes.extract_if(.., |(_, _, traced)| traced.written.is_none()).collect();
    changes.sort_by_key(|(_, _, traced)| traced.written);
    let mut states: BTreeMap<i64, Record> = BTreeMap::new();
    for (_, request, traced) in changes {
        let last = states.last_key_value();
        assert_eq!(traced.read, last.map_or(0, |(&version, _)| version), "each follows the one before");
        let (answer, written) = Record::answer(last.map(|(_, record)| record), traced.now, request);
        assert_eq!(answer, traced.answer);
        states.insert(traced.written.unwrap(), written.unwrap().record);
    }
    for (_, request, traced) in looks {
        let (answer, written) = Record::answer(states.get(&traced.read), traced.now, request);
        assert_eq!((answer, written), (traced.answer, None));
    }
    states.pop_last().map(|(_, record)| record)
}

fn sum(parts: impl Iterator<Item = [u64; 2]>) -> [u64; 2] {
    parts.fold([0, 0], |sum, part| [sum[0] + part[0], sum[1] + part[1]])
}

/// How long a client asks for.
const PATIENCE: Policy = Policy::new()
    .unlimited()
    .base(Duration::from_millis(5))
    .max_delay(Duration::from_millis(50))
    .deadline(Duration::from_mins(1));

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_loses_and_repeats_nothing() {
    let mut postgres = server_with_history().await;
    let done = Arc::new(AtomicU32::new(0));
    let mut clients = JoinSet::new();
    for process in 1..=CLIENTS {
        let store = PostgresStore::new(postgres.config());
        let done = Arc::clone(&done);
        clients.spawn(async move {
            let mut member = Member::new(process);
            let failures = AtomicU32::new(0);
            for _ in 0..STEPS {
                let (key, request) = member.request();
                // The same request, until it has an answer. It may have been executed without one.
                let ask = || async {
                    let traced = store.trace(key, &request).await;
                    failures.fetch_add(u32::from(traced.is_err()), Ordering::Relaxed);
                    traced
                };
                let traced = PATIENCE.retry_async(ask).when(|_: &StoreError| true).await;
                member.answered(key, &request, traced.unwrap().answer);
                done.fetch_add(1, Ordering::Relaxed);
            }
            (member.reported, failures.into_inner())
        });
    }
    for part in 1..4 {
        let work = async {
            while done.load(Ordering::Relaxed) < part * 2 * STEPS {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), work).await.expect("the clients go on");
        postgres.kill().await;
        postgres.restart().await.unwrap();
    }
    let all = clients.join_all().await;
    let failures: u32 = all.iter().map(|(_, failures)| failures).sum();
    println!("{failures} requests failed");
    assert!(failures >= 3, "nobody noticed that the server died");
    let reported = sum(all.into_iter().map(|(reported, _)| reported));
    assert_eq!(counted(history(&postgres, COUNTS).await.last().unwrap()), reported);
    assert_eq!(most_trials(&history(&postgres, TRIALS).await), RULES.trials as usize);
}

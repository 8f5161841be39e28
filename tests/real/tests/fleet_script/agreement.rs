//! The script and the specification agree, in answers and in records.

use std::{collections::BTreeMap, env};

use redis::{Pipeline, Script, Value, aio::MultiplexedConnection, from_redis_value};
use retry_core::fleet::{Action, Answer, Phase, Request, redis::script};
use tokio::time::Instant;

use crate::{
    history::{Damage, Expected, History},
    servers,
};

/// Steps of one history.
const LENGTH: u64 = 125;

/// Histories that are sent together.
const BATCH: u64 = 4;

/// How often something was seen. The test is worth nothing if it is never.
#[derive(Debug, Default)]
struct Coverage {
    steps: u64,
    changes: u64,
    granted: u64,
    phases: BTreeMap<&'static str, u64>,
    closed_by_trials: u64,
    reopened: u64,
    damaged: u64,
    grants: u64,
    tokens: u64,
}

impl Coverage {
    fn note(&mut self, step: &Expected) {
        self.steps += 1;
        self.changes += u64::from(step.is_changed);
        self.damaged += u64::from(step.before.is_some());
        match (&step.request, &step.answer) {
            (Request::Circuit(request), Answer::Circuit(view)) => {
                self.granted += u64::from(view.granted);
                *self.phases.entry(view.phase.name()).or_default() += 1;
                let is_decided = view.changed && matches!(request.action, Action::Outcome { .. });
                self.closed_by_trials += u64::from(is_decided && view.phase == Phase::Closed);
                self.reopened += u64::from(is_decided && view.phase == Phase::Open);
            }
            (Request::Reserve(_), Answer::Reserve(grant)) => {
                self.grants += 1;
                self.tokens += u64::from(grant.tokens > 0);
            }
            _ => unreachable!("the answer is of the kind of the request"),
        }
    }
}

fn number_of(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).map_or(otherwise, |text| text.parse().expect("it is a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_script_and_the_specification_agree() {
    let steps = number_of("FLEET_STEPS", 100_000);
    let first = number_of("FLEET_SEED", 1);
    let redis = servers::single(&[]).await;
    let connection = servers::connection(&redis).await;
    let start = Instant::now();
    let batches = steps.div_ceil(LENGTH * BATCH);
    let halves = [0, 1].map(|half| {
        let mut connection = connection.clone();
        tokio::spawn(async move {
            let mut coverage = Coverage::default();
            for batch in (half..batches).step_by(2) {
                compare(&mut connection, first + batch * BATCH, &mut coverage).await;
            }
            coverage
        })
    });
    for half in halves {
        let coverage = half.await.unwrap();
        println!("{coverage:?}");
        assert!(
            coverage.phases.len() == 4 && coverage.phases.values().all(|&count| count > coverage.steps / 200)
        );
        assert!(
            [
                coverage.granted,
                coverage.closed_by_trials,
                coverage.reopened,
                coverage.damaged,
                coverage.tokens
            ]
            .iter()
            .all(|&count| count > coverage.steps / 1_000)
        );
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{steps} steps in {seconds:.1} s, {:.0} in a second", steps as f64 / seconds);
    println!("{}", servers::info(&redis, "commandstats", "cmdstat_evalsha").await);
}

/// Sends some histories at once, and compares the answer, the fields and the life after each of their steps.
async fn compare(connection: &mut MultiplexedConnection, seed: u64, coverage: &mut Coverage) {
    let script = Script::new(script::CODE);
    let _: String = script.load_async(connection).await.unwrap();
    let mut pipeline = redis::pipe();
    let mut expected = Vec::new();
    for seed in seed..seed + BATCH {
        let mut history = History::new(seed);
        let key = format!("fleet:circuit:{seed}");
        for _ in 0..LENGTH {
            let step = history.advance();
            coverage.note(&step);
            send(&mut pipeline, script.get_hash(), &key, &step);
            expected.push((seed, step));
        }
        pipeline.cmd("UNLINK").arg(&key).ignore();
    }
    let answers: Vec<Value> = pipeline.query_async(connection).await.unwrap();
    let mut answers = answers.into_iter();
    let mut life = -2;
    for (index, (seed, step)) in expected.iter().enumerate() {
        let mut next = || answers.next().expect("each command has its answer");
        let answer = script::answer(&step.request, next()).unwrap();
        let fields: BTreeMap<String, String> = from_redis_value(next()).unwrap();
        let left: i64 = from_redis_value(next()).unwrap();
        let place =
            || format!("seed {seed}, step {}: {:?} at {:?}", index as u64 % LENGTH, step.request, step.now);
        assert_eq!(answer, step.answer, "{}, {fields:?}", place());
        assert_eq!(fields, step.fields.clone().unwrap_or_default(), "{}", place());
        match step.life {
            None if step.is_changed => assert_eq!(left, -1, "{}", place()),
            Some(full) => {
                let full = i64::try_from(full.as_millis()).unwrap();
                assert!((full - 5_000..=full).contains(&left), "{left} of {full}; {}", place());
            }
            None => {
                let is_first = (index as u64).is_multiple_of(LENGTH);
                assert!(left <= life || step.before.is_some() || is_first, "{}", place());
            }
        }
        life = left;
    }
}

fn send(pipeline: &mut Pipeline, hash: &str, key: &str, step: &Expected) {
    match &step.before {
        Some(Damage::Lost) => drop(pipeline.cmd("DEL").arg(key).ignore()),
        Some(Damage::Set(name, text)) => drop(pipeline.cmd("HSET").arg(key).arg(name).arg(text).ignore()),
        Some(Damage::Removed(name)) => drop(pipeline.cmd("HDEL").arg(key).arg(name).ignore()),
        None => {}
    }
    let arguments = script::arguments(Some(step.now), &step.request);
    pipeline.cmd("EVALSHA").arg(hash).arg(1).arg(key).arg(arguments);
    pipeline.cmd("HGETALL").arg(key);
    pipeline.cmd("PTTL").arg(key);
}

//! A fleet, its store and what it calls: the field on which the scenarios take place.

use std::time::Duration;

use real::{Greeting, Proxy, servers::redis::Redis};
use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep};

use crate::{
    process::{Place, Process, Snap},
    settings::SYNC_EVERY,
    target::{Mood, Target},
    watch::Watch,
};

const PONG: Greeting = Greeting { say: b"PING\r\n", hear: b"+PONG" };

/// The processes of a fleet.
pub(crate) const PROCESSES: u8 = 8;

pub(crate) struct Field {
    pub(crate) redis: Redis,
    pub(crate) proxy: Proxy,
    pub(crate) target: Target,
    pub(crate) watch: Watch,
    pub(crate) processes: Vec<Process>,
}

pub(crate) async fn server(settings: &[&str]) -> Redis {
    let mut all = vec!["--appendfsync", "everysec", "--busy-reply-threshold", "5000"];
    all.extend(settings);
    Redis::start_with(&all, PONG).await.unwrap()
}

pub(crate) async fn connection(redis: &Redis) -> MultiplexedConnection {
    let client = redis::Client::open(format!("redis://{}", redis.address())).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

impl Field {
    /// Starts the store, the target and the processes, without calls. The kinds are those of the processes, one after
    /// another; the last one is that of all the others.
    pub(crate) async fn start(kinds: &[&'static str], with_clocks: bool) -> Field {
        let redis = server(&[]).await;
        let proxy = Proxy::start(redis.address()).await.unwrap();
        let target = Target::start().await;
        let watch = Watch::start(redis.address()).await;
        let mut processes = Vec::new();
        for id in 0..PROCESSES {
            let kind = kinds[usize::from(id).min(kinds.len() - 1)];
            let place = Place { store: proxy.address(), target: target.address(), kind };
            processes.push(Process::start(id, &place, with_clocks).await);
        }
        Field { redis, proxy, target, watch, processes }
    }

    pub(crate) async fn rate(&mut self, per_second: u32) {
        for process in &mut self.processes {
            process.rate(per_second).await;
        }
    }

    pub(crate) async fn snaps(&mut self) -> Vec<Snap> {
        let mut snaps = Vec::new();
        for process in &mut self.processes {
            snaps.push(process.snap().await);
        }
        snaps
    }

    /// Runs a command on the server itself.
    pub(crate) async fn command(&self, words: &[&str]) {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.exec_async(&mut connection(&self.redis).await).await.unwrap();
    }

    pub(crate) async fn sum(&mut self, name: &str) -> u64 {
        self.snaps().await.iter().map(|snap| snap.get(name)).sum()
    }

    /// Waits until a number of every process fulfills a condition, and returns how long that took.
    pub(crate) async fn until_all(
        &mut self,
        within: Duration,
        is_met: impl Fn(&Snap) -> bool,
    ) -> Option<Duration> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if self.snaps().await.iter().all(&is_met) {
                return Some(begun.elapsed());
            }
            sleep(Duration::from_millis(10)).await;
        }
        None
    }

    /// Makes everything fail until the circuit is open for all processes.
    pub(crate) async fn open(&mut self) {
        self.target.set_all(Mood::Bad);
        let opens = self.watch.seen().count("open");
        let opened = self.watch.until(Duration::from_secs(10), |seen| seen.count("open") > opens).await;
        opened.expect("the circuit opens");
        let all = self.until_all(Duration::from_secs(10), |snap| snap.get("open") == 1).await;
        all.expect("all processes learn of it");
    }

    /// Makes everything succeed until all processes have made calls through a closed circuit.
    pub(crate) async fn heal(&mut self, within: Duration) -> Duration {
        self.target.set_all(Mood::Good);
        let before: Vec<_> = self.snaps().await.iter().map(|snap| snap.get("good")).collect();
        let begun = Instant::now();
        loop {
            let now = self.snaps().await;
            let is_healed =
                |(snap, before): (&Snap, &u64)| snap.get("open") == 0 && snap.get("good") > *before;
            if now.iter().zip(&before).all(is_healed) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < within, "not healed: {now:?} {:?}", self.watch.seen().phases);
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Lets the processes make calls until each of them has reported some.
    pub(crate) async fn warm_up(&mut self, per_second: u32) {
        self.rate(per_second).await;
        sleep(SYNC_EVERY * 3).await;
    }

    /// Ends the scenario: whatever was seen on the way, nobody panicked and the circuit obeyed its rules.
    pub(crate) async fn check(&mut self) {
        let seen = self.watch.seen();
        assert!(seen.violations.is_empty(), "{:#?}", seen.violations);
        assert_eq!(self.sum("panics").await, 0);
        for process in &self.processes {
            assert!(
                !process.events().iter().any(|event| event.starts_with("panic")),
                "{:?}",
                process.events()
            );
        }
    }

    pub(crate) async fn end(mut self) {
        self.check().await;
        for process in self.processes {
            process.quit().await;
        }
    }
}

pub(crate) fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

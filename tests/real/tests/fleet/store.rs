//! The store is slow, silent, paused, gone, full or forgetful, or a replica without the last writes takes its place.

use std::time::Duration;

use real::{Mode, Server as _, servers::redis::Redis};
use tokio::time::{Instant, sleep};

use crate::{
    Lines,
    circuit::SLACK,
    field::{Field, PROCESSES, connection, ms, server},
    process::Snap,
    settings::{OPEN_FOR, PATIENCE, SYNC_EVERY},
    target::Mood,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Each answer takes 2 s or more.
    Slow,
    /// Connections are taken, and nothing is answered.
    Silent,
    /// `CLIENT PAUSE`.
    Paused,
    /// The server is killed, and later started again on its data.
    Killed,
    /// No memory is left for a write.
    Full,
    /// `FLUSHALL`, several times.
    Flushed,
    /// A replica that was cut off takes the place of the server.
    Failover,
}

/// How long a fault lasts in each part of a scenario.
const LASTS: Duration = Duration::from_millis(2500);
/// Above what the policy of the store waits after a fault of this length.
const FOUND_WITHIN: Duration = Duration::from_secs(20);

pub(crate) async fn run(fault: Fault) -> Lines {
    let mut field = Field::start(&["sync", "both"], false).await;
    field.warm_up(40).await;
    let mut replica = None;
    if fault == Fault::Failover {
        replica = Some(start_replica(&field).await);
    }

    // The circuit is open when it begins, so that calls need leases.
    field.open().await;
    field.snaps().await;
    begin(&mut field, fault, replica.as_ref()).await;
    let first = part(&mut field, LASTS).await;
    // Then the target is good, and each process finds out by itself.
    field.target.set_all(Mood::Good);
    let recovered = alone(&mut field, fault).await;
    let second = part(&mut field, SYNC_EVERY * 2).await;
    // Then it is bad for some, whose own rules protect it.
    field.target.set(0..4, Mood::Bad);
    let third = part(&mut field, LASTS).await;
    assert!(third[..4].iter().all(|part| part.refused > 0), "own rules refuse calls: {third:?}");
    if matches!(fault, Fault::Silent | Fault::Slow | Fault::Paused | Fault::Killed) {
        assert!(third[4..].iter().all(|part| part.refused == 0), "and of nobody else: {third:?}");
    }
    end(&mut field, fault).await;
    let healed = field.heal(FOUND_WITHIN).await;
    let found = found(&mut field).await;

    // The same fleet: two bad processes open the circuit of all.
    sleep(SYNC_EVERY * 3).await;
    field.open().await;
    field.heal(FOUND_WITHIN).await;
    let lost = field.sum("lost").await;
    let mut lines = vec![
        format!(
            "target good again, store still away: all processes call after {}",
            recovered.map_or("-".into(), ms)
        ),
        format!(
            "store back: all closed after {}, found by all after {}; {lost} times lost",
            ms(healed),
            ms(found)
        ),
    ];
    for (name, parts) in [("open", first), ("good", second), ("bad", third)] {
        lines.push(format!("{name}: {}", summary(&parts)));
    }
    field.end().await;
    lines
}

async fn start_replica(field: &Field) -> Redis {
    let address = field.redis.address();
    let replica = server(&["--replicaof", "127.0.0.1", &address.port().to_string()]).await;
    let mut connection = connection(&replica).await;
    loop {
        let text: String = redis::cmd("INFO").arg("replication").query_async(&mut connection).await.unwrap();
        if text.contains("master_link_status:up") {
            return replica;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

async fn begin(field: &mut Field, fault: Fault, replica: Option<&Redis>) {
    match fault {
        Fault::Slow => field.proxy.set(Mode::Slow(Duration::from_secs(2))),
        Fault::Silent => field.proxy.set(Mode::BlackHole),
        Fault::Paused => field.command(&["CLIENT", "PAUSE", "60000", "ALL"]).await,
        Fault::Killed => field.redis.kill().await,
        Fault::Full => field.command(&["CONFIG", "SET", "maxmemory", "1"]).await,
        Fault::Flushed => field.command(&["FLUSHALL"]).await,
        Fault::Failover => {
            let replica = replica.expect("a replica");
            let alone = redis::cmd("REPLICAOF").arg("NO").arg("ONE").to_owned();
            alone.exec_async(&mut connection(replica).await).await.unwrap();
            // What is written from now on is lost.
            sleep(OPEN_FOR * 3).await;
            field.redis.kill().await;
            field.watch.move_to(replica.address());
            sleep(Duration::from_millis(300)).await;
            field.proxy.lead_to(replica.address());
            field.proxy.set(Mode::Reset);
            sleep(Duration::from_millis(20)).await;
            field.proxy.set(Mode::Pass);
        }
    }
}

async fn end(field: &mut Field, fault: Fault) {
    match fault {
        Fault::Slow | Fault::Silent => field.proxy.set(Mode::Pass),
        // The server still answers those who undo it.
        Fault::Paused => unpause(field).await,
        Fault::Killed => field.redis.restart().await.unwrap(),
        Fault::Full => field.command(&["CONFIG", "SET", "maxmemory", "0"]).await,
        Fault::Flushed => field.command(&["FLUSHALL"]).await,
        Fault::Failover => {}
    }
}

/// A paused server hears nobody, so it is killed and started again.
async fn unpause(field: &mut Field) {
    field.redis.kill().await;
    field.redis.restart().await.unwrap();
}

/// Waits until all processes make calls that succeed, without the store if that is away.
async fn alone(field: &mut Field, fault: Fault) -> Option<Duration> {
    let before: Vec<_> = field.snaps().await.iter().map(|snap| snap.get("good")).collect();
    let begun = Instant::now();
    loop {
        let now = field.snaps().await;
        if now.iter().zip(&before).all(|(snap, before)| snap.get("good") > *before && snap.get("open") == 0) {
            return Some(begun.elapsed());
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{fault:?}: {now:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until every process has found as often as it has lost, and has reported calls.
async fn found(field: &mut Field) -> Duration {
    let begun = Instant::now();
    let all = field.until_all(FOUND_WITHIN, |snap| snap.get("lost") == snap.get("found")).await;
    all.expect("the store is found");
    begun.elapsed()
}

/// What one process saw in a part of the scenario.
#[derive(Debug)]
struct Part {
    calls: u64,
    refused: u64,
    wait: Duration,
    lag: Duration,
    waits: u64,
}

/// Lets time pass, and returns what the processes saw.
async fn part(field: &mut Field, time: Duration) -> Vec<Part> {
    let before = field.snaps().await;
    sleep(time).await;
    let after = field.snaps().await;
    let since = |before: &Snap, after: &Snap, name| after.get(name) - before.get(name);
    let parts: Vec<_> = before
        .iter()
        .zip(&after)
        .map(|(before, after)| Part {
            calls: since(before, after, "calls"),
            refused: since(before, after, "refused"),
            wait: after.wait().max(before.wait()),
            lag: after.lag().max(before.lag()),
            waits: after.get("waits") + before.get("waits"),
        })
        .collect();
    assert_eq!(parts.len(), usize::from(PROCESSES));
    for part in &parts {
        // The patience, the pause of the policy, and what the machine added in the same time.
        let most = PATIENCE + Duration::from_millis(1) + SLACK.max(part.lag);
        assert!(part.wait <= most, "{part:?} has waited longer than {most:?}");
    }
    parts
}

fn summary(parts: &[Part]) -> String {
    let sum = |of: fn(&Part) -> u64| parts.iter().map(of).sum::<u64>();
    let longest = |of: fn(&Part) -> Duration| ms(parts.iter().map(of).max().unwrap_or_default());
    format!(
        "{} calls, {} refused, longest wait {} (the machine alone: {}), {} waits over 50 ms, sync process {}",
        sum(|part| part.calls),
        sum(|part| part.refused),
        longest(|part| part.wait),
        longest(|part| part.lag),
        sum(|part| part.waits),
        ms(parts[0].wait),
    )
}

/// A million calls while the store answers nobody: the memory stays as it is.
pub(crate) async fn memory() -> Lines {
    const CALLS: u64 = 1_000_000;
    let mut field = Field::start(&["both"], false).await;
    field.warm_up(40).await;
    field.rate(0).await;
    field.proxy.set(Mode::BlackHole);
    let process = &mut field.processes[0];
    process.burst(100_000).await;
    let before = process.snap().await;
    let begun = Instant::now();
    process.burst(CALLS).await;
    let time = begun.elapsed();
    let after = process.snap().await;
    let [was, is] = [&before, &after].map(|snap| snap.get("rss_kb"));
    assert!(is < was + 1024, "{was} kB, then {is} kB");
    assert!(after.get("lost") > 0, "the store was away");
    field.proxy.set(Mode::Pass);
    field.rate(40).await;
    field.heal(FOUND_WITHIN).await;
    let lines = vec![format!(
        "{CALLS} calls in {}, {} refused: {was} kB before, {is} kB after",
        ms(time),
        after.get("refused") - before.get("refused")
    )];
    field.end().await;
    lines
}

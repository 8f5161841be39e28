//! Eight processes of one program call a server that fails for four seconds: first each for itself, then as a fleet.
//!
//! `cargo run -p real --example fleet_breaker` starts the server, a Redis, and itself eight times. It prints a table of what
//! each process has seen, and ends with an error if the fleet did not do better. It takes about 25 seconds.

use std::{
    env,
    error::Error as StdError,
    io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::get};
use real::{
    Twin,
    servers::{http::Http, redis::Redis},
};
use reattempt::{
    CircuitBreaker, CircuitOpen, CircuitState, Retryable,
    fleet::{Fleet, FleetMember},
    observe::{CircuitEvent, FleetEvent, Observer},
    retry, set_observer,
};
use reqwest::Client;
use tokio::time::{Instant, sleep, sleep_until};

type Result<T> = std::result::Result<T, Box<dyn StdError + Send + Sync>>;

const PROCESSES: u32 = 8;
const HEALTHY: Duration = Duration::from_millis(1500);
const DOWN: Duration = Duration::from_secs(4);
const RECOVERED: Duration = Duration::from_millis(3500);

static SEARCH: CircuitBreaker = CircuitBreaker::new()
    .name("search")
    .consecutive_failures(5)
    .open_for(Duration::from_secs(1))
    .on_change(note);

#[derive(Debug, Retryable, thiserror::Error)]
enum Error {
    #[error("the server has failed")]
    #[retryable(delegate)]
    Server(#[from] reqwest::Error),
    #[error(transparent)]
    Refused(#[from] CircuitOpen),
}

static TRIALS: AtomicU32 = AtomicU32::new(0);

#[retry(max = 1, breaker = SEARCH)]
async fn search(http: &Client, url: &str) -> std::result::Result<(), Error> {
    if SEARCH.state() == CircuitState::HalfOpen {
        TRIALS.fetch_add(1, Relaxed);
    }
    http.get(url).send().await?.error_for_status()?;
    Ok(())
}

/// When the circuit of this process opened first, and when it closed last.
#[derive(Clone, Copy, Default)]
struct Changes {
    opened: Option<Duration>,
    closed: Option<Duration>,
}

static BEGUN: OnceLock<Instant> = OnceLock::new();
static CHANGES: Mutex<Changes> = Mutex::new(Changes { opened: None, closed: None });

fn note(event: &CircuitEvent<'_>) {
    let now = BEGUN.get().map(Instant::elapsed);
    let mut changes = CHANGES.lock().unwrap_or_else(PoisonError::into_inner);
    match event.to() {
        CircuitState::Open => changes.opened = changes.opened.or(now),
        CircuitState::Closed => changes.closed = now,
        _ => {}
    }
}

/// Reports what a reader of the table would wonder about: a machine so busy that the store counts as away.
struct Losses;

impl Observer for Losses {
    fn fleet_lost(&self, event: &FleetEvent<'_>) {
        eprintln!("  a process has lost its store: {}", event.error().unwrap_or_default());
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [number, url, redis] => work(number.parse()?, url, redis).await,
        _ => compare().await,
    }
}

/// One process of the program: calls the server until the time is over, and prints what it has seen.
async fn work(number: u32, url: &str, redis: &str) -> Result<()> {
    let _fleet: Option<FleetMember> = match redis {
        "alone" => None,
        redis => {
            let redis = redis::Client::open(redis)?.get_connection_manager().await?;
            Some(Fleet::on(redis).name("example").join(&SEARCH).start())
        }
    };
    set_observer(Losses)?;
    let http = Client::builder().timeout(Duration::from_secs(1)).build()?;
    println!("ready");
    io::stdin().read_line(&mut String::new())?;
    let begun = *BEGUN.get_or_init(Instant::now);
    let every = Duration::from_millis(100 + 50 * u64::from(number));
    let (mut sent, mut failed, mut refused, mut next) = (0, 0, 0, begun);
    while begun.elapsed() < HEALTHY + DOWN + RECOVERED {
        match search(&http, url).await {
            Ok(()) => sent += 1,
            Err(Error::Server(_)) => (sent, failed) = (sent + 1, failed + 1),
            Err(Error::Refused(_)) => refused += 1,
        }
        next += every;
        sleep_until(next).await;
    }
    let changes = *CHANGES.lock().unwrap_or_else(PoisonError::into_inner);
    let millis = |time: Option<Duration>| time.map_or(0, |time| time.as_millis());
    let [opened, closed] = [changes.opened, changes.closed].map(millis);
    println!("{} {sent} {failed} {refused} {} {opened} {closed}", every.as_millis(), TRIALS.load(Relaxed));
    Ok(())
}

/// What one process has seen; times in milliseconds, 0 for never.
#[derive(Clone, Copy, Default)]
struct Row {
    every: u64,
    sent: u64,
    failed: u64,
    refused: u64,
    trials: u64,
    opened: u64,
    closed: u64,
}

async fn compare() -> Result<()> {
    let is_down = Arc::new(AtomicBool::new(false));
    let answer = {
        let is_down = Arc::clone(&is_down);
        async move || if is_down.load(Relaxed) { StatusCode::BAD_GATEWAY } else { StatusCode::OK }
    };
    let server = Http::start(Router::new().route("/search", get(answer))).await?;
    let redis = Redis::start_in_memory().await?;
    let url = format!("http://{}/search", server.address());
    println!("A server fails from {:.1?} to {:.1?}.\n", HEALTHY, HEALTHY + DOWN);

    println!("Each process for itself:");
    let alone = run(&url, "alone", &is_down).await?;
    println!("\nAs a fleet:");
    let fleet = run(&url, &format!("redis://{}", redis.address()), &is_down).await?;

    println!("\n{} calls failed alone, {} in the fleet.", alone.failed, fleet.failed);
    if fleet.failed * 3 > alone.failed * 2 || fleet.trials * 2 > alone.trials {
        return Err("the fleet should have failed and tried less".into());
    }
    Ok(())
}

/// Runs the processes through one failure of the server, prints what each has seen, and returns the sums.
async fn run(url: &str, redis: &str, is_down: &AtomicBool) -> Result<Row> {
    let mut processes = Vec::new();
    for number in 0..PROCESSES {
        processes.push(Twin::start(&[&number.to_string(), url, redis])?);
    }
    for process in &mut processes {
        process.receive()?;
    }
    for process in &mut processes {
        process.send("go")?;
    }
    sleep(HEALTHY).await;
    is_down.store(true, Relaxed);
    sleep(DOWN).await;
    is_down.store(false, Relaxed);
    sleep(RECOVERED).await;

    println!("  calls every   sent  failed  trials  refused   opened   closed");
    let mut sum = Row::default();
    for process in &mut processes {
        let row = Row::read(&process.receive()?)?;
        let [opened, closed] = [row.opened, row.closed].map(|time| Duration::from_millis(time).as_secs_f64());
        let Row { every, sent, failed, refused, trials, .. } = row;
        println!(
            "  {every:>8} ms {sent:>6} {failed:>7} {trials:>7} {refused:>8} {opened:>6.1} s {closed:>6.1} s"
        );
        sum.sent += sent;
        sum.failed += failed;
        sum.refused += refused;
        sum.trials += trials;
    }
    let Row { sent, failed, refused, trials, .. } = sum;
    println!("          all {sent:>6} {failed:>7} {trials:>7} {refused:>8}");
    Ok(sum)
}

impl Row {
    fn read(line: &str) -> Result<Row> {
        let numbers: std::result::Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
        let [every, sent, failed, refused, trials, opened, closed] = numbers?[..] else {
            return Err(format!("not a row: {line}").into());
        };
        Ok(Row { every, sent, failed, refused, trials, opened, closed })
    }
}

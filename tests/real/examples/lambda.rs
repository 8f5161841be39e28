//! Functions of a cloud whose server is down: fifty environments that each see one call, frozen between two invocations.
//!
//! `cargo run -p real --example lambda` starts the server, a Redis, and itself fifty times. Each process is an environment:
//! it is stopped by a signal whenever it has no invocation. It ends with an error if the fleet did not do better. It takes
//! about ten seconds.

use std::{
    env,
    error::Error as StdError,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::get};
use real::{
    Twin,
    servers::{http::Http, redis::Redis},
};
use reattempt::{CircuitBreaker, CircuitOpen, RetryBudget, Retryable, fleet::Fleet, retry};
use reqwest::Client;
use tokio::time::sleep;

type Result<T> = std::result::Result<T, Box<dyn StdError + Send + Sync>>;

const ENVIRONMENTS: usize = 50;
const OPEN_FOR: Duration = Duration::from_secs(3);

static SEARCH: CircuitBreaker = CircuitBreaker::new()
    .name("search")
    .failure_rate(0.5)
    .window_time(Duration::from_mins(1))
    .minimum_calls(20)
    .open_for(OPEN_FOR);

static BUDGET: RetryBudget = RetryBudget::new().name("search").ratio(0.1).reserve_per_second(10);

#[derive(Debug, Retryable, thiserror::Error)]
enum Error {
    #[error("the server has failed")]
    #[retryable(delegate)]
    Server(#[from] reqwest::Error),
    #[error(transparent)]
    Refused(#[from] CircuitOpen),
}

#[retry(max = 3, base = "10ms", breaker = SEARCH, budget = BUDGET)]
async fn search(http: &Client, url: &str) -> std::result::Result<(), Error> {
    http.get(url).send().await?.error_for_status()?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [url, redis] => serve(url, redis).await,
        _ => compare().await,
    }
}

/// One environment: makes a call for each line of its input, and prints how it ended.
async fn serve(url: &str, redis: &str) -> Result<()> {
    let fleet = match redis {
        "alone" => None,
        redis => {
            let client = redis::Client::open(redis)?;
            let joining = Fleet::on(client).name("example").patience(Duration::from_secs(1)).inline();
            let fleet = joining.join(&SEARCH).join(&BUDGET).start();
            // A cold start learns what the others have found out.
            fleet.flush().await;
            Some(fleet)
        }
    };
    let http = Client::builder().timeout(Duration::from_secs(1)).build()?;
    while io::stdin().read_line(&mut String::new())? > 0 {
        let outcome = match search(&http, url).await {
            Ok(()) => "ok",
            Err(Error::Server(_)) => "failed",
            Err(Error::Refused(_)) => "refused",
        };
        if let Some(fleet) = &fleet {
            fleet.flush().await;
        }
        println!("{outcome}");
    }
    Ok(())
}

/// The server, which counts its requests.
#[derive(Default)]
struct Server {
    is_down: AtomicBool,
    requests: AtomicU32,
}

async fn compare() -> Result<()> {
    let server = Arc::new(Server::default());
    let answer = {
        let server = Arc::clone(&server);
        async move || {
            server.requests.fetch_add(1, Relaxed);
            if server.is_down.load(Relaxed) { StatusCode::BAD_GATEWAY } else { StatusCode::OK }
        }
    };
    let http = Http::start(Router::new().route("/search", get(answer))).await?;
    let redis = Redis::start_in_memory().await?;
    let url = format!("http://{}/search", http.address());

    println!("Fifty environments that each know only themselves:");
    let alone = run(&server, &url, "alone").await?;
    println!("\nFifty environments of a fleet:");
    let fleet = run(&server, &url, &format!("redis://{}", redis.address())).await?;
    println!("\nWhile the server was down it got {alone} requests, and {fleet} from the fleet.");
    if fleet * 2 > alone {
        return Err("the fleet should have sent less".into());
    }
    Ok(())
}

/// How the invocations of a row ended.
#[derive(Default)]
struct Row {
    ok: u32,
    failed: u32,
    refused: u32,
}

/// Starts the environments one after another while the server is down, then calls each again after its recovery. Returns the
/// number of requests while it was down.
async fn run(server: &Server, url: &str, redis: &str) -> Result<u32> {
    server.is_down.store(true, Relaxed);
    server.requests.store(0, Relaxed);
    println!("  invocations           requests     ok  failed  refused");
    let mut environments = Vec::new();
    while environments.len() < ENVIRONMENTS {
        let (first, before) = (environments.len() + 1, server.requests.load(Relaxed));
        let mut row = Row::default();
        for _ in 0..10 {
            let mut environment = Twin::start(&[url, redis])?;
            invoke(&mut environment, &mut row)?;
            environments.push(environment);
        }
        let requests = server.requests.load(Relaxed) - before;
        print(&format!("cold, {first:>2} to {}", environments.len()), requests, &row);
    }
    let while_down = server.requests.load(Relaxed);
    server.is_down.store(false, Relaxed);
    sleep(OPEN_FOR).await;
    let mut row = Row::default();
    for environment in &mut environments {
        environment.thaw()?;
        invoke(environment, &mut row)?;
    }
    print("warm, server is back", server.requests.load(Relaxed) - while_down, &row);
    Ok(while_down)
}

/// Lets an environment run for one call, and freezes it again.
fn invoke(environment: &mut Twin, row: &mut Row) -> Result<()> {
    environment.send("call")?;
    match environment.receive()?.as_str() {
        "ok" => row.ok += 1,
        "failed" => row.failed += 1,
        _ => row.refused += 1,
    }
    environment.freeze()?;
    Ok(())
}

fn print(invocations: &str, requests: u32, row: &Row) {
    let Row { ok, failed, refused } = row;
    println!("  {invocations:<22} {requests:>7} {ok:>6} {failed:>7} {refused:>8}");
}

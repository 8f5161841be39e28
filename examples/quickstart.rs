//! A server that refuses, hangs, answers 503 and recovers, and a client that gets through all the same.
//!
//! Run it with `cargo run --example quickstart`. It takes three to four seconds and fails if anything went
//! otherwise than planned.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{self, IsTerminal, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{StatusCode, Uri};
use reattempt::retry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

struct Probe {
    server: SocketAddr,
}

impl Probe {
    /// A sync method: it blocks its thread while it waits.
    #[retry(max = 10, base_ms = 200, backoff = constant)]
    fn is_up(&self) -> io::Result<()> {
        let mut connection = TcpStream::connect(self.server)?;
        connection.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        if answer.contains("200 OK") { Ok(()) } else { Err(io::Error::other(answer)) }
    }
}

/// An async function: an attempt that takes longer than half a second is cut off and counts as failed.
#[retry(max = 4, base_ms = 200, jitter = 0.3, attempt_timeout_ms = 500)]
async fn fetch_report(http: &reqwest::Client, url: &str) -> anyhow::Result<String> {
    let report = text_of(http.get(url)).await?;
    Ok(report)
}

struct Orders {
    http: reqwest::Client,
    url: String,
}

/// One policy for every method that can fail. `at` cannot and is left alone.
#[retry(max = 3, base_ms = 200, jitter = full, deadline = "5s")]
impl Orders {
    async fn list(&self) -> reqwest::Result<String> {
        text_of(self.http.get(&self.url)).await
    }

    async fn place(&self, item: &'static str) -> reqwest::Result<String> {
        text_of(self.http.post(self.at("new")).body(item)).await
    }

    #[retry(max = 4)]
    async fn cancel(&self, id: u32) -> reqwest::Result<String> {
        text_of(self.http.delete(self.at(&id.to_string()))).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }
}

async fn text_of(request: reqwest::RequestBuilder) -> reqwest::Result<String> {
    let answer = request.send().await?.error_for_status();
    answer.map_err(reqwest::Error::without_url)?.text().await
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (events, requests) = (Tally::default(), Tally::default());
    let console = tracing_subscriber::fmt().compact().without_time().with_target(false);
    console.with_ansi(io::stdout().is_terminal()).finish().with(events.clone()).init();
    let server = serve(requests.clone())?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let orders = Orders { http: http.clone(), url: format!("http://{server}/orders") };

    println!("\nThe server is not up yet. A health probe asks until it is.");
    let probe = tokio::task::spawn_blocking(move || Probe { server }.is_up()).await?;
    println!("\nA report is fetched. The first answer never comes, the second is a 503.");
    let report = fetch_report(&http, &format!("http://{server}/report")).await;
    println!("\nOrders are listed. The first answer is a 503.");
    let list = orders.list().await;
    println!("\nAn order is placed. That works at once, so there is nothing to tell.");
    let place = orders.place("tea").await;
    println!("\nAn order is cancelled. Every answer is a 503, so the call gives up in the end.");
    let cancel = orders.cancel(7).await;

    println!("\n{:14}{:12}{:>8}{:>20}{:>11}", "call", "outcome", "attempts", "seen by the server", "waited");
    for (call, path, is_ok, expected) in [
        ("is_up", "/health", probe.is_ok(), (true, 1)),
        ("fetch_report", "/report", report.is_ok(), (true, 3)),
        ("list", "/orders", list.is_ok(), (true, 2)),
        ("place", "/orders/new", place.is_ok(), (true, 1)),
        ("cancel", "/orders/7", cancel.is_ok(), (false, 4)),
    ] {
        let (seen, _) = requests.of(path);
        let (told, waited) = events.of(&format!("quickstart::{call}"));
        let attempts = told.max(1);
        let outcome = if is_ok { "succeeded" } else { "gave up" };
        println!("{call:14}{outcome:12}{attempts:8}{seen:20}{waited:8} ms");
        anyhow::ensure!((is_ok, seen) == expected, "`{call}` should have ended as {expected:?}");
        anyhow::ensure!(attempts == seen || call == "is_up", "`{call}` was attempted {attempts} times");
    }
    Ok(())
}

/// A server on a port of its own, where connections are refused for the first second.
fn serve(requests: Tally) -> io::Result<SocketAddr> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let address = socket.local_addr()?;
    let router = axum::Router::new().fallback(|uri: Uri| async move { answer(uri.path(), &requests).await });
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        axum::serve(socket.listen(64)?, router).await
    });
    Ok(address)
}

/// Fails the first requests for a path, in the ways that services fail.
async fn answer(path: &str, requests: &Tally) -> StatusCode {
    match (path, requests.add(path, 0)) {
        ("/report", 1) => std::future::pending().await,
        ("/report", 2) | ("/orders", 1) | ("/orders/7", _) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    }
}

/// How often something happened, by name, and the milliseconds that it came to.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<BTreeMap<String, (u64, u64)>>>);

impl Tally {
    /// Counts once more and returns the count.
    fn add(&self, name: &str, millis: u64) -> u64 {
        let mut entries = self.0.lock().unwrap();
        let (count, sum) = entries.entry(name.to_owned()).or_default();
        (*count, *sum) = (*count + 1, *sum + millis);
        *count
    }

    fn of(&self, name: &str) -> (u64, u64) {
        self.0.lock().unwrap().get(name).copied().unwrap_or_default()
    }
}

/// Each event tells of one attempt and of the wait after it. A first attempt that succeeds has no event.
impl<S: tracing::Subscriber> Layer<S> for Tally {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut fields = BTreeMap::new();
        event.record(&mut |field: &tracing::field::Field, value: &dyn Debug| {
            fields.insert(field.name(), format!("{value:?}"));
        });
        if let Some(operation) = fields.get("operation") {
            self.add(operation, fields.get("delay_ms").map_or(0, |delay| delay.parse().unwrap()));
        }
    }
}

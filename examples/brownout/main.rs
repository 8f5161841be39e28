//! A server that browns out, and what its clients make of it: with plain retries, and with a breaker for each host and a
//! budget for all.
//!
//! Run it with `cargo run --example brownout`. It simulates a minute of each on tokio's paused clock, prints what became
//! of the calls, and draws `docs/book/src/pictures/brownout.svg`; it takes a second or two.

mod chart;
pub(crate) mod client;
mod drawing;
mod server;
pub(crate) mod timeline;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::{Call, Careful, Plain};
use server::Server;
use timeline::Timeline;

/// How long is simulated.
pub(crate) const LENGTH: Duration = Duration::from_secs(60);
/// New calls to each host in a second.
const CALLS_PER_SECOND: u32 = 70;
/// The host whose server browns out, and one whose server does not.
const HOSTS: [&str; 2] = ["a.example", "b.example"];

fn main() -> Result<(), Box<dyn Error>> {
    let plain = simulate(Plain::new)?;
    let careful = simulate(Careful::new)?;
    println!("calls to {} ({} browns out)\n", HOSTS.join(" and "), HOSTS[0]);
    print("plain retries", &plain);
    print("with a breaker for each host, and a budget", &careful);
    let file = Path::new("docs/book/src/pictures/brownout.svg");
    chart::draw(file, [("Plain retries", &plain[0]), ("With breaker and budget", &careful[0])])?;
    println!("wrote {}", file.display());
    Ok(())
}

/// A minute of calls to all hosts, at even distances: the timeline of each host.
pub(crate) fn simulate<C: Call>(
    client: fn([(&'static str, Server); 2]) -> C,
) -> Result<[Arc<Timeline>; 2], Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let timelines = HOSTS.map(|_| Arc::new(Timeline::start()));
        let [a, b] = timelines.clone();
        let servers = [(HOSTS[0], Server::browning_out(a)), (HOSTS[1], Server::healthy(b))];
        let client = Arc::new(client(servers));
        let mut calls = tokio::time::interval(Duration::from_secs(1) / CALLS_PER_SECOND);
        while timelines[0].now() < LENGTH {
            calls.tick().await;
            for (host, timeline) in HOSTS.iter().zip(&timelines) {
                let (client, timeline) = (client.clone(), timeline.clone());
                tokio::spawn(async move { timeline.ended(&client.call(host).await) });
            }
        }
        Ok(timelines)
    })
}

fn print(title: &str, timelines: &[Arc<Timeline>; 2]) {
    println!("{title}:");
    for (host, timeline) in HOSTS.iter().zip(timelines) {
        let total = timeline.total();
        println!(
            "  {host}: {} requests and {} retries, {} answers, {} calls rejected by the breaker",
            total.requests, total.retries, total.answers, total.rejections
        );
    }
    println!();
}

//! A server that browns out, and what its clients make of it: with plain retries, and with a breaker for each host and a
//! budget for all.
//!
//! Run it with `cargo run --example brownout`. It simulates a minute of each on tokio's paused clock, prints what became
//! of the calls, and draws `docs/book/src/pictures/brownout.svg`; it takes a second or two.

mod chart;
pub(crate) mod client;
mod scenario;
mod server;
mod time;
pub(crate) mod timeline;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use client::{Call, Careful, Plain};
use reattempt::Policy;
use scenario::{HOSTS, Servers};
use timeline::Timeline;
use tokio::task::LocalSet;

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

/// A minute of calls on tokio's paused clock: the timeline of each host.
pub(crate) fn simulate<C: Call>(
    client: fn(Servers, Policy) -> C,
) -> Result<[Arc<Timeline>; 2], Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let spawn = |call| drop(tokio::task::spawn_local(call));
    Ok(LocalSet::new().block_on(&runtime, scenario::run(client, scenario::POLICY, spawn)))
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

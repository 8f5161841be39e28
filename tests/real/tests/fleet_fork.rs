//! A blocking process that forks. Its child has none of the parent's threads, and takes part in the fleet all the same: as a
//! process of its own, with a connection of its own.

#![expect(clippy::disallowed_methods, reason = "the process has real threads and real clocks")]

use std::{
    error::Error,
    process::exit,
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use fork::{Fork, fork, waitpid};
use real::servers::redis::Redis;
use reattempt::{CircuitBreaker, fleet::Fleet};
use redis::Commands;

const KEY: &str = "reattempt:forked:circuit:search";
/// The connection of the parent is given up after five seconds without an answer.
const WITHIN: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = runtime.block_on(Redis::start_in_memory())?;
    let client = redis::Client::open(format!("redis://{}", server.address()))?;
    let breaker = Arc::new(CircuitBreaker::new().name("search").failure_rate(0.5));
    let _member = Fleet::on(client.clone()).name("forked").join(Arc::clone(&breaker)).start();
    wait_for_processes(&client, 1)?;

    match fork()? {
        Fork::Child => {
            // Calls until the parent has seen it, or for as long as that waits.
            let begun = Instant::now();
            for call in 1_u32.. {
                let Ok(permit) = breaker.acquire() else { break };
                if call.is_multiple_of(5) {
                    permit.failure();
                } else {
                    permit.success();
                }
                if processes(&client)? >= 2 || begun.elapsed() > WITHIN {
                    break;
                }
                sleep(Duration::from_millis(20));
            }
            exit(0);
        }
        Fork::Parent(child) => {
            let seen = wait_for_processes(&client, 2);
            waitpid(child)?;
            seen?;
        }
    }
    println!("the child of a process takes part: ok");
    Ok(())
}

/// Waits until so many processes take part.
fn wait_for_processes(client: &redis::Client, wanted: usize) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    loop {
        let found = processes(client)?;
        if found == wanted {
            println!("{found} after {:?}", begun.elapsed());
            return Ok(());
        }
        if begun.elapsed() > WITHIN {
            return Err(format!("{found} processes take part, and not {wanted}").into());
        }
        sleep(Duration::from_millis(20));
    }
}

fn processes(client: &redis::Client) -> redis::RedisResult<usize> {
    let fields: Vec<String> = client.get_connection()?.hkeys(KEY)?;
    Ok(fields.iter().filter(|field| field.starts_with("m:")).count())
}

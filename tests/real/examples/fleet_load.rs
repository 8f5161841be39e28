//! The load that the processes of a fleet put on one Redis: so many members in this process, each with a breaker and a
//! budget of its own under the same names, on one runtime.
//!
//! `cargo run --release -p real --example fleet_load` measures 8 and 1000 members with ten calls a second each, at first
//! healthy, then with every call failing, then with the circuit open. `… -- 1000 10 20` is so many members, calls a second,
//! and seconds.

use std::{
    env,
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use real::{Greeting, servers::redis::Redis};
use reattempt::{
    CircuitBreaker, CircuitOpen, RetryBudget,
    fleet::{Fleet, FleetMember, IntoStore},
    retry,
};
use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep};

const PONG: Greeting = Greeting { say: b"PING\r\n", hear: b"+PONG" };

/// Members that share a connection, as the tasks of a process do.
const TO_A_CONNECTION: u32 = 20;

#[derive(Debug)]
struct Failed;

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Failed {
        REFUSED.fetch_add(1, Relaxed);
        Failed
    }
}

static REFUSED: AtomicU64 = AtomicU64::new(0);
static CALLS: AtomicU64 = AtomicU64::new(0);
static IS_BAD: AtomicBool = AtomicBool::new(false);

/// One process of the fleet.
struct Process {
    breaker: Arc<CircuitBreaker>,
    budget: Arc<RetryBudget>,
    _member: FleetMember,
}

impl Process {
    fn start(store: &Arc<dyn reattempt::fleet::Store>, opens: bool) -> Process {
        // A breaker that does not open shows what a fleet costs in which everything fails.
        let minimum = if opens { 20 } else { u32::MAX };
        let breaker = CircuitBreaker::new().name("search").failure_rate(0.5).minimum_calls(minimum);
        let breaker = Arc::new(breaker.window_time(Duration::from_secs(10)).open_for(Duration::from_secs(5)));
        let budget = Arc::new(RetryBudget::new().name("search").ratio(0.1).reserve_per_second(20));
        let fleet = Fleet::on(Arc::clone(store)).name("load").patience(Duration::from_secs(1));
        let member = fleet.join(Arc::clone(&breaker)).join(Arc::clone(&budget)).start();
        Process { breaker, budget, _member: member }
    }

    #[retry(max = 3, base = "10ms", breaker = self.breaker, budget = self.budget)]
    async fn call(&self) -> Result<(), Failed> {
        if IS_BAD.load(Relaxed) { Err(Failed) } else { Ok(()) }
    }

    async fn call_for_ever(self, pause: Duration) {
        loop {
            let _ = self.call().await;
            CALLS.fetch_add(1, Relaxed);
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        }
    }
}

/// What the server has done so far.
#[derive(Clone, Copy)]
struct Load {
    at: Instant,
    scripts: u64,
    cpu: f64,
    calls: u64,
    refused: u64,
}

async fn load(connection: &mut MultiplexedConnection) -> Result<Load, Box<dyn Error>> {
    let info: String = redis::cmd("INFO").arg("everything").query_async(connection).await?;
    let number = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        line.split([',', '\r']).next().and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0)
    };
    Ok(Load {
        at: Instant::now(),
        scripts: number("cmdstat_evalsha:calls=") as u64,
        cpu: number("used_cpu_user:") + number("used_cpu_sys:"),
        calls: CALLS.load(Relaxed),
        refused: REFUSED.load(Relaxed),
    })
}

async fn measure(
    what: &str,
    members: u32,
    time: Duration,
    connection: &mut MultiplexedConnection,
) -> Result<(), Box<dyn Error>> {
    // The reports of the time before are sent by then.
    sleep(Duration::from_secs(3)).await;
    let before = load(connection).await?;
    sleep(time).await;
    let after = load(connection).await?;
    let seconds = (after.at - before.at).as_secs_f64();
    let scripts = (after.scripts - before.scripts) as f64 / seconds;
    let calls = (after.calls - before.calls) as f64 / seconds;
    println!(
        "| {members} | {what} | {calls:.0} | {:.0} | {scripts:.0} | {:.2} | {:.1} % | {:.0} µs |",
        (after.refused - before.refused) as f64 / seconds,
        scripts / f64::from(members),
        (after.cpu - before.cpu) / seconds * 100.0,
        (after.cpu - before.cpu) * 1e6 / (scripts * seconds).max(1.0),
    );
    Ok(())
}

async fn fleet(members: u32, per_second: f64, time: Duration) -> Result<(), Box<dyn Error>> {
    for opens in [false, true] {
        let redis =
            Redis::start_with(&["--appendonly", "no", "--busy-reply-threshold", "5000"], PONG).await?;
        let client = redis::Client::open(format!("redis://{}", redis.address()))?;
        // A server with much to do answers late.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(10)));
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let mut tasks = tokio::task::JoinSet::new();
        let mut store = client.clone().into_store();
        for number in 0..members {
            if number % TO_A_CONNECTION == 0 {
                store = client.clone().into_store();
            }
            let process = Process::start(&store, opens);
            tasks.spawn(process.call_for_ever(Duration::from_secs_f64(1.0 / per_second)));
        }
        IS_BAD.store(false, Relaxed);
        if !opens {
            measure("healthy", members, time, &mut connection).await?;
        }
        IS_BAD.store(true, Relaxed);
        let what = if opens { "open, trials fail" } else { "all calls fail, closed" };
        measure(what, members, time, &mut connection).await?;
        if opens {
            let fields: Vec<String> =
                redis::cmd("HKEYS").arg("reattempt:load:circuit:search").query_async(&mut connection).await?;
            let bytes: u64 = redis::cmd("MEMORY")
                .arg("USAGE")
                .arg("reattempt:load:circuit:search")
                .query_async(&mut connection)
                .await?;
            println!("record of {members} members: {} fields, {bytes} bytes", fields.len());
        }
        tasks.shutdown().await;
        sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<f64> = env::args().skip(1).map(|word| word.parse()).collect::<Result<_, _>>()?;
    let per_second = arguments.get(1).copied().unwrap_or(10.0);
    let time = Duration::from_secs_f64(arguments.get(2).copied().unwrap_or(10.0));
    let sizes = arguments.first().map_or(vec![8, 1000], |members| vec![*members as u32]);
    println!("`sync_every` 1 s, {per_second} calls a second of each member, {time:?} each\n");
    println!(
        "| Members | Calls | Calls/s | Refused/s | Store calls/s | of each member | CPU of Redis | for one |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for members in sizes {
        fleet(members, per_second, time).await?;
    }
    Ok(())
}

//! One process of the fleet: it calls the target at a rate, and reports what became of the calls and how long they waited.
//!
//! It reads commands from its input, one a line (`rate`, `burst`, `snap`, `quit`), and writes its answers and its events.
#![expect(clippy::disallowed_methods, reason = "the process has real threads and real clocks")]

use std::{
    env, fs,
    io::{BufRead, Read, Write, stdin, stdout},
    net::{SocketAddr, TcpStream as BlockingStream},
    panic,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use reattempt::{
    CircuitBreaker, CircuitOpen, CircuitState, RetryBudget, fleet::Fleet, observe::FleetEvent,
    observe::Observer, retry, set_observer,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::settings;

static BREAKER: CircuitBreaker = settings::BREAKER;
static BUDGET: RetryBudget = settings::BUDGET;
static SEEN: Seen = Seen::new();

/// What the process has seen so far.
struct Seen {
    /// The pause in microseconds between two calls of one task.
    pause_us: AtomicU64,
    calls: AtomicU64,
    attempts: AtomicU64,
    good: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    /// The longest wait of an attempt or a refusal, since the last report.
    wait_us: AtomicU64,
    /// How many of them were long.
    waits: AtomicU64,
    /// The longest time by which a thread woke too late, since the last report.
    lag_us: AtomicU64,
    lost: AtomicU64,
    found: AtomicU64,
    panics: AtomicU64,
}

/// A wait that is none of the scheduler.
const LONG: Duration = Duration::from_millis(50);

impl Seen {
    const fn new() -> Seen {
        Seen {
            pause_us: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            attempts: AtomicU64::new(0),
            good: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            wait_us: AtomicU64::new(0),
            waits: AtomicU64::new(0),
            lag_us: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            found: AtomicU64::new(0),
            panics: AtomicU64::new(0),
        }
    }

    fn waited(&self, time: Duration) {
        self.wait_us.fetch_max(micros(time), Relaxed);
        if time > LONG {
            self.waits.fetch_add(1, Relaxed);
        }
    }

    fn ended(&self, result: &Result<(), Failure>) {
        let counter = match result {
            Ok(()) => &self.good,
            Err(Failure::Refused) => &self.refused,
            Err(Failure::Failed) => &self.failed,
        };
        counter.fetch_add(1, Relaxed);
        self.calls.fetch_add(1, Relaxed);
    }

    fn line(&self) -> String {
        let rss = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages: u64 = rss.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let numbers = [
            ("calls", self.calls.load(Relaxed)),
            ("attempts", self.attempts.load(Relaxed)),
            ("good", self.good.load(Relaxed)),
            ("failed", self.failed.load(Relaxed)),
            ("refused", self.refused.load(Relaxed)),
            ("wait_us", self.wait_us.swap(0, Relaxed)),
            ("waits", self.waits.swap(0, Relaxed)),
            ("lag_us", self.lag_us.swap(0, Relaxed)),
            ("lost", self.lost.load(Relaxed)),
            ("found", self.found.load(Relaxed)),
            ("panics", self.panics.load(Relaxed)),
            ("rss_kb", pages * 4),
            ("wall", wall),
            ("open", u64::from(BREAKER.state() != CircuitState::Closed)),
        ];
        numbers.map(|(name, number)| format!("{name}={number}")).join(" ")
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[derive(Debug)]
enum Failure {
    Failed,
    Refused,
}

impl From<std::io::Error> for Failure {
    fn from(_: std::io::Error) -> Failure {
        Failure::Failed
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Failure {
        Failure::Refused
    }
}

/// One call: when it began, or when its last attempt ended.
struct Call {
    id: u8,
    mark: Mutex<Instant>,
}

impl Call {
    fn new(id: u8) -> Call {
        Call { id, mark: Mutex::new(Instant::now()) }
    }

    fn mark(&self) {
        *self.mark.lock().unwrap() = Instant::now();
    }

    /// Notes how long the call has waited since the last mark. The policy waits for 1 ms before a retry.
    fn waited(&self) {
        let waited = self.mark.lock().unwrap().elapsed();
        SEEN.waited(waited);
    }

    fn begin(&self, attempt: u32) -> [u8; 2] {
        self.waited();
        SEEN.attempts.fetch_add(1, Relaxed);
        [self.id, attempt.min(255) as u8]
    }

    fn end(&self, answer: u8) -> Result<(), Failure> {
        self.mark();
        if answer == b'+' { Ok(()) } else { Err(Failure::Failed) }
    }

    async fn attempt(&self, stream: &mut TcpStream, attempt: u32) -> Result<(), Failure> {
        let question = self.begin(attempt);
        stream.write_all(&question).await?;
        self.end(stream.read_u8().await?)
    }

    #[retry(max = 2, base = "1ms", jitter = none, breaker = BREAKER, budget = BUDGET, attempt = n)]
    async fn guarded(&self, stream: &mut TcpStream) -> Result<(), Failure> {
        self.attempt(stream, n).await
    }

    #[retry(max = 1, breaker = BREAKER)]
    async fn once(&self, stream: &mut TcpStream) -> Result<(), Failure> {
        self.attempt(stream, 1).await
    }

    #[retry(max = 5, base = "1ms", jitter = none, budget = BUDGET, attempt = n)]
    async fn retried(&self, stream: &mut TcpStream) -> Result<(), Failure> {
        self.attempt(stream, n).await
    }

    #[retry(max = 2, base = "1ms", jitter = none, breaker = BREAKER, budget = BUDGET, attempt = n)]
    fn blocking(&self, stream: &mut BlockingStream) -> Result<(), Failure> {
        stream.write_all(&self.begin(n))?;
        let mut answer = [0];
        stream.read_exact(&mut answer)?;
        self.end(answer[0])
    }

    /// A call that goes nowhere: one in a hundred fails.
    #[retry(max = 2, base = "1ms", jitter = none, breaker = BREAKER, budget = BUDGET, attempt = n)]
    async fn idle(&self, number: u64) -> Result<(), Failure> {
        self.begin(n);
        self.end(if number.is_multiple_of(100) { b'-' } else { b'+' })
    }
}

/// Prints what happens to the fleet.
struct Events;

impl Observer for Events {
    fn fleet_lost(&self, event: &FleetEvent<'_>) {
        SEEN.lost.fetch_add(1, Relaxed);
        say(&format!("event lost {:?}", event.error()));
    }

    fn fleet_found(&self, _: &FleetEvent<'_>) {
        SEEN.found.fetch_add(1, Relaxed);
        say("event found");
    }
}

fn say(line: &str) {
    let mut out = stdout().lock();
    // The driver may be gone.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What the process is started with.
#[derive(Clone, Copy)]
struct Start {
    store: SocketAddr,
    target: SocketAddr,
    id: u8,
}

/// Runs the process until its input ends.
pub(crate) fn run() {
    let argument = |at: usize| env::args().nth(at).expect("an argument");
    let store = argument(2).parse().expect("an address");
    let target = argument(3).parse().expect("an address");
    let start = Start { store, target, id: argument(4).parse().expect("a number") };
    let kind = argument(5);
    panic::set_hook(Box::new(|info| {
        SEEN.panics.fetch_add(1, Relaxed);
        say(&format!("panic {info}").replace('\n', " "));
    }));
    set_observer(Events).expect("one observer");
    thread::spawn(measure_lag);
    if kind == "sync" { run_blocking(start) } else { run_async(start, &kind) }
}

/// Measures how late threads wake, which is what the machine adds to every wait.
fn measure_lag() {
    let nap = Duration::from_millis(2);
    loop {
        let begun = Instant::now();
        thread::sleep(nap);
        SEEN.lag_us.fetch_max(micros(begun.elapsed().saturating_sub(nap)), Relaxed);
    }
}

fn fleet(start: Start) -> Fleet {
    let client = redis::Client::open(format!("redis://{}", start.store)).expect("a client");
    settings::fleet(Fleet::on(client)).join(&BREAKER).join(&BUDGET)
}

/// Several calls at once, so that a wait of one does not stop the others.
const TASKS: u64 = 4;

fn pause() -> Option<Duration> {
    Some(SEEN.pause_us.load(Relaxed)).filter(|pause| *pause > 0).map(Duration::from_micros)
}

fn run_async(start: Start, kind: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let member = runtime.block_on(async { fleet(start).start() });
    for _ in 0..TASKS {
        runtime.spawn(call_for_ever(start, kind.to_owned()));
    }
    say("ready");
    obey(|count| runtime.block_on(burst(start.id, count)));
    drop(member);
    thread::sleep(Duration::from_millis(100));
    runtime.shutdown_background();
}

async fn call_for_ever(start: Start, kind: String) {
    let mut stream = TcpStream::connect(start.target).await.expect("the target");
    stream.set_nodelay(true).expect("a socket");
    loop {
        let Some(pause) = pause() else {
            sleep(Duration::from_millis(5)).await;
            continue;
        };
        let call = Call::new(start.id);
        let result = match &*kind {
            "budget" => call.retried(&mut stream).await,
            "both" => call.guarded(&mut stream).await,
            _ => call.once(&mut stream).await,
        };
        if matches!(result, Err(Failure::Refused)) {
            call.waited();
        }
        SEEN.ended(&result);
        sleep(pause).await;
    }
}

async fn burst(id: u8, count: u64) {
    for number in 0..count {
        let call = Call::new(id);
        SEEN.ended(&call.idle(number).await);
    }
}

fn run_blocking(start: Start) {
    let member = fleet(start).start();
    for _ in 0..TASKS {
        thread::spawn(move || {
            let mut stream = BlockingStream::connect(start.target).expect("the target");
            stream.set_nodelay(true).expect("a socket");
            loop {
                let Some(pause) = pause() else {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                };
                let call = Call::new(start.id);
                let result = call.blocking(&mut stream);
                if matches!(result, Err(Failure::Refused)) {
                    call.waited();
                }
                SEEN.ended(&result);
                thread::sleep(pause);
            }
        });
    }
    say("ready");
    obey(|_| ());
    drop(member);
    thread::sleep(Duration::from_millis(100));
}

/// Obeys the driver until it says `quit` or is gone.
fn obey(burst: impl Fn(u64)) {
    for line in stdin().lock().lines() {
        let Ok(line) = line else { return };
        let (command, number) = line.split_once(' ').unwrap_or((&line, "0"));
        let number: u64 = number.parse().expect("a number");
        match command {
            "rate" => SEEN.pause_us.store((TASKS * 1_000_000).checked_div(number).unwrap_or(0), Relaxed),
            "burst" => {
                burst(number);
                say("done");
            }
            "snap" => say(&format!("snap {}", SEEN.line())),
            _ => return,
        }
    }
}

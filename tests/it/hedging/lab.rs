//! Tries with a script, which record when they start and how they end.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitOpen, Hedge, Retryable, Throttled, retry};
use tokio::time::{Instant, sleep, timeout};

/// The error of a try, with the number of the try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Down(u32),
    Fatal(u32),
    /// The peer asks to wait for 2 s.
    Busy(u32),
    TimedOut,
    Open,
    Refused,
}

pub(super) use Failure::{Busy, Down, Fatal, Open, Refused, TimedOut};

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        !matches!(self, Fatal(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        matches!(self, Busy(_)).then_some(Duration::from_secs(2))
    }
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Self {
        TimedOut
    }
}

impl From<Throttled> for Failure {
    fn from(_: Throttled) -> Self {
        Refused
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Self {
        Open
    }
}

/// How a try ends, and after how many milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try(u64, End);

#[derive(Clone, Copy, Debug)]
enum End {
    Ok,
    Refused,
    Down,
    Fatal,
    Busy,
    Panic,
    Never,
}

pub(super) const fn ok(after: u64) -> Try {
    Try(after, End::Ok)
}

/// A value above 100, which the rules of some functions refuse.
pub(super) const fn refused(after: u64) -> Try {
    Try(after, End::Refused)
}

pub(super) const fn down(after: u64) -> Try {
    Try(after, End::Down)
}

pub(super) const fn fatal(after: u64) -> Try {
    Try(after, End::Fatal)
}

pub(super) const fn busy(after: u64) -> Try {
    Try(after, End::Busy)
}

pub(super) const fn panics(after: u64) -> Try {
    Try(after, End::Panic)
}

pub(super) const fn never() -> Try {
    Try(0, End::Never)
}

/// The tries that a test expects, in the order in which they start, and what has happened.
pub(super) struct Lab {
    zero: Instant,
    state: Mutex<State>,
}

struct State {
    tries: VecDeque<Try>,
    started: u32,
    log: Vec<String>,
}

impl Lab {
    pub(super) fn new(tries: impl IntoIterator<Item = Try>) -> Lab {
        let tries = tries.into_iter().collect();
        Lab { zero: Instant::now(), state: Mutex::new(State { tries, started: 0, log: Vec::new() }) }
    }

    /// Runs the next try. One that the test does not expect panics.
    pub(super) async fn answer(&self) -> Result<u32, Failure> {
        let (number, Try(after, end)) = {
            let mut state = self.state();
            state.started += 1;
            (state.started, state.tries.pop_front().unwrap_or(panics(0)))
        };
        self.note(format_args!("{number} starts"));
        let mut running = Running { lab: self, number, is_over: false };
        if after > 0 {
            sleep(Duration::from_millis(after)).await;
        }
        let mut ends = |how| {
            running.is_over = true;
            self.note(format_args!("{number} {how}"));
        };
        match end {
            End::Ok => (ends("ok"), Ok(number)).1,
            End::Refused => (ends("refused"), Ok(100 + number)).1,
            End::Down => (ends("down"), Err(Down(number))).1,
            End::Fatal => (ends("fatal"), Err(Fatal(number))).1,
            End::Busy => (ends("busy"), Err(Busy(number))).1,
            End::Panic => {
                ends("panics");
                panic!("try {number} panics")
            }
            // A wait that ends, so that a test whose call waits for it fails at last.
            End::Never => {
                sleep(Duration::from_secs(86_400)).await;
                panic!("try {number} was not dropped")
            }
        }
    }

    /// Locks the state, also while a test panics.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line to the log.
    pub(super) fn note(&self, what: impl std::fmt::Display) {
        let line = format!("{}: {what}", self.zero.elapsed().as_millis());
        self.state().log.push(line);
    }

    /// Awaits a call, and adds its result to the log.
    pub(super) async fn run<T: std::fmt::Debug>(&self, call: impl Future<Output = T>) {
        let result = self.end(call).await;
        self.note(format_args!("returns {result:?}"));
    }

    /// Awaits a call. One that waits for nothing panics: otherwise the paused clock would stand still, and the test hang.
    pub(super) async fn end<T>(&self, call: impl Future<Output = T>) -> T {
        let result = timeout(Duration::from_secs(2 * 86_400), call).await;
        result.unwrap_or_else(|_| panic!("the call never ends, after {:?}", self.state().log))
    }

    /// Asserts that every try was made, and that this has happened: each line has the time in milliseconds first.
    #[track_caller]
    pub(super) fn saw<const N: usize>(&self, expected: [&str; N]) {
        self.saw_all(&expected);
    }

    #[track_caller]
    pub(super) fn saw_all(&self, expected: &[&str]) {
        let state = self.state();
        assert_eq!(state.log, expected);
        assert!(state.tries.is_empty(), "these tries were not made: {:?}", state.tries);
    }
}

/// A try that runs.
struct Running<'a> {
    lab: &'a Lab,
    number: u32,
    is_over: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.lab.note(format_args!("{} dropped", self.number));
        }
    }
}

pub(super) const DELAY: Duration = Duration::from_millis(50);

/// Returns a hedge with so many copies of an attempt after 50 ms each, which has saved up 10 copies.
pub(super) async fn saved(copies: u32) -> Hedge {
    let hedge = Hedge::after(DELAY).extra_load(1.0).copies(copies);
    deposit(&hedge, 10).await;
    hedge
}

/// Makes calls that answer at once.
pub(super) async fn deposit(hedge: &Hedge, calls: u32) {
    #[retry(hedge = hedge)]
    async fn nothing(hedge: &Hedge) -> Result<(), Failure> {
        Ok(())
    }

    for _ in 0..calls {
        nothing(hedge).await.unwrap();
    }
}

/// Makes three attempts with waits of 1 s.
#[retry(max = 3, base = "1s", backoff = constant, jitter = none, hedge = hedge)]
pub(super) async fn fetch(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
    lab.answer().await
}

//! Calls that nobody watches: no guard, no log, no observer. A binary of its own, since any of them anywhere in the
//! process has every failure looked at in full.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use reattempt::{Backoff, Jitter, Policy, Retryable, retry};

thread_local! {
    static WAITS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

fn note(wait: Duration) {
    WAITS.with_borrow_mut(|waits| waits.push(wait));
}

/// What `call` waits for.
fn waits<T>(call: impl FnOnce() -> T) -> Vec<Duration> {
    WAITS.take();
    call();
    WAITS.take()
}

#[derive(Clone, Copy, Debug)]
struct Down {
    is_retryable: bool,
    retry_after: Option<Duration>,
}

const DOWN: Down = Down { is_retryable: true, retry_after: None };

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}

impl std::error::Error for Down {}

impl Retryable for Down {
    fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

#[retry(policy = policy, sleep = note)]
fn fail(policy: Policy, error: Down) -> Result<(), Down> {
    Err(error)
}

const SECOND: Duration = Duration::from_secs(1);
const POLICY: Policy = Policy::new().max(9).base(SECOND).max_delay(Duration::from_secs(20));

const JITTERS: [Jitter; 6] = [
    Jitter::None,
    Jitter::Additive(0.3),
    Jitter::Spread(0.5),
    Jitter::Full,
    Jitter::Equal,
    Jitter::UpTo(Duration::from_millis(700)),
];

#[test]
fn every_wait_is_one_that_its_policy_allows() {
    let backoffs = [Backoff::Exponential, Backoff::Linear, Backoff::Constant, Backoff::Fibonacci];
    for backoff in backoffs {
        for factor in [1.0, 1.5, 2.0, 8.0] {
            for jitter in JITTERS {
                let policy = POLICY.backoff(backoff).factor(factor).jitter(jitter);
                let waits = waits(|| fail(policy, DOWN));
                assert_eq!(waits.len(), 8, "{policy:?}");
                for (wait, n) in waits.into_iter().zip(1..) {
                    let (shortest, longest) = policy.delay_bounds(n);
                    let is_allowed = shortest <= wait && (wait < longest || shortest == longest);
                    assert!(is_allowed, "delay {n} of {policy:?} is {wait:?}");
                }
            }
        }
    }
}

#[test]
fn a_delay_that_remembers_takes_from_the_one_before() {
    let policy = POLICY.jitter(Jitter::Decorrelated).max_delay(Duration::MAX);
    let mut longest = SECOND;
    for _ in 0..100 {
        let mut previous = SECOND;
        for wait in waits(|| fail(policy, DOWN)) {
            assert!((SECOND..previous * 3).contains(&wait), "{wait:?} after {previous:?}");
            previous = wait;
        }
        longest = longest.max(previous);
    }
    assert!(longest > SECOND * 20, "of a hundred eighth delays none has grown: {longest:?}");
}

#[test]
fn each_delay_is_a_draw_of_its_own() {
    let hour = SECOND * 3600;
    let policy = POLICY.base(hour).max_delay(hour).jitter(Jitter::Full).backoff(Backoff::Constant);
    let mut all: Vec<_> = (0..100).flat_map(|_| waits(|| fail(policy, DOWN))).collect();
    let mean = all.iter().sum::<Duration>() / 800;
    assert!((hour * 4 / 10..hour * 6 / 10).contains(&mean), "{mean:?}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 800);
}

#[test]
fn the_error_and_the_number_of_attempts_end_a_call() {
    assert!(waits(|| fail(POLICY, Down { is_retryable: false, ..DOWN })).is_empty());
    assert!(waits(|| fail(POLICY.max(1), DOWN)).is_empty());
    assert_eq!(waits(|| fail(POLICY.max(2), DOWN)).len(), 1);
}

#[test]
fn a_hint_counts() {
    let policy = POLICY.jitter(Jitter::None).max(3);
    let hinted = |seconds| Down { retry_after: Some(Duration::from_secs(seconds)), ..DOWN };
    assert_eq!(waits(|| fail(policy, hinted(7))), [SECOND * 7; 2]);
    assert!(waits(|| fail(policy, hinted(301))).is_empty());
}

#[test]
fn a_deadline_counts() {
    let policy = POLICY.jitter(Jitter::None).deadline(Duration::from_secs(4));
    // Nothing really waits here, so that no time passes.
    assert_eq!(waits(|| fail(policy, DOWN)), [SECOND, SECOND * 2]);
}

#[retry(max = 3, base = "1s", max_delay = "1s", jitter = none, within = "10s", sleep = note)]
fn within(error: Down) -> Result<(), Down> {
    Err(error)
}

#[test]
fn what_is_proven_to_end_in_time_does() {
    let hinted = |seconds| Down { retry_after: Some(Duration::from_secs(seconds)), ..DOWN };
    assert_eq!(waits(|| within(DOWN)), [SECOND, SECOND]);
    assert_eq!(waits(|| within(hinted(6))), [SECOND * 6]);
}

#[retry(max = 3, jitter = none, sleep = note)]
fn late(calls: &mut u32) -> Result<u32, Down> {
    *calls += 1;
    if *calls < 3 { Err(DOWN) } else { Ok(*calls) }
}

#[test]
fn a_success_ends_a_call() {
    let mut calls = 0;
    assert_eq!(waits(|| assert_eq!(late(&mut calls).unwrap(), 3)), [SECOND, SECOND * 2]);
}

#[retry(max = 2)]
async fn awaiting() -> Result<(), Down> {
    Err(DOWN)
}

#[test]
fn a_thread_that_has_lost_its_runtime_is_told_what_to_do() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    assert!(runtime.block_on(awaiting()).is_err());
    drop(runtime);
    let poll = || pin!(awaiting()).poll(&mut Context::from_waker(Waker::noop())).is_ready();
    let panic = std::panic::catch_unwind(poll).expect_err("there is no timer");
    let sentence =
        panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    assert!(sentence.is_some_and(|sentence| sentence.contains("`sleep = ...`")), "{sentence:?}");
}

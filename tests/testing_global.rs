//! `testing::global`, which covers the whole process: so here is a process for it, in which one test runs at a time.

use std::panic::catch_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use reattempt::testing::{GlobalGuard, Settings, TestContext, scope};
use reattempt::{retry, testing};

/// Lets one test run at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn real(_: Duration) {
    panic!("it waits for real");
}

#[retry(max = 4, jitter = none, sleep = real)]
fn call() -> Result<(), &'static str> {
    Err("down")
}

#[retry(max = 4, jitter = none)]
async fn call_async() -> Result<(), &'static str> {
    tokio::task::yield_now().await;
    Err("down")
}

/// The waits of a failing call on another thread.
fn waits(guard: &GlobalGuard) -> usize {
    let before = guard.delays().len();
    assert_eq!(thread::spawn(call).join().expect("it is covered"), Err("down"));
    guard.delays().len() - before
}

fn is_covered() -> bool {
    thread::spawn(call).join().is_ok()
}

#[test]
fn every_thread_is_covered() {
    let _alone = alone();
    assert!(!is_covered());
    let guard = testing::global();
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(call)).collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Err("down"));
    }
    assert_eq!(call(), Err("down"));
    assert_eq!(guard.delays().len(), 15);
    drop(guard);
    assert!(!is_covered());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(
    clippy::await_holding_lock,
    reason = "the tests run one after the other, each on a runtime of its own"
)]
async fn every_task_is_covered() {
    let _alone = alone();
    let guard = testing::global();
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(async { tokio::spawn(call_async()).await })).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Err("down"));
    }
    assert_eq!(guard.delays().len(), 24);
}

#[test]
fn attempts_are_forced_and_capped() {
    let _alone = alone();
    let guard = testing::global();
    guard.attempts(7);
    assert_eq!(waits(&guard), 6);
    guard.cap_attempts(2);
    assert_eq!(waits(&guard), 1);
}

#[test]
fn jitter_comes_from_the_seed() {
    let _alone = alone();
    let policy = reattempt::Policy::new().max(6);
    let guard = testing::global();
    guard.seed(7);
    assert!(thread::spawn(move || policy.run(|| Err::<(), _>("down"))).join().unwrap().is_err());
    assert_eq!(guard.delays(), policy.delays_seeded(7).collect::<Vec<_>>());
}

#[test]
fn skipped_waits_and_advance_count_towards_a_deadline() {
    #[retry(max = 10, jitter = none, deadline = "10s")]
    fn slow(context: &TestContext, takes: Duration) -> Result<(), &'static str> {
        context.advance(takes);
        Err("down")
    }

    let _alone = alone();
    let guard = testing::global();
    assert!(slow(&guard, Duration::ZERO).is_err());
    assert_eq!(guard.delays().len(), 3);
    assert!(slow(&guard, Duration::from_secs(5)).is_err());
    assert_eq!(guard.delays().len(), 4);
}

#[test]
fn guards_and_scopes_of_threads_and_tasks_count_before_it() {
    let _alone = alone();
    let global = testing::global();
    let guard = testing::no_wait();
    assert!(call().is_err());
    assert_eq!((guard.delays().len(), global.delays().len()), (3, 0));
    drop(guard);
    assert!(call().is_err());
    assert_eq!(global.delays().len(), 3);

    let context = TestContext::new(Settings::new().attempts(2));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(scope(&context, call_async())).is_err());
    assert_eq!((context.delays().len(), global.delays().len()), (1, 3));
}

#[test]
fn the_newest_counts_and_the_one_before_comes_back() {
    let _alone = alone();
    let outer = testing::global();
    let inner = testing::global();
    assert_eq!((waits(&inner), outer.delays().len()), (3, 0));
    drop(inner);
    assert_eq!(waits(&outer), 3);
}

#[test]
fn they_may_be_dropped_in_any_order_and_on_any_thread() {
    let _alone = alone();
    let first = testing::global();
    let second = testing::global();
    thread::spawn(move || drop(first)).join().unwrap();
    assert_eq!(waits(&second), 3);
    drop(second);
    assert!(!is_covered());
}

#[test]
fn a_panic_takes_it_down() {
    let _alone = alone();
    let panicked = catch_unwind(|| {
        let _guard = testing::global();
        call().expect("a test that fails");
    });
    assert!(panicked.is_err());
    assert!(!is_covered());
}

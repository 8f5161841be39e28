//! `testing::scope`: what users' tests of tasks rely on, on whichever thread they run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::thread;
use std::time::Duration;

use reattempt::testing::{Settings, TestContext, scope};
use reattempt::{Policy, retry, testing};

use crate::support::{Down, assert_send, finish, poll, secs};

#[derive(Debug, PartialEq)]
struct Uncovered;

/// Where a call waits that no scope covers.
fn real(_: Duration) -> std::future::Ready<()> {
    std::panic::panic_any(Uncovered)
}

/// Fails at every attempt, each of which lets other tasks run.
#[retry(max = 4, jitter = none, sleep = real)]
async fn call() -> Result<(), Down> {
    tokio::task::yield_now().await;
    Err(Down(0))
}

#[track_caller]
fn assert_uncovered() {
    let panic = catch_unwind(|| finish(call())).expect_err("it is covered");
    assert!(panic.is::<Uncovered>());
}

fn attempts(attempts: u32) -> TestContext {
    TestContext::new(Settings::new().attempts(attempts))
}

#[test]
fn settings_are_enough() {
    assert_eq!(finish(scope(Settings::new(), call())), Err(Down(0)));
    assert_uncovered();
}

#[test]
fn a_scene_shows_what_happened() {
    let context = TestContext::default();
    assert_eq!(finish(scope(&context, call())), Err(Down(0)));
    assert_eq!(context.delays(), secs([1, 2, 4]));
    assert_eq!(finish(scope(context.clone(), call())), Err(Down(0)));
    assert_eq!(context.delays().len(), 6);
}

#[test]
fn attempts_are_forced_and_capped() {
    for (settings, waits) in [
        (Settings::new().attempts(1), 0),
        (Settings::new().attempts(8), 7),
        (Settings::new().cap_attempts(2), 1),
        (Settings::new().cap_attempts(9), 3),
        (Settings::new().attempts(8).cap_attempts(3), 2),
    ] {
        let context = TestContext::new(settings);
        assert_eq!(finish(scope(&context, call())), Err(Down(0)));
        assert_eq!(context.delays().len(), waits, "{settings:?}");
    }
}

#[test]
fn every_poll_is_covered_on_whichever_thread() {
    let context = TestContext::default();
    let mut future = pin!(scope(&context, call()));
    let mut polls = 0;
    loop {
        polls += 1;
        let ended = thread::scope(|threads| {
            threads.spawn(|| poll(future.as_mut(), 1)).join().expect("each poll is covered")
        });
        if ended.is_some() {
            break;
        }
    }
    assert!(polls > 6, "each attempt and each wait yields: {polls}");
    assert_eq!(context.delays(), secs([1, 2, 4]));
}

#[test]
fn nothing_is_covered_between_polls() {
    let mut future = pin!(scope(Settings::new(), call()));
    while poll(future.as_mut(), 1).is_none() {
        assert_uncovered();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_of_a_runtime_with_threads_each_have_their_own() {
    let tasks: Vec<_> = (1..=40)
        .map(|n| {
            let context = attempts(n);
            (n, context.clone(), tokio::spawn(assert_send(scope(context, call()))))
        })
        .collect();
    for (n, context, task) in tasks {
        assert_eq!(task.await.unwrap(), Err(Down(0)));
        assert_eq!(context.delays().len() as u32, n - 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_scope_starts_is_not_covered_unless_it_shares_the_scene() {
    let context = attempts(3);
    let (uncovered, covered, blocking) = scope(&context, async {
        let blocking = {
            let context = context.clone();
            move || {
                let _guard = context.enter();
                Policy::new().run(|| Err::<(), _>("down"))
            }
        };
        let uncovered = tokio::spawn(call()).await;
        let covered = tokio::spawn(scope(&context, call())).await;
        (uncovered, covered, tokio::task::spawn_blocking(blocking).await)
    })
    .await;
    assert!(uncovered.unwrap_err().into_panic().is::<Uncovered>());
    assert_eq!(covered.unwrap(), Err(Down(0)));
    assert_eq!(blocking.unwrap(), Err("down"));
    assert_eq!(context.delays().len(), 4);
}

#[tokio::test]
async fn what_a_scope_awaits_is_covered() {
    let context = TestContext::default();
    let (one, two) = scope(&context, async { tokio::join!(call(), call()) }).await;
    assert_eq!((one, two), (Err(Down(0)), Err(Down(0))));
    assert_eq!(context.delays(), secs([1, 1, 2, 2, 4, 4]));
}

#[tokio::test]
async fn neighbours_on_one_thread_do_not_disturb_each_other() {
    let (two, five) = (attempts(2), attempts(5));
    let ended = tokio::join!(scope(&two, call()), scope(&five, call()));
    assert_eq!(ended, (Err(Down(0)), Err(Down(0))));
    assert_eq!((two.delays(), five.delays()), (secs([1]), secs([1, 2, 4, 8])));
}

#[test]
fn the_inner_scope_counts_and_the_outer_comes_back() {
    let (outer, inner) = (attempts(2), attempts(3));
    let ended = finish(scope(&outer, async {
        call().await.unwrap_err();
        scope(&inner, call()).await.unwrap_err();
        call().await
    }));
    assert_eq!(ended, Err(Down(0)));
    assert_eq!((outer.delays(), inner.delays()), (secs([1, 1]), secs([1, 2])));
    assert_uncovered();
}

#[test]
fn a_scope_counts_before_a_guard_of_the_thread() {
    let guard = testing::no_wait();
    let context = attempts(2);
    assert_eq!(finish(scope(&context, call())), Err(Down(0)));
    assert_eq!((guard.delays(), context.delays()), (secs([]), secs([1])));
    assert_eq!(finish(call()), Err(Down(0)));
    assert_eq!(guard.delays(), secs([1, 2, 4]));
}

#[test]
fn a_panic_takes_the_scope_down() {
    let guard = testing::no_wait();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        finish(scope(Settings::new().attempts(1), async { call().await.expect("a test that fails") }));
    }));
    assert!(panicked.is_err());
    assert_eq!(finish(call()), Err(Down(0)));
    assert_eq!(guard.delays().len(), 3);
    drop(guard);
    assert_uncovered();
}

#[test]
fn destructors_are_covered_when_a_scope_is_dropped() {
    struct Lock;

    impl Drop for Lock {
        fn drop(&mut self) {
            assert_eq!(finish(call()), Err(Down(0)));
        }
    }

    let context = attempts(3);
    let mut future = Box::pin(scope(&context, async {
        let _lock = Lock;
        std::future::pending::<()>().await;
    }));
    assert!(poll(future.as_mut(), 1).is_none());
    drop(future);
    assert_eq!(context.delays(), secs([1, 2]));
}

#[test]
fn skipped_waits_and_advance_count_towards_a_deadline() {
    #[retry(max = 10, jitter = none, deadline = "10s", sleep = real)]
    async fn slow(context: &TestContext, takes: Duration) -> Result<(), Down> {
        context.advance(takes);
        Err(Down(0))
    }

    let context = TestContext::default();
    assert!(finish(scope(&context, slow(&context, Duration::ZERO))).is_err());
    assert_eq!(context.delays(), secs([1, 2, 4]));
    assert!(finish(scope(&context, slow(&context, Duration::from_secs(5)))).is_err());
    assert_eq!(context.delays(), secs([1, 2, 4, 1]));
}

#[test]
fn jitter_comes_from_the_seed() {
    let policy = Policy::new().max(6).jitter(reattempt::Jitter::Full);
    let context = TestContext::new(Settings::new().seed(7));
    assert!(finish(scope(&context, policy.run_async(async || Err::<(), _>("down")))).is_err());
    assert_eq!(context.delays(), policy.delays_seeded(7).collect::<Vec<_>>());
}

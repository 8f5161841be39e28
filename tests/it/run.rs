//! Retrying without the attribute, and futures that move between threads.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use reattempt::{Jitter, Policy, retry, testing};

use crate::support::{Down, Flaky, assert_send, finish, secs};

const POLICY: Policy = Policy::new().max(4).jitter(Jitter::None);

/// Retries at once, so that a call can run on threads that no guard is on.
const AT_ONCE: Policy = Policy::new().base(Duration::ZERO);

#[test]
fn a_closure_is_called_until_it_succeeds() {
    let guard = testing::no_wait();
    let flaky = Flaky::failing(3);
    assert_eq!(POLICY.run(|| flaky.call()), Ok(4));
    assert_eq!(guard.delays(), secs([1, 2, 4]));
}

#[test]
fn a_closure_that_keeps_failing_yields_its_last_error() {
    let guard = testing::no_wait();
    let flaky = Flaky::broken();
    assert_eq!(POLICY.run(|| flaky.call()), Err(Down(4)));
    assert_eq!(flaky.calls(), 4);
    assert_eq!(guard.delays(), secs([1, 2, 4]));
}

#[test]
fn an_async_closure_is_called_until_it_succeeds() {
    let guard = testing::no_wait();
    let flaky = Flaky::failing(3);
    assert_eq!(finish(POLICY.run_async(async || flaky.call())), Ok(4));
    assert_eq!(guard.delays(), secs([1, 2, 4]));
}

#[test]
fn an_async_closure_that_keeps_failing_yields_its_last_error() {
    let guard = testing::no_wait();
    let flaky = Flaky::broken();
    assert_eq!(finish(POLICY.run_async(async || flaky.call())), Err(Down(4)));
    assert_eq!(flaky.calls(), 4);
    assert_eq!(guard.delays(), secs([1, 2, 4]));
}

#[test]
fn closures_may_change_what_they_captured() {
    let _guard = testing::no_wait();
    let mut calls = Vec::new();
    let result = POLICY.run(|| {
        calls.push(calls.len());
        if calls.len() < 3 { Err("too few") } else { Ok(calls.clone()) }
    });
    assert_eq!(result, Ok(vec![0, 1, 2]));
    let result = finish(POLICY.run_async(|| {
        calls.push(calls.len());
        let count = calls.len();
        async move {
            tokio::task::yield_now().await;
            if count < 6 { Err("too few") } else { Ok(count) }
        }
    }));
    assert_eq!(result, Ok(6));
}

#[test]
fn errors_need_no_traits() {
    struct Bare;
    let _guard = testing::no_wait();
    assert!(POLICY.run(|| Err::<(), _>(Bare)).is_err());
    assert!(finish(POLICY.run_async(async || Err::<(), _>(Bare))).is_err());
}

#[test]
fn nothing_runs_before_an_async_call_is_polled() {
    let flaky = Flaky::failing(0);
    drop(POLICY.run_async(async || flaky.call()));
    assert_eq!(flaky.calls(), 0);
}

#[test]
fn a_named_call_is_the_same_call() {
    let guard = testing::no_wait();
    let flaky = Flaky::broken();
    assert_eq!(POLICY.retry(|| flaky.call()).name("count").run(), Err(Down(4)));
    assert_eq!(finish(POLICY.retry_async(async || flaky.call()).name("count")), Err(Down(8)));
    assert_eq!(guard.delays(), secs([1, 2, 4, 1, 2, 4]));
}

#[test]
fn generic_callers_need_no_bounds_on_the_error() {
    fn twice<T, E>(operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        POLICY.max(2).run(operation)
    }

    async fn twice_async<T, E, A>(operation: impl FnMut() -> A) -> Result<T, E>
    where
        A: Future<Output = Result<T, E>>,
    {
        POLICY.max(2).run_async(operation).await
    }

    let _guard = testing::no_wait();
    assert_eq!(twice(|| Err::<(), _>(1)), Err(1));
    assert_eq!(finish(twice_async(async || Err::<(), _>(2))), Err(2));
}

/// Fails twice, on whichever threads.
fn count(calls: &AtomicU32) -> Result<u32, String> {
    let call = calls.fetch_add(1, Relaxed) + 1;
    if call < 3 { Err("down".to_owned()) } else { Ok(call) }
}

fn on_other_threads<F: Future<Output: Send> + Send + 'static>(future: F) -> F::Output {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async { tokio::spawn(future).await.unwrap() })
}

#[test]
fn a_call_without_the_attribute_can_be_spawned() {
    let call = async {
        let calls = AtomicU32::new(0);
        let call = AT_ONCE.run_async(async || {
            tokio::task::yield_now().await;
            count(&calls)
        });
        assert_send(call).await
    };
    assert_eq!(on_other_threads(call), Ok(3));
}

#[test]
fn a_named_call_can_be_spawned() {
    let call = async {
        let calls = AtomicU32::new(0);
        let call = AT_ONCE.retry_async(async || {
            tokio::task::yield_now().await;
            count(&calls)
        });
        assert_send(call.name("count")).await
    };
    assert_eq!(on_other_threads(call), Ok(3));
}

#[test]
fn an_annotated_function_can_be_spawned() {
    #[retry(base_ms = 0)]
    async fn call(calls: &AtomicU32) -> Result<u32, String> {
        tokio::task::yield_now().await;
        count(calls)
    }

    let spawned = async {
        let calls = AtomicU32::new(0);
        assert_send(call(&calls)).await
    };
    assert_eq!(on_other_threads(spawned), Ok(3));
}

/// An error that must not leave its thread.
#[derive(Debug, PartialEq)]
struct Local(Rc<u32>);

#[test]
fn an_error_that_is_not_send_leaves_the_future_send() {
    #[retry(base_ms = 0, name = "count {step}")]
    async fn call(calls: &AtomicU32, step: u32) -> Result<u32, Local> {
        tokio::task::yield_now().await;
        count(calls).map_err(|_| Local(Rc::new(step)))
    }

    async fn call_or_zero() -> u32 {
        let calls = AtomicU32::new(0);
        call(&calls, 1).await.unwrap_or(0)
    }

    assert_eq!(on_other_threads(assert_send(call_or_zero())), 3);
}

#[test]
fn an_error_that_is_not_send_leaves_a_call_without_the_attribute_send() {
    async fn call_or_zero() -> u32 {
        let calls = AtomicU32::new(0);
        let call = AT_ONCE.run_async(async || {
            tokio::task::yield_now().await;
            count(&calls).map_err(|_| Local(Rc::new(1)))
        });
        call.await.unwrap_or(0)
    }

    assert_eq!(on_other_threads(assert_send(call_or_zero())), 3);
}

#[test]
fn a_future_that_is_not_send_runs_where_it_is() {
    #[retry(base_ms = 0)]
    async fn call(calls: Rc<Cell<u32>>) -> Result<u32, Local> {
        tokio::task::yield_now().await;
        calls.set(calls.get() + 1);
        if calls.get() < 3 { Err(Local(Rc::new(0))) } else { Ok(calls.get()) }
    }

    assert_eq!(finish(call(Rc::new(Cell::new(0)))), Ok(3));
}

//! A call that fails at once and never waits lets other tasks run.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use reattempt::{Policy, retry, testing};
use tokio::task::{LocalSet, yield_now};

/// Fails until another task says that all is well. Panics where that task never gets its turn.
#[derive(Debug, Default)]
struct Gate {
    is_open: Cell<bool>,
    attempts: Cell<u32>,
}

impl Gate {
    fn enter(&self) -> Result<u32, &'static str> {
        self.attempts.set(self.attempts.get() + 1);
        assert!(self.attempts.get() < 10_000, "no other task got its turn");
        if self.is_open.get() { Ok(self.attempts.get()) } else { Err("closed") }
    }
}

/// Runs the call beside a task that opens the gate at its tenth turn, on one thread.
async fn beside_another_task<F: Future<Output = Result<u32, &'static str>>>(
    call: impl FnOnce(Rc<Gate>) -> F,
) -> u32 {
    let gate = Rc::new(Gate::default());
    let tasks = LocalSet::new();
    let other = Rc::clone(&gate);
    tasks.spawn_local(async move {
        for _ in 0..10 {
            yield_now().await;
        }
        other.is_open.set(true);
    });
    tasks.run_until(call(gate)).await.expect("the other task got its turn")
}

#[retry(unlimited, base_ms = 0, jitter = none)]
async fn enter(gate: &Gate) -> Result<u32, &'static str> {
    gate.enter()
}

#[retry(unlimited, max_delay_ms = 0, base_ms = 0, jitter = full)]
async fn enter_with_empty_jitter(gate: &Gate) -> Result<u32, &'static str> {
    gate.enter()
}

#[retry(unlimited, base = "1m")]
async fn enter_after_a_minute(gate: &Gate) -> Result<u32, &'static str> {
    gate.enter()
}

#[retry(unlimited, base = "1m", sleep = tokio::time::sleep)]
async fn enter_after_a_minute_by_another_timer(gate: &Gate) -> Result<u32, &'static str> {
    gate.enter()
}

#[tokio::test]
async fn without_delays_other_tasks_get_their_turn() {
    assert!(beside_another_task(async |gate: Rc<Gate>| enter(&gate).await).await > 1);
    assert!(beside_another_task(async |gate: Rc<Gate>| enter_with_empty_jitter(&gate).await).await > 1);
}

#[tokio::test]
async fn without_the_attribute_other_tasks_get_their_turn() {
    let policy = Policy::new().unlimited().base(Duration::ZERO);
    assert!(
        beside_another_task(async |gate: Rc<Gate>| policy.run_async(async || gate.enter()).await).await > 1
    );
}

#[tokio::test]
async fn while_waits_are_skipped_other_tasks_get_their_turn() {
    let _guard = testing::no_wait();
    assert!(beside_another_task(async |gate: Rc<Gate>| enter_after_a_minute(&gate).await).await > 1);
}

#[tokio::test]
async fn while_waits_of_the_users_own_are_skipped_other_tasks_get_their_turn() {
    let _guard = testing::no_wait();
    assert!(
        beside_another_task(async |gate: Rc<Gate>| enter_after_a_minute_by_another_timer(&gate).await).await
            > 1
    );
}

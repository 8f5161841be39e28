//! A clock that jumps from one timer to the next, and the tasks that wait for it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_executor::LocalPool;
use futures_task::LocalSpawn;

std::thread_local! {
    static CLOCK: RefCell<Clock> = const { RefCell::new(Clock { now: Duration::ZERO, number: 0, timers: BTreeMap::new() }) };
}

struct Clock {
    now: Duration,
    /// The number of the next timer.
    number: u64,
    /// The timers in their order. Of two at one moment, the earlier set is the first.
    timers: BTreeMap<(Duration, u64), Waker>,
}

/// Returns the time since the start of the simulation.
pub(crate) fn now() -> Duration {
    CLOCK.with_borrow(|clock| clock.now)
}

/// Waits until `delay` has passed.
pub(crate) fn sleep(delay: Duration) -> Sleep {
    Sleep { end: now().saturating_add(delay) }
}

/// The future of [`sleep`].
pub(crate) struct Sleep {
    end: Duration,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        CLOCK.with_borrow_mut(|clock| {
            if clock.now >= self.end {
                return Poll::Ready(());
            }
            clock.timers.insert((self.end, clock.number), context.waker().clone());
            clock.number += 1;
            Poll::Pending
        })
    }
}

/// A task.
type Task = Pin<Box<dyn Future<Output = ()>>>;
/// Starts a task.
type Spawn = Box<dyn Fn(Task)>;

/// Runs a simulation from its start to the end of its future. The tasks that still run then are dropped.
pub(crate) fn run<T: 'static, F: Future<Output = T> + 'static>(simulation: impl FnOnce(Spawn) -> F) -> T {
    // A second simulation finds the timer of the first, which is the same.
    let _ = reattempt::set_sleep(sleep);
    CLOCK.set(Clock { now: Duration::ZERO, number: 0, timers: BTreeMap::new() });
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let spawn = move |task: Task| spawner.spawn_local_obj(task.into()).expect("the pool runs");
    let result = Rc::new(RefCell::new(None));
    let (place, simulation) = (result.clone(), simulation(Box::new(spawn.clone())));
    spawn(Box::pin(async move {
        let value = simulation.await;
        *place.borrow_mut() = Some(value);
    }));
    loop {
        pool.run_until_stalled();
        if let Some(result) = result.take() {
            return result;
        }
        let waker = CLOCK.with_borrow_mut(|clock| {
            let ((end, _), waker) = clock.timers.pop_first().expect("a simulation waits for a timer");
            clock.now = end;
            waker
        });
        waker.wake();
    }
}

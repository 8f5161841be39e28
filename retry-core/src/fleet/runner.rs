//! The task or the thread in which a member runs, and the short tasks in their place with `inline`.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::time::{Instant, sleep, timeout};

use super::member::{Member, Reach};
use crate::runtime;

/// The shortest time between two looks at all circuits, which bounds the work of a process in which everything fails.
const PACE: Duration = Duration::from_millis(5);

/// Starts the member: as a task of the runtime that runs here, or on a thread of its own.
pub(super) fn start(member: &Arc<Member>) {
    if member.settings.runs_inline {
        return;
    }
    if member.has_thread {
        spawn_thread(run(Arc::clone(member)));
    } else {
        Handle::current().spawn(run(Arc::clone(member)));
    }
}

/// Stops the member, which leaves the fleet.
pub(super) fn stop(member: &Arc<Member>) {
    member.is_stopped.store(true, Ordering::Release);
    if !member.settings.runs_inline {
        member.notify.notify_one();
    } else if let Ok(runtime) = Handle::try_current() {
        let member = Arc::clone(member);
        runtime.spawn(async move { member.leave().await });
    }
}

fn spawn_thread(running: impl Future<Output = ()> + Send + 'static) {
    let run = move || {
        // Without a runtime there is no fleet: the breakers and the budgets follow their own rules.
        if let Ok(runtime) = Builder::new_current_thread().enable_all().build() {
            runtime.block_on(running);
        }
    };
    // An error means that the system has no thread to give. Then there is no fleet either.
    let _ = thread::Builder::new().name("reattempt-fleet".into()).spawn(run);
}

async fn run(member: Arc<Member>) {
    let mut has_missed = false;
    while !member.is_stopped.load(Ordering::Acquire) {
        let begun = Instant::now();
        let reach = if has_missed { Reach::Look } else { Reach::Due };
        whatever_panics(member.sync_all(reach)).await;
        sleep(PACE).await;
        let due = jittered(member.due_in().await);
        // An error means that nobody has woken the member in the meantime.
        let _ = timeout(due, member.notify.notified()).await;
        // A process that was stopped or frozen has missed what happened.
        has_missed = begun.elapsed() > member.settings.sync_every.saturating_mul(3);
    }
    member.leave().await;
}

/// Ends with the future, also where that panics: a listener or an observer of the program may, and the process still has a
/// member. The hook of the program has reported the panic.
async fn whatever_panics(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    poll_fn(|context| {
        let poll = AssertUnwindSafe(|| future.as_mut().poll(context));
        catch_unwind(poll).unwrap_or(Poll::Ready(()))
    })
    .await;
}

/// Returns a time that is up to a tenth longer, so that the processes of a fleet do not report as one.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "`part` is below 1024, so the product is below a tenth of the time"
)]
fn jittered(time: Duration) -> Duration {
    let part = (runtime::draw() % 1024) as u32;
    time.saturating_add(time / 10240 * part)
}

/// Makes the member look soon. Where it has no task, one looks once.
pub(super) fn wake(member: &Arc<Member>) {
    let process = std::process::id();
    if member.owner.swap(process, Ordering::Relaxed) != process {
        // The task or the thread is in the parent of this process.
        let member = Arc::clone(member);
        spawn_thread(async move {
            member.begin_anew().await;
            run(member).await;
        });
    } else if !member.settings.runs_inline {
        member.notify.notify_one();
    } else if let Ok(runtime) = Handle::try_current() {
        if !member.is_woken.swap(true, Ordering::AcqRel) {
            let woken = Woken(Arc::clone(member));
            runtime.spawn(async move {
                let member = Arc::clone(&woken.0);
                drop(woken);
                member.sync_all(Reach::Due).await;
            });
        }
    }
}

/// A member that is woken until its task begins, or is dropped with its runtime.
struct Woken(Arc<Member>);

impl Drop for Woken {
    fn drop(&mut self) {
        self.0.is_woken.store(false, Ordering::Release);
    }
}

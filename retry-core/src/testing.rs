//! For your tests: no waits, delays recorded, time under your control, jitter from a seed, as many attempts as you say.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{Policy, testing};
//!
//! let guard = testing::no_wait();
//! let policy = Policy::new().base(Duration::from_secs(30)).jitter(retry_core::Jitter::None);
//! assert_eq!(policy.run(|| Err::<(), _>("down")), Err("down"));
//! assert_eq!(guard.delays(), [Duration::from_secs(30), Duration::from_secs(60)]);
//! ```
//!
//! | | covers |
//! |---|---|
//! | [`no_wait`] | this thread, while the guard lives |
//! | [`scope`] | one future, on whichever thread it is polled |
//! | [`global`] | the whole process, while the guard lives |
//! | [`TestContext::enter`] | this thread, together with others that play in the same context |
//!
//! Of several, the innermost counts: the newest on this thread or around this task, and only if there is none, the
//! newest of the process. When it goes, in whatever way, a panic included, the one before it counts again.

use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::runtime::{self, Clock, OnProcess, OnThread};
pub use crate::runtime::{Settings, TestContext};

/// Until the guard is dropped, retries on this thread skip their waits and live by a clock that stands still.
///
/// Async calls are covered too, as far as they are polled on this thread: all of them on a current-thread runtime,
/// which is what `#[tokio::test]` starts; on a runtime with several threads, see [`scope`].
///
/// Guards nest: the newest counts, and when it is dropped, the one before it.
///
/// ```
/// use retry_core::{Policy, testing};
///
/// let guard = testing::no_wait();
/// guard.attempts(5);
/// assert!(Policy::new().run(|| Err::<(), _>("down")).is_err());
/// assert_eq!(guard.delays().len(), 4);
/// ```
pub fn no_wait() -> Guard {
    TestContext::default().enter()
}

impl TestContext {
    /// Returns a context that covers nothing yet. Its clock starts at the time that it is now.
    #[must_use]
    pub fn new(settings: Settings) -> TestContext {
        TestContext::at(runtime::now(Clock::Async), settings)
    }

    /// Covers this thread, until the guard is dropped, as [`no_wait`] does: for threads, blocking tasks and callbacks
    /// that belong to one test.
    pub fn enter(&self) -> Guard {
        Guard { context: self.clone(), _up: OnThread::push(self.clone()) }
    }
}

/// Covers this thread while it lives. It is a [`TestContext`] to talk to; a panic drops it as well.
///
/// What [`no_wait`] and [`TestContext::enter`] return.
#[derive(Debug)]
#[must_use = "waits are skipped until the guard is dropped"]
pub struct Guard {
    context: TestContext,
    _up: OnThread,
}

impl Deref for Guard {
    type Target = TestContext;

    fn deref(&self) -> &TestContext {
        &self.context
    }
}

/// Until the guard is dropped, retries in the whole process skip their waits, but those on threads and tasks with a
/// guard or scope of their own.
///
/// For code that starts threads or tasks out of a test's reach. Tests that run side by side in one process share it,
/// and of several such guards the newest counts; so give such a test a file of its own below `tests/`, or a runner
/// that starts a process for each test.
///
/// ```
/// use retry_core::{Policy, testing};
///
/// let guard = testing::global();
/// guard.cap_attempts(2);
/// let job = std::thread::spawn(|| Policy::new().run(|| Err::<(), _>("down")));
/// assert!(job.join().unwrap().is_err());
/// assert_eq!(guard.delays().len(), 1);
/// ```
pub fn global() -> GlobalGuard {
    let context = TestContext::default();
    GlobalGuard { context: context.clone(), _up: OnProcess::push(context) }
}

/// Covers the process while it lives. It is a [`TestContext`] to talk to. What [`global`] returns.
#[derive(Debug)]
#[must_use = "waits are skipped until the guard is dropped"]
pub struct GlobalGuard {
    context: TestContext,
    _up: OnProcess,
}

impl Deref for GlobalGuard {
    type Target = TestContext;

    fn deref(&self) -> &TestContext {
        &self.context
    }
}

/// The future, with its retries covered wherever it is polled or dropped: on any thread of any runtime, and nothing
/// beside it.
///
/// Takes [`Settings`], which make a context of its own, or a [`TestContext`], by value or reference, to read its delays later
/// or to share it. What the future awaits is covered, through `join!`, `select!` and their like too. What it *starts*
/// is not: a spawned task needs a scope, a thread or `spawn_blocking` a guard, of the same context.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use retry_core::{Policy, testing};
///
/// let context = testing::TestContext::new(testing::Settings::new().attempts(4));
/// let call = Policy::new().run_async(async move || Err::<(), _>("down"));
/// let task = tokio::spawn(testing::scope(&context, call));
/// assert!(task.await.unwrap().is_err());
/// assert_eq!(context.delays().len(), 3);
/// # }
/// # #[cfg(not(feature = "tokio"))] fn main() {}
/// ```
pub fn scope<F: Future>(context: impl Into<TestContext>, future: F) -> Scope<F> {
    Scope { context: context.into(), future: Some(future) }
}

pin_project_lite::pin_project! {
    /// A future whose retries are covered. What [`scope`] returns.
    #[derive(Debug)]
    #[must_use = "it does nothing unless awaited"]
    pub struct Scope<F> {
        context: TestContext,
        // Empty only while this is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Scope<F> {
        // What the future's locals do when they are dropped is covered too.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _up = OnThread::push(this.context.clone());
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _up = OnThread::push(this.context.clone());
        this.future.as_pin_mut().expect("it is there until this is dropped").poll(context)
    }
}

impl Default for TestContext {
    fn default() -> Self {
        TestContext::new(Settings::new())
    }
}

impl From<Settings> for TestContext {
    fn from(settings: Settings) -> Self {
        TestContext::new(settings)
    }
}

/// The same context.
impl From<&TestContext> for TestContext {
    fn from(context: &TestContext) -> Self {
        context.clone()
    }
}

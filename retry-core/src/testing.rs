//! Test contexts, which record delays instead of sleeping and control the time, the jitter and the attempts.
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
//! | function | covers |
//! |---|---|
//! | [`no_wait`] | this thread, until the guard is dropped |
//! | [`scope`] | one future, on any thread that polls it |
//! | [`global`] | the whole process, until the guard is dropped |
//! | [`TestContext::enter`] | this thread, together with other threads and tasks in the same context |
//!
//! The innermost context counts: the newest on this thread or around this task or, if there is none, the
//! newest of the process. When a context ends, including by a panic, the context before it counts again.

use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::runtime::{self, Clock, OnProcess, OnThread};
pub use crate::runtime::{Settings, TestContext};

/// Skips the waits of retries on this thread until the guard is dropped. The retries use a clock that only
/// skipped waits and [`advance`](TestContext::advance) move.
///
/// Async calls are covered if they are polled on this thread. On a current-thread runtime, such as that of
/// `#[tokio::test]`, these are all calls; on a runtime with several threads, use [`scope`].
///
/// Guards nest: the newest guard counts and, when it is dropped, the guard before it.
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
    /// Returns a context that covers nothing yet. Its clock starts at the current time.
    #[must_use]
    pub fn new(settings: Settings) -> TestContext {
        TestContext::at(runtime::now(Clock::Async), settings)
    }

    /// Covers this thread until the guard is dropped, like [`no_wait`]. Use it for threads, blocking tasks
    /// and callbacks that belong to one test.
    pub fn enter(&self) -> Guard {
        Guard { context: self.clone(), _up: OnThread::push(self.clone()) }
    }
}

/// A guard that covers this thread until it is dropped, including by a panic. It dereferences to its
/// [`TestContext`].
///
/// [`no_wait`] and [`TestContext::enter`] return it.
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

/// Skips the waits of retries in the whole process until the guard is dropped, except on threads and tasks
/// with a guard or scope of their own.
///
/// Use it for code that starts threads or tasks which the test cannot reach. Tests that run in parallel in
/// one process share the guard, and of several such guards the newest counts. So put such a test into a file
/// of its own below `tests/`, or use a test runner that starts a process for each test.
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

/// A guard that covers the process until it is dropped. It dereferences to its [`TestContext`]. [`global`]
/// returns it.
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

/// Returns the future with its retries covered on every thread of every runtime that polls or drops it.
/// Nothing else is covered.
///
/// `context` is a [`TestContext`], by value or by reference, to share it or to read its delays later, or
/// [`Settings`], which create a new context. Everything that the future awaits is covered, also through
/// `join!`, `select!` and similar macros. Tasks and threads that the future *starts* are not covered: a
/// spawned task needs a scope, and a thread or `spawn_blocking` needs a guard, of the same context.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use retry_core::{Policy, testing};
///
/// let context = testing::TestContext::new(testing::Settings::new().attempts(4));
/// const POLICY: Policy = Policy::new();
/// let call = POLICY.run_async(async move || Err::<(), _>("down"));
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
    /// A future whose retries are covered. [`scope`] returns it.
    #[derive(Debug)]
    #[must_use = "it does nothing unless awaited"]
    pub struct Scope<F> {
        context: TestContext,
        // `None` only while the scope is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Scope<F> {
        // Retries of the future's locals in their destructors are covered too.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _up = OnThread::push(this.context.clone());
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    #[expect(clippy::expect_used, reason = "only the drop of the scope takes the future")]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _up = OnThread::push(this.context.clone());
        this.future.as_pin_mut().expect("only the drop of the scope removes the future").poll(context)
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

/// Clones the handle to the context; both handles refer to the same context.
impl From<&TestContext> for TestContext {
    fn from(context: &TestContext) -> Self {
        context.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn settings_become_a_context_with_these_settings() {
        let context = TestContext::from(Settings::new().attempts(4));
        let guard = context.enter();
        assert_eq!(Policy::new().run(|| Err::<(), _>("down")), Err("down"));
        assert_eq!(guard.delays().len(), 3);
    }
}

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
//! | [`Scene::enter`] | this thread, together with others that play in the same scene |
//!
//! Of several, the innermost counts: the newest on this thread or around this task, and only if there is none, the
//! newest of the process. When it goes, in whatever way, a panic included, the one before it counts again.

use core::future::Future;
use core::num::NonZeroU32;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::policy::policy::Policy;
use crate::policy::random::Generator;
use crate::runtime::active::{OnProcess, OnThread};
pub use crate::runtime::test_context::Scene;

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
    Scene::default().enter()
}

impl Scene {
    /// Covers this thread, until the guard is dropped, as [`no_wait`] does: for threads, blocking tasks and callbacks
    /// that belong to one test.
    pub fn enter(&self) -> Guard {
        Guard { scene: self.clone(), _up: OnThread::raise(self.clone()) }
    }
}

/// Covers this thread while it lives. It is a [`Scene`] to talk to; a panic drops it as well.
///
/// What [`no_wait`] and [`Scene::enter`] return.
#[derive(Debug)]
#[must_use = "waits are skipped until the guard is dropped"]
pub struct Guard {
    scene: Scene,
    _up: OnThread,
}

impl Deref for Guard {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
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
    let scene = Scene::default();
    GlobalGuard { scene: scene.clone(), _up: OnProcess::raise(scene) }
}

/// Covers the process while it lives. It is a [`Scene`] to talk to. What [`global`] returns.
#[derive(Debug)]
#[must_use = "waits are skipped until the guard is dropped"]
pub struct GlobalGuard {
    scene: Scene,
    _up: OnProcess,
}

impl Deref for GlobalGuard {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

/// The future, with its retries covered wherever it is polled or dropped: on any thread of any runtime, and nothing
/// beside it.
///
/// Takes [`Settings`], which make a scene of its own, or a [`Scene`], by value or reference, to read its delays later
/// or to share it. What the future awaits is covered, through `join!`, `select!` and their like too. What it *starts*
/// is not: a spawned task needs a scope, a thread or `spawn_blocking` a guard, of the same scene.
///
/// ```
/// # #[cfg(feature = "tokio")]
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use retry_core::{Policy, testing};
///
/// let scene = testing::Scene::new(testing::Settings::new().attempts(4));
/// let call = Policy::new().run_async(async move || Err::<(), _>("down"));
/// let task = tokio::spawn(testing::scope(&scene, call));
/// assert!(task.await.unwrap().is_err());
/// assert_eq!(scene.delays().len(), 3);
/// # }
/// # #[cfg(not(feature = "tokio"))] fn main() {}
/// ```
pub fn scope<F: Future>(scene: impl Into<Scene>, future: F) -> Scope<F> {
    Scope { scene: scene.into(), future: Some(future) }
}

pin_project_lite::pin_project! {
    /// A future whose retries are covered. What [`scope`] returns.
    #[derive(Debug)]
    #[must_use = "it does nothing unless awaited"]
    pub struct Scope<F> {
        scene: Scene,
        // Empty only while this is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Scope<F> {
        // What the future's locals do when they are dropped is covered too.
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _up = OnThread::raise(this.scene.clone());
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Scope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _up = OnThread::raise(this.scene.clone());
        this.future.as_pin_mut().expect("it is there until this is dropped").poll(context)
    }
}

/// What a [`Scene`] starts from: as many attempts as each policy says and jitter by chance, unless set otherwise.
///
/// ```
/// use retry_core::testing::Settings;
///
/// const FAST: Settings = Settings::new().cap_attempts(2).seed(7);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    attempts: Option<NonZeroU32>,
    cap: Option<NonZeroU32>,
    seed: Option<u64>,
}

impl Settings {
    /// Waits are skipped and recorded, nothing else changes.
    #[must_use]
    pub const fn new() -> Settings {
        Settings { attempts: None, cap: None, seed: None }
    }

    /// Makes every call attempt exactly this often, unless it succeeds or ends for another reason. See
    /// [`Scene::attempts`].
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub const fn attempts(mut self, attempts: u32) -> Settings {
        self.attempts = Some(at_least_one(attempts));
        self
    }

    /// Lets no call attempt more often than this. See [`Scene::cap_attempts`].
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub const fn cap_attempts(mut self, attempts: u32) -> Settings {
        self.cap = Some(at_least_one(attempts));
        self
    }

    /// Draws jitter from a seed. See [`Scene::seed`].
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Settings {
        self.seed = Some(seed);
        self
    }

    pub(crate) fn generator(self) -> Option<Generator> {
        self.seed.map(Generator::new)
    }

    /// The policy with as many attempts as these settings say: forced first, then capped.
    pub(crate) fn limit(self, policy: Policy) -> Policy {
        let forced = self.attempts.map_or(policy, |attempts| policy.max(attempts.get()));
        self.cap.map_or(forced, |cap| forced.max(forced.attempts().min(cap.get())))
    }
}

#[track_caller]
const fn at_least_one(attempts: u32) -> NonZeroU32 {
    NonZeroU32::new(attempts)
        .expect("attempts include the first, so there cannot be 0 of them; write 1 for no retry")
}

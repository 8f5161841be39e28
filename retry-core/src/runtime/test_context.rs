//! What a test puts in the place of real time, randomness and the number of attempts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::policy::policy::Policy;
use crate::policy::random::{self, Generator};
pub(crate) use crate::runtime::active::current;
use crate::runtime::clock::Clock;
use crate::testing::Settings;

/// Passes `delay` in the scene instead of waiting for it. `false` if there is no scene.
pub(crate) fn skip(delay: Nanos) -> bool {
    current().map(|scene| scene.skip(delay)).is_some()
}

/// A draw: the scene's if it was seeded, else the thread's.
pub(crate) fn draw() -> u64 {
    current().and_then(|scene| scene.draw()).unwrap_or_else(random::draw)
}

/// What tests see of the retries that it covers, and how they direct them.
///
/// A scene has a clock that stands still but for skipped waits and [`advance`](Scene::advance), the list of these
/// waits, and the [`Settings`] that it was made from. Its clones are the same scene. A [`Guard`](crate::testing::Guard)
/// has one, and so has every [`scope`](crate::testing::scope()); to let several threads and tasks share one, make it
/// first:
///
/// ```
/// # use retry_core::{Policy, testing};
/// use std::thread;
///
/// let scene = testing::Scene::new(testing::Settings::new().attempts(2));
/// thread::scope(|threads| {
///     for _ in 0..3 {
///         threads.spawn(|| {
///             let _guard = scene.enter();
///             assert!(Policy::new().run(|| Err::<(), _>("down")).is_err());
///         });
///     }
/// });
/// assert_eq!(scene.delays().len(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Scene(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    settings: Settings,
    now: Nanos,
    delays: Vec<Duration>,
    generator: Option<Generator>,
}

impl Scene {
    /// A scene that nobody plays in yet.
    #[must_use]
    pub fn new(settings: Settings) -> Scene {
        Scene(Arc::new(Mutex::new(State {
            settings,
            // Where the clock stands now, so that time does not jump for a call that outlives the scene.
            now: Clock::Async.now(),
            delays: Vec::new(),
            generator: settings.generator(),
        })))
    }

    /// The waits skipped so far, in order.
    #[must_use]
    pub fn delays(&self) -> Vec<Duration> {
        self.state().delays.clone()
    }

    /// From now on every call makes exactly `attempts` attempts, whatever its policy says, if it keeps failing and
    /// nothing else ends it: an error that is not retryable, the deadline, a hint that is too long.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn attempts(&self, attempts: u32) {
        let mut state = self.state();
        state.settings = state.settings.attempts(attempts);
    }

    /// From now on no call makes more than `attempts` attempts; a policy that allows fewer counts.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn cap_attempts(&self, attempts: u32) {
        let mut state = self.state();
        state.settings = state.settings.cap_attempts(attempts);
    }

    /// Draws jitter from `seed` from now on, as [`Policy::delays_seeded`] does.
    pub fn seed(&self, seed: u64) {
        self.state().generator = Some(Generator::new(seed));
    }

    /// Moves the clock on, as if the code under test had taken that long.
    pub fn advance(&self, duration: Duration) {
        self.state().advance(from_duration(duration));
    }

    pub(crate) fn now(&self) -> Nanos {
        self.state().now
    }

    /// The policy with as many attempts as the scene says.
    pub(crate) fn limit(&self, policy: Policy) -> Policy {
        self.state().settings.limit(policy)
    }

    pub(crate) fn skip(&self, delay: Nanos) {
        let mut state = self.state();
        state.advance(delay);
        state.delays.push(to_duration(delay));
    }

    /// A draw, if the scene was seeded.
    pub(crate) fn draw(&self) -> Option<u64> {
        self.state().generator.as_mut().map(Generator::draw)
    }

    /// A panic elsewhere leaves the state whole: nothing that can panic stands between two changes to it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn advance(&mut self, time: Nanos) {
        self.now = self.now.saturating_add(time);
    }
}

impl Default for Scene {
    fn default() -> Self {
        Scene::new(Settings::new())
    }
}

impl From<Settings> for Scene {
    fn from(settings: Settings) -> Self {
        Scene::new(settings)
    }
}

/// The same scene.
impl From<&Scene> for Scene {
    fn from(scene: &Scene) -> Self {
        scene.clone()
    }
}

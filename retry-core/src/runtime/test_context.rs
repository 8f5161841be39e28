//! What a test puts in the place of real time, randomness and the number of attempts.

use core::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::policy::Policy;
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::policy::random::Generator;

/// What tests see of the retries that it covers, and how they direct them.
///
/// A context has a clock that stands still but for skipped waits and [`advance`](TestContext::advance), the list of these
/// waits, and the [`Settings`] that it was made from. Its clones are the same context. A [`Guard`](crate::testing::Guard)
/// has one, and so has every [`scope`](crate::testing::scope()); to let several threads and tasks share one, make it
/// first:
///
/// ```
/// # use retry_core::{Policy, testing};
/// use std::thread;
///
/// let context = testing::TestContext::new(testing::Settings::new().attempts(2));
/// thread::scope(|threads| {
///     for _ in 0..3 {
///         threads.spawn(|| {
///             let _guard = context.enter();
///             assert!(Policy::new().run(|| Err::<(), _>("down")).is_err());
///         });
///     }
/// });
/// assert_eq!(context.delays().len(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct TestContext(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    settings: Settings,
    now: Nanos,
    delays: Vec<Duration>,
    generator: Option<Generator>,
}

impl TestContext {
    /// Returns a context whose clock stands at `now`.
    pub(crate) fn at(now: Nanos, settings: Settings) -> TestContext {
        let (delays, generator) = (Vec::new(), settings.generator());
        TestContext(Arc::new(Mutex::new(State { settings, now, delays, generator })))
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

    /// The policy with as many attempts as the context says.
    pub(crate) fn limit(&self, policy: Policy) -> Policy {
        self.state().settings.limit(policy)
    }

    pub(crate) fn skip(&self, delay: Nanos) {
        let mut state = self.state();
        state.advance(delay);
        state.delays.push(to_duration(delay));
    }

    /// A draw, if the context was seeded.
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

/// What a [`TestContext`] starts from: as many attempts as each policy says and jitter by chance, unless set otherwise.
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
    /// [`TestContext::attempts`].
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub const fn attempts(mut self, attempts: u32) -> Settings {
        self.attempts = Some(at_least_one(attempts));
        self
    }

    /// Lets no call attempt more often than this. See [`TestContext::cap_attempts`].
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub const fn cap_attempts(mut self, attempts: u32) -> Settings {
        self.cap = Some(at_least_one(attempts));
        self
    }

    /// Draws jitter from a seed. See [`TestContext::seed`].
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Settings {
        self.seed = Some(seed);
        self
    }

    fn generator(self) -> Option<Generator> {
        self.seed.map(Generator::new)
    }

    /// The policy with as many attempts as these settings say: forced first, then capped.
    fn limit(self, policy: Policy) -> Policy {
        let forced = self.attempts.map_or(policy, |attempts| policy.max(attempts.get()));
        self.cap.map_or(forced, |cap| forced.max(forced.attempts().min(cap.get())))
    }
}

#[track_caller]
const fn at_least_one(attempts: u32) -> NonZeroU32 {
    NonZeroU32::new(attempts)
        .expect("attempts include the first, so there cannot be 0 of them; write 1 for no retry")
}

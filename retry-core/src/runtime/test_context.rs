//! Defines the test context, which replaces real time, randomness and the number of attempts.

use core::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::policy::Policy;
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::policy::random::Generator;

/// A replacement for the clock, the waits, the jitter and the number of attempts of the retries that it covers.
///
/// The clock of a context moves only by skipped waits and [`advance`](TestContext::advance). The context records the
/// skipped waits, and has the [`Settings`] that it was created from. Its clones are one context. Every
/// [`Guard`](crate::testing::Guard) and every [`scope`](crate::testing::scope()) has a context. To share a context
/// between threads and tasks, create it first:
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

    /// Returns the waits skipped so far, in order.
    #[must_use]
    pub fn delays(&self) -> Vec<Duration> {
        self.state().delays.clone()
    }

    /// Makes every call from now on attempt exactly `attempts` times if it keeps failing, whatever its policy.
    ///
    /// An error that is not retryable, the deadline or a hint that is too long still ends the call earlier.
    ///
    /// # Panics
    /// Panics if `attempts` is 0.
    #[track_caller]
    pub fn attempts(&self, attempts: u32) {
        let mut state = self.state();
        state.settings = state.settings.attempts(attempts);
    }

    /// Limits every call from now on to `attempts` attempts. A lower limit of the policy still applies.
    ///
    /// # Panics
    /// Panics if `attempts` is 0.
    #[track_caller]
    pub fn cap_attempts(&self, attempts: u32) {
        let mut state = self.state();
        state.settings = state.settings.cap_attempts(attempts);
    }

    /// Draws jitter from `seed` from now on, as [`Policy::delays_seeded`] does, and the refusals of throttles.
    pub fn seed(&self, seed: u64) {
        self.state().generator = Some(Generator::new(seed));
    }

    /// Advances the clock by `duration`, as if the code under test had taken that long.
    pub fn advance(&self, duration: Duration) {
        self.state().advance(from_duration(duration));
    }

    pub(crate) fn now(&self) -> Nanos {
        self.state().now
    }

    /// Returns the policy with the number of attempts that the context sets.
    pub(crate) fn limit(&self, policy: Policy) -> Policy {
        self.state().settings.limit(policy)
    }

    pub(crate) fn skip(&self, delay: Nanos) {
        let mut state = self.state();
        state.advance(delay);
        state.delays.push(to_duration(delay));
    }

    /// Returns the next draw, if the context has a seed.
    pub(crate) fn draw(&self) -> Option<u64> {
        self.state().generator.as_mut().map(Generator::draw)
    }

    /// Locks the state. Poisoning is ignored: no code between two changes to the state can panic, so a panic elsewhere
    /// leaves the state consistent.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn advance(&mut self, time: Nanos) {
        self.now = self.now.saturating_add(time);
    }
}

/// The settings that a [`TestContext`] starts from. By default, the policy sets the number of attempts and jitter is
/// random.
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
    /// Creates settings under which waits are skipped and recorded, and nothing else changes.
    #[must_use]
    pub const fn new() -> Settings {
        Settings { attempts: None, cap: None, seed: None }
    }

    /// Makes every call attempt exactly `attempts` times, unless it succeeds or ends for another reason. See
    /// [`TestContext::attempts`].
    ///
    /// # Panics
    /// Panics if `attempts` is 0.
    #[must_use]
    #[track_caller]
    pub const fn attempts(mut self, attempts: u32) -> Settings {
        self.attempts = Some(at_least_one(attempts));
        self
    }

    /// Limits every call to `attempts` attempts. See [`TestContext::cap_attempts`].
    ///
    /// # Panics
    /// Panics if `attempts` is 0.
    #[must_use]
    #[track_caller]
    pub const fn cap_attempts(mut self, attempts: u32) -> Settings {
        self.cap = Some(at_least_one(attempts));
        self
    }

    /// Draws jitter from `seed`. See [`TestContext::seed`].
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Settings {
        self.seed = Some(seed);
        self
    }

    fn generator(self) -> Option<Generator> {
        self.seed.map(Generator::new)
    }

    /// Returns the policy with the number of attempts that these settings set, where the cap applies last.
    fn limit(self, policy: Policy) -> Policy {
        let forced = self.attempts.map_or(policy, |attempts| policy.max(attempts.get()));
        self.cap.map_or(forced, |cap| forced.max(forced.attempt_limit().min(cap.get())))
    }
}

#[track_caller]
#[expect(clippy::expect_used, reason = "documented at `attempts` and `cap`")]
const fn at_least_one(attempts: u32) -> NonZeroU32 {
    NonZeroU32::new(attempts)
        .expect("attempts include the first, so there cannot be 0 of them; write 1 for no retry")
}

//! What a test's guard puts in the place of real time and randomness.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::nanos::{Nanos, from_duration, to_duration};
use crate::random::{self, SplitMix64};

std::thread_local! {
    static CURRENT: RefCell<Option<Arc<Scene>>> = const { RefCell::new(None) };
}

/// The scene that this thread plays in, if a guard is up.
pub(crate) fn current() -> Option<Arc<Scene>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Puts a scene up, or takes it down; returns what was there.
pub(crate) fn replace(scene: Option<Arc<Scene>>) -> Option<Arc<Scene>> {
    CURRENT.replace(scene)
}

/// Passes `delay` in the scene instead of waiting for it. `false` if there is no scene.
pub(crate) fn skip(delay: Nanos) -> bool {
    current().map(|scene| scene.skip(delay)).is_some()
}

/// A draw: the scene's if it was seeded, else the thread's.
pub(crate) fn draw() -> u64 {
    current().and_then(|scene| scene.draw()).unwrap_or_else(random::draw)
}

/// A clock that stands still, the waits that were skipped, and perhaps a seeded generator.
#[derive(Debug, Default)]
pub(crate) struct Scene(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    now: Nanos,
    delays: Vec<Duration>,
    generator: Option<SplitMix64>,
}

impl Scene {
    /// A panic elsewhere leaves the state whole: every change to it is a single step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Nanos {
        self.state().now
    }

    pub(crate) fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(from_duration(duration));
    }

    fn skip(&self, delay: Nanos) {
        self.advance(to_duration(delay));
        self.state().delays.push(to_duration(delay));
    }

    pub(crate) fn delays(&self) -> Vec<Duration> {
        self.state().delays.clone()
    }

    pub(crate) fn seed(&self, seed: u64) {
        self.state().generator = Some(SplitMix64::new(seed));
    }

    fn draw(&self) -> Option<u64> {
        self.state().generator.as_mut().map(SplitMix64::draw)
    }
}

//! For your tests: no waits, delays recorded, time under your control, jitter from a seed.
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

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::scene::{self, Scene};

/// Until the guard is dropped, retries on this thread skip their waits and live by a clock that stands still.
///
/// Guards nest: the inner one counts, and dropping it brings the outer one back.
#[must_use = "waits are skipped until the guard is dropped"]
pub fn no_wait() -> Guard {
    let scene = Arc::new(Scene::default());
    let outer = scene::replace(Some(Arc::clone(&scene)));
    Guard { scene, outer, this_thread: PhantomData }
}

/// What [`no_wait`] returns: while it lives, waits are skipped and recorded.
#[derive(Debug)]
pub struct Guard {
    scene: Arc<Scene>,
    outer: Option<Arc<Scene>>,
    /// It has to be dropped on the thread that it changed, so it stays there.
    this_thread: PhantomData<*const ()>,
}

impl Guard {
    /// The waits skipped so far, in order.
    #[must_use]
    pub fn delays(&self) -> Vec<Duration> {
        self.scene.delays()
    }

    /// Draws jitter from `seed` from now on, as [`Policy::delays_seeded`](crate::Policy::delays_seeded) does.
    pub fn seed(&self, seed: u64) {
        self.scene.seed(seed);
    }

    /// Moves the clock on, as if the code under test had taken that long.
    pub fn advance(&self, duration: Duration) {
        self.scene.advance(duration);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        scene::replace(self.outer.take());
    }
}

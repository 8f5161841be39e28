//! What a process has added to what follows a failure. While that is nothing, one load tells.
//!
//! Relaxed is enough: a thread sees what it added itself, and whoever adds something for other threads and wants to rely
//! on it has synchronised with them.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The scenes of tests are counted; the others are there or not.
static EXTRAS: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Extra {
    Timer = 1,
    Observer = 2,
    Scene = 4,
}

/// Notes one more. The observer and the timer are set only once.
pub(crate) fn add(extra: Extra) {
    EXTRAS.fetch_add(extra as usize, Relaxed);
}

/// Notes one fewer.
pub(crate) fn remove(extra: Extra) {
    EXTRAS.fetch_sub(extra as usize, Relaxed);
}

/// Whether there is any.
#[inline]
pub(crate) fn any() -> bool {
    EXTRAS.load(Relaxed) != 0
}

/// Whether a scene is up anywhere.
#[inline]
pub(crate) fn is_scene_up() -> bool {
    EXTRAS.load(Relaxed) >= Extra::Scene as usize
}

//! What a process has added to what follows a failure. While that is nothing, one load tells.
//!
//! Relaxed is enough: a thread sees what it added itself, and whoever adds something for other threads and wants to rely
//! on it has synchronised with them.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// One bit for each, but the scenes of tests are counted above them.
static EXTRAS: AtomicUsize = AtomicUsize::new(NO_RUNTIME);

/// No thread has been seen that has a runtime.
const NO_RUNTIME: usize = 1;

#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Extra {
    Timer = 2,
    Observer = 4,
    Scene = 8,
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
    EXTRAS.load(Relaxed) > NO_RUNTIME
}

/// Whether there is any, or a runtime has yet to be looked for.
#[inline]
pub(crate) fn any_to_wait_for() -> bool {
    EXTRAS.load(Relaxed) != 0
}

/// Notes that there is a runtime.
#[cfg(feature = "tokio")]
pub(crate) fn runtime_found() {
    EXTRAS.fetch_and(!NO_RUNTIME, Relaxed);
}

/// Whether a scene is up anywhere.
#[inline]
pub(crate) fn is_scene_up() -> bool {
    EXTRAS.load(Relaxed) >= Extra::Scene as usize
}

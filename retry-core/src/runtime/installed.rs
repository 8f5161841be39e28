//! The additions of a process to its retries: an observer, a timer, active test contexts. While there are none, one load
//! answers for all of them.
//!
//! `Relaxed` is enough: a thread sees its own additions, and a thread that relies on those of another has synchronised
//! with it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// One bit for each addition; the active test contexts are counted above them.
static INSTALLED: AtomicUsize = AtomicUsize::new(NO_RUNTIME);

/// No runtime has been found on any thread.
const NO_RUNTIME: usize = 1;

#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Addition {
    Timer = 2,
    Observer = 4,
    TestContext = 8,
}

/// Adds one. The observer and the timer are added only once.
pub(crate) fn add(addition: Addition) {
    INSTALLED.fetch_add(addition as usize, Relaxed);
}

/// Removes one.
pub(crate) fn remove(addition: Addition) {
    INSTALLED.fetch_sub(addition as usize, Relaxed);
}

/// Returns whether there is any addition.
#[inline]
pub(crate) fn any() -> bool {
    INSTALLED.load(Relaxed) > NO_RUNTIME
}

/// Returns whether there is any addition, or a runtime has yet to be looked for.
#[inline]
pub(crate) fn any_to_wait_for() -> bool {
    INSTALLED.load(Relaxed) != 0
}

/// Records that there is a runtime.
#[cfg(feature = "tokio")]
pub(crate) fn runtime_found() {
    INSTALLED.fetch_and(!NO_RUNTIME, Relaxed);
}

/// Returns whether a test context is active anywhere.
#[inline]
pub(crate) fn has_test_context() -> bool {
    INSTALLED.load(Relaxed) >= Addition::TestContext as usize
}

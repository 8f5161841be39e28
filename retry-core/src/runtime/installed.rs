//! Records the additions of a process to its retries: an observer, a timer, active test contexts, and whether retries are
//! disabled.
//!
//! One load shows that there are no additions. `Relaxed` is enough: a thread sees its own additions, and a thread that
//! relies on the additions of another thread has synchronised with that thread.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A bit each for the timer, the observer and disabled retries; the bits above them count the active test contexts.
static INSTALLED: AtomicUsize = AtomicUsize::new(NO_RUNTIME);

/// The bit that is set until a runtime is found on any thread.
const NO_RUNTIME: usize = 1;

/// The bit that is set while retries are disabled. It is below the test contexts, so that a single comparison finds both.
const DISABLED: usize = 8;

/// An addition, with its unit in [`INSTALLED`].
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Addition {
    Timer = 2,
    Observer = 4,
    TestContext = 16,
}

/// Records an addition. The observer and the timer are added only once.
pub(crate) fn add(addition: Addition) {
    INSTALLED.fetch_add(addition as usize, Relaxed);
}

/// Removes an addition.
pub(crate) fn remove(addition: Addition) {
    INSTALLED.fetch_sub(addition as usize, Relaxed);
}

/// Disables the retries of the process, or enables them again.
pub(crate) fn set_disabled(is_disabled: bool) {
    if is_disabled {
        INSTALLED.fetch_or(DISABLED, Relaxed);
    } else {
        INSTALLED.fetch_and(!DISABLED, Relaxed);
    }
}

/// Returns whether the retries of the process are disabled.
pub(crate) fn is_disabled() -> bool {
    INSTALLED.load(Relaxed) & DISABLED != 0
}

/// Returns whether there is any addition.
#[inline]
pub(crate) fn any() -> bool {
    INSTALLED.load(Relaxed) > NO_RUNTIME
}

/// Returns whether there is any addition, or no runtime has been found yet.
#[inline]
pub(crate) fn any_to_wait_for() -> bool {
    INSTALLED.load(Relaxed) != 0
}

/// Records that a runtime was found.
#[cfg(any(feature = "tokio", all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
pub(crate) fn runtime_found() {
    INSTALLED.fetch_and(!NO_RUNTIME, Relaxed);
}

/// Returns whether a test context is active anywhere or retries are disabled, so that calls may make other numbers of
/// attempts than their policies allow.
#[inline]
pub(crate) fn limits_attempts() -> bool {
    INSTALLED.load(Relaxed) >= DISABLED
}

/// Returns whether a test context is active anywhere.
#[inline]
pub(crate) fn has_test_context() -> bool {
    INSTALLED.load(Relaxed) >= Addition::TestContext as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_context_is_an_addition() {
        add(Addition::TestContext);
        assert!(any() && any_to_wait_for() && limits_attempts() && has_test_context());
        remove(Addition::TestContext);
    }
}

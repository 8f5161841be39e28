//! Disables the retries of the process, and enables them again.

use super::installed;

/// Disables the retries of the process with `false`, and enables them again with `true`.
///
/// While retries are disabled, every call makes one attempt, whatever its policy: annotated functions, closures and
/// [step by step](crate::Attempts). The first failure of a call that would be retried ends the call with the reason
/// [`MaxAttempts`](crate::GiveUpReason::MaxAttempts), and a value that `retry_ok` refuses is returned. Everything else
/// stays: the first attempt, time limits, hooks, `fallback`, events, budgets, breakers and throttles. A call that runs
/// already ends with its next failure; a wait that has begun is not cut short. A test context cannot enable what is
/// disabled.
///
/// This is for tests of what happens after a failure, for incidents in which retries add to the load, and for batch jobs
/// under a debugger. While retries are enabled, it costs nothing. One line turns retries off by a variable or by a
/// setting of the program:
///
/// ```
/// retry_core::set_enabled(std::env::var_os("NO_RETRIES").is_none());
/// ```
///
/// ```
/// use retry_core::{Policy, is_enabled, set_enabled};
///
/// set_enabled(false);
/// let mut calls = 0;
/// let result = Policy::new().max(5).run(|| {
///     calls += 1;
///     Err::<(), _>("down")
/// });
/// assert_eq!((result, calls), (Err("down"), 1));
///
/// set_enabled(true);
/// assert!(is_enabled());
/// ```
pub fn set_enabled(is_enabled: bool) {
    installed::set_disabled(!is_enabled);
}

/// Returns whether the retries of the process are enabled, as they are until [`set_enabled`] disables them.
#[must_use]
pub fn is_enabled() -> bool {
    !installed::is_disabled()
}

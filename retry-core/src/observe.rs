//! What one sees of a call: an event for each retry, recovery and give-up, none for a success at the first attempt.

use core::fmt::Display;
use core::time::Duration;

use crate::reason::GiveUpReason;

/// What every event tells.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "there is nobody to tell"))]
pub(crate) struct Facts<'a> {
    pub(crate) operation: &'a dyn Display,
    /// The attempt that has just ended.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) elapsed: Duration,
}

/// One event: the level, what only it tells, and its sentence; the rest is the same for all.
macro_rules! event {
    ($level:ident, $facts:expr, { $($own:tt)* }, $sentence:literal) => {{
        #[cfg(feature = "tracing")]
        tracing::$level!(
            target: "reattempt",
            operation = %$facts.operation,
            attempt = $facts.attempt,
            max_attempts = $facts.max_attempts,
            $($own)*
            elapsed_ms = in_millis($facts.elapsed),
            $sentence
        );
    }};
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
pub(crate) fn retry(facts: &Facts<'_>, delay: Duration, error: &dyn Display) {
    event!(warn, facts, { delay_ms = in_millis(delay), error = %error, }, "attempt failed, will retry");
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
pub(crate) fn recovered(facts: &Facts<'_>) {
    event!(info, facts, {}, "succeeded after a retry");
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
pub(crate) fn give_up(facts: &Facts<'_>, reason: GiveUpReason, error: &dyn Display) {
    event!(error, facts, { error = %error, reason = %reason, }, "attempt failed, giving up");
}

/// An environment variable that says nothing usable. Told once, whoever asks for it.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
pub(crate) fn refused_setting(variable: &str, value: &str, allowed: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "reattempt", variable, value, "ignored; write {allowed}");
}

#[cfg(feature = "tracing")]
const fn in_millis(duration: Duration) -> u64 {
    crate::nanos::from_duration(duration) / 1_000_000
}

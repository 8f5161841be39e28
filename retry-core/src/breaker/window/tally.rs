//! The result of one call and the tally of many calls.

/// The result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::breaker) struct CallResult {
    pub(in crate::breaker) has_failed: bool,
    pub(in crate::breaker) was_slow: bool,
}

impl CallResult {
    pub(in crate::breaker) const fn is_good(self) -> bool {
        !self.has_failed && !self.was_slow
    }
}

/// The number of calls in a window, and of those that failed or were slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::breaker) struct Tally {
    pub(in crate::breaker) calls: u64,
    pub(in crate::breaker) failures: u64,
    pub(in crate::breaker) slow: u64,
}

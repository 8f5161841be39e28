//! The one decision: after a failed attempt, wait and try again, or give up and why.
//!
//! Sync and async, attribute and `Policy::run` all come here. Nothing is read and nothing drawn: time and
//! randomness are handed in.

use crate::nanos::Nanos;
use crate::policy::Policy;
use crate::reason::GiveUpReason;

/// What is known when attempt `attempt` has failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed {
    /// The attempt's number, from 1.
    pub(crate) attempt: u32,
    /// What classification made of the error.
    pub(crate) is_retryable: bool,
    /// Time since the start of attempt 1.
    pub(crate) elapsed: Nanos,
    /// The delay before this attempt; `base` before the first.
    pub(crate) previous: Nanos,
    /// The one draw of this delay.
    pub(crate) draw: u64,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait this long, then attempt again.
    Retry(Nanos),
    GiveUp(GiveUpReason),
}

/// The order is a promise: what the error says comes before what the policy allows, and what costs nothing to ask
/// before what is spent by asking. A breaker and a budget are asked after all of these, in this order.
pub(crate) const fn decide(policy: &Policy, failed: &Failed) -> Decision {
    if !failed.is_retryable {
        return Decision::GiveUp(GiveUpReason::NotRetryable);
    }
    if failed.attempt >= policy.attempts() {
        return Decision::GiveUp(GiveUpReason::MaxAttempts);
    }
    let delay = policy.interval(failed.attempt, failed.previous).pick(failed.draw);
    if policy.has_deadline() && failed.elapsed.saturating_add(delay) >= policy.deadline {
        return Decision::GiveUp(GiveUpReason::Deadline);
    }
    Decision::Retry(delay)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::jitter::Jitter;

    const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None).deadline(Duration::from_secs(10));
    const SECOND: Nanos = 1_000_000_000;
    const FIRST: Failed = Failed { attempt: 1, is_retryable: true, elapsed: 0, previous: SECOND, draw: 0 };

    #[test]
    fn waits_until_the_last_attempt() {
        assert_eq!(decide(&POLICY, &FIRST), Decision::Retry(SECOND));
        assert_eq!(decide(&POLICY, &Failed { attempt: 2, ..FIRST }), Decision::Retry(2 * SECOND));
        let last = Failed { attempt: 3, ..FIRST };
        assert_eq!(decide(&POLICY, &last), Decision::GiveUp(GiveUpReason::MaxAttempts));
        assert_eq!(decide(&POLICY.max(1), &FIRST), Decision::GiveUp(GiveUpReason::MaxAttempts));
    }

    #[test]
    fn the_error_is_asked_before_the_policy() {
        let last = Failed { attempt: 3, is_retryable: false, elapsed: u64::MAX, ..FIRST };
        assert_eq!(decide(&POLICY, &last), Decision::GiveUp(GiveUpReason::NotRetryable));
        let late = Failed { attempt: 3, elapsed: u64::MAX, ..FIRST };
        assert_eq!(decide(&POLICY, &late), Decision::GiveUp(GiveUpReason::MaxAttempts));
    }

    #[test]
    fn a_wait_that_would_reach_the_deadline_is_refused() {
        let at = |elapsed| decide(&POLICY, &Failed { elapsed, ..FIRST });
        assert_eq!(at(9 * SECOND - 1), Decision::Retry(SECOND));
        assert_eq!(at(9 * SECOND), Decision::GiveUp(GiveUpReason::Deadline));
        assert_eq!(at(u64::MAX), Decision::GiveUp(GiveUpReason::Deadline));
    }

    #[test]
    fn unlimited_attempts_have_no_last_one() {
        let late = Failed { attempt: u32::MAX - 1, ..FIRST };
        let policy = Policy::new().unlimited().jitter(Jitter::None);
        assert_eq!(decide(&policy, &late), Decision::Retry(60 * SECOND));
    }
}

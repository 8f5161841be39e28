//! Decides after a failed attempt whether to wait and retry, or to give up and for which reason.
//!
//! Sync and async functions, the attribute and `Policy::run` all use this decision, or a shorter path with equal
//! results where only the classification and the number of attempts can end the call. The decision reads no clock and draws no random numbers:
//! the caller passes both in.

use super::reason::GiveUpReason;
use crate::policy::nanos::{FOREVER, Nanos, max, min};
use crate::policy::{HintMode, Policy};

/// The facts about a failed attempt on which the decision depends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedAttempt {
    /// The attempt's number, from 1 or from the last restart.
    pub(crate) attempt: u32,
    /// Whether the error is classified as retryable.
    pub(crate) is_retryable: bool,
    /// Whether the attempt has declared its failure final.
    pub(crate) is_stopped: bool,
    /// Whether the caller's `cancel` has ended the call.
    pub(crate) is_cancelled: bool,
    /// Time since the start of attempt 1.
    pub(crate) elapsed: Nanos,
    /// The value that the policy remembers of the delay before this attempt.
    pub(crate) previous: Nanos,
    /// The sum of all waits so far, which is used only with a hint.
    pub(crate) waited: Nanos,
    /// The wait that the peer asked for.
    pub(crate) hint: Option<Nanos>,
    /// The delay by the function's own `delay`, which replaces the policy's.
    pub(crate) own_delay: Option<Nanos>,
    /// The random number for this delay.
    pub(crate) draw: u64,
}

/// The next step after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait, then attempt again.
    Retry {
        /// The delay by the policy alone.
        delay: Nanos,
        /// The delay, or the wait by the peer's hint.
        wait: Nanos,
    },
    GiveUp(GiveUpReason),
}

/// Decides whether to retry or to give up.
///
/// The order of the checks is guaranteed: first the classification of the error, then the limits of the policy. The
/// breaker and then the budget are checked after this function, since only the check of the budget spends anything.
pub(crate) const fn decide(policy: &Policy, failed: FailedAttempt) -> Decision {
    if failed.is_stopped {
        return Decision::GiveUp(GiveUpReason::Stopped);
    }
    if let Some(reason) = stop_reason(policy, failed.attempt, failed.is_retryable) {
        return Decision::GiveUp(reason);
    }
    let delay = match failed.own_delay {
        Some(delay) => match policy.written_max_delay() {
            Some(limit) => min(delay, limit),
            None => delay,
        },
        None => policy.delay(failed.attempt, failed.previous, failed.draw),
    };
    let wait = match failed.hint {
        None => delay,
        Some(hint) => match apply_hint(policy, failed, delay, hint) {
            Some(wait) => wait,
            None => return Decision::GiveUp(GiveUpReason::HintTooLong),
        },
    };
    if wait >= policy.deadline.saturating_sub(failed.elapsed) && policy.has_deadline() {
        return Decision::GiveUp(GiveUpReason::Deadline);
    }
    if failed.is_cancelled {
        return Decision::GiveUp(GiveUpReason::Cancelled);
    }
    Decision::Retry { delay, wait }
}

/// Returns the stop reason that applies however long the wait would be, if there is one.
#[inline]
pub(crate) const fn stop_reason(policy: &Policy, attempt: u32, is_retryable: bool) -> Option<GiveUpReason> {
    if !is_retryable {
        Some(GiveUpReason::NotRetryable)
    } else if policy.max_attempts().is_some() && attempt >= policy.attempt_limit() {
        Some(GiveUpReason::MaxAttempts)
    } else {
        None
    }
}

/// Returns the wait for a delay and a hint, or `None` if the hint is too long.
#[cold]
#[inline(never)]
const fn apply_hint(policy: &Policy, failed: FailedAttempt, delay: Nanos, hint: Nanos) -> Option<Nanos> {
    if hint > policy.max_hint {
        return None;
    }
    let wait = match policy.hint {
        HintMode::AtLeast => max(delay, policy.jitter.hinted(hint).pick(failed.draw)),
        HintMode::Exact => hint,
    };
    // The delays of the policy alone are proven to end within the limit; only a hint can exceed it.
    if wait > delay && exceeds_within(policy, failed, wait) { None } else { Some(wait) }
}

/// Returns whether a wait leaves too little of `within` for the delays that may follow.
const fn exceeds_within(policy: &Policy, failed: FailedAttempt, wait: Nanos) -> bool {
    if policy.within == FOREVER {
        return false;
    }
    let rest = policy.longest_wait_from(failed.attempt.saturating_add(1));
    failed.waited.saturating_add(wait).saturating_add(rest) > policy.within
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::policy::Jitter;

    const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None).deadline(Duration::from_secs(10));
    const SECOND: Nanos = 1_000_000_000;
    const FIRST: FailedAttempt = FailedAttempt {
        attempt: 1,
        is_retryable: true,
        is_stopped: false,
        is_cancelled: false,
        elapsed: 0,
        previous: 0,
        waited: 0,
        hint: None,
        own_delay: None,
        draw: 0,
    };

    const fn retry(delay: Nanos) -> Decision {
        Decision::Retry { delay, wait: delay }
    }

    #[test]
    fn waits_until_the_last_attempt() {
        assert_eq!(decide(&POLICY, FIRST), retry(SECOND));
        assert_eq!(decide(&POLICY, FailedAttempt { attempt: 2, ..FIRST }), retry(2 * SECOND));
        let last = FailedAttempt { attempt: 3, ..FIRST };
        assert_eq!(decide(&POLICY, last), Decision::GiveUp(GiveUpReason::MaxAttempts));
        assert_eq!(decide(&POLICY.max(1), FIRST), Decision::GiveUp(GiveUpReason::MaxAttempts));
    }

    #[test]
    fn the_classification_comes_before_the_limits() {
        let last = FailedAttempt { attempt: 3, is_retryable: false, elapsed: u64::MAX, ..FIRST };
        assert_eq!(decide(&POLICY, last), Decision::GiveUp(GiveUpReason::NotRetryable));
        let late = FailedAttempt { attempt: 3, elapsed: u64::MAX, ..FIRST };
        assert_eq!(decide(&POLICY, late), Decision::GiveUp(GiveUpReason::MaxAttempts));
    }

    #[test]
    fn a_wait_that_would_reach_the_deadline_is_refused() {
        let at = |elapsed| decide(&POLICY, FailedAttempt { elapsed, ..FIRST });
        assert_eq!(at(9 * SECOND - 1), retry(SECOND));
        assert_eq!(at(9 * SECOND), Decision::GiveUp(GiveUpReason::Deadline));
        assert_eq!(at(u64::MAX), Decision::GiveUp(GiveUpReason::Deadline));
    }

    #[test]
    fn unlimited_attempts_have_no_last_one() {
        let late = FailedAttempt { attempt: u32::MAX - 1, ..FIRST };
        let policy = Policy::new().unlimited().jitter(Jitter::None);
        assert_eq!(decide(&policy, late), retry(60 * SECOND));
    }

    #[test]
    fn a_hint_lengthens_the_wait_and_never_shortens_it() {
        let hinted = |hint| decide(&POLICY, FailedAttempt { hint: Some(hint), ..FIRST });
        assert_eq!(hinted(0), retry(SECOND));
        assert_eq!(hinted(SECOND / 2), retry(SECOND));
        assert_eq!(hinted(5 * SECOND), Decision::Retry { delay: SECOND, wait: 5 * SECOND });
        let last = FailedAttempt { attempt: 3, hint: Some(0), ..FIRST };
        assert_eq!(decide(&POLICY, last), Decision::GiveUp(GiveUpReason::MaxAttempts));
    }

    #[test]
    fn an_exact_hint_takes_the_place_of_the_delay() {
        let policy = POLICY.hint(HintMode::Exact).jitter(Jitter::Additive(0.3));
        let draws = [0, u64::MAX];
        for (hint, draw) in
            [0, 1, SECOND / 2, SECOND, 5 * SECOND].into_iter().flat_map(|h| draws.map(|d| (h, d)))
        {
            let decision = decide(&policy, FailedAttempt { hint: Some(hint), draw, ..FIRST });
            assert!(matches!(decision, Decision::Retry { wait, .. } if wait == hint), "{hint}: {decision:?}");
        }
        assert!(matches!(decide(&policy, FIRST), Decision::Retry { delay, wait } if delay == wait));
    }

    #[test]
    fn every_limit_applies_to_an_exact_hint() {
        let exact = POLICY.hint(HintMode::Exact);
        let hinted = |policy: &Policy, hint| decide(policy, FailedAttempt { hint: Some(hint), ..FIRST });
        assert_eq!(hinted(&exact, 10 * SECOND), Decision::GiveUp(GiveUpReason::Deadline));
        assert_eq!(hinted(&exact, 300 * SECOND + 1), Decision::GiveUp(GiveUpReason::HintTooLong));
        let within = exact.with_within(Duration::from_secs(9), Duration::ZERO);
        assert!(matches!(hinted(&within, 7 * SECOND), Decision::Retry { .. }));
        assert_eq!(hinted(&within, 7 * SECOND + 1), Decision::GiveUp(GiveUpReason::HintTooLong));
        let last = FailedAttempt { attempt: 3, hint: Some(0), ..FIRST };
        assert_eq!(decide(&exact, last), Decision::GiveUp(GiveUpReason::MaxAttempts));
    }

    #[test]
    fn every_limit_applies_to_a_hint() {
        let hinted = |hint| decide(&POLICY, FailedAttempt { hint: Some(hint), ..FIRST });
        assert_eq!(hinted(10 * SECOND), Decision::GiveUp(GiveUpReason::Deadline));
        assert_eq!(hinted(300 * SECOND), Decision::GiveUp(GiveUpReason::Deadline));
        assert_eq!(hinted(300 * SECOND + 1), Decision::GiveUp(GiveUpReason::HintTooLong));
        assert_eq!(hinted(u64::MAX), Decision::GiveUp(GiveUpReason::HintTooLong));
    }

    #[test]
    fn a_hint_is_spread_upwards() {
        let wait = |jitter, draw| {
            let policy = Policy::new().jitter(jitter).max_delay(Duration::from_secs(60));
            match decide(&policy, FailedAttempt { hint: Some(100 * SECOND), draw, ..FIRST }) {
                Decision::Retry { wait, .. } => wait,
                Decision::GiveUp(reason) => panic!("{reason}"),
            }
        };
        for (jitter, width) in [
            (Jitter::None, 0),
            (Jitter::Additive(0.3), 30 * SECOND),
            (Jitter::Spread(0.5), 50 * SECOND),
            (Jitter::Full, 10 * SECOND),
            (Jitter::Equal, 10 * SECOND),
            (Jitter::Decorrelated, 10 * SECOND),
            (Jitter::UpTo(Duration::from_secs(7)), 7 * SECOND),
        ] {
            assert_eq!(wait(jitter, 0), 100 * SECOND, "{jitter:?}");
            assert_eq!(wait(jitter, u64::MAX), 100 * SECOND + width.max(1) - 1, "{jitter:?}");
        }
    }

    #[test]
    fn a_hint_that_exceeds_within_ends_the_call() {
        // The policy's own delays are 1 s and 2 s, so hints may add 7 s.
        let policy = POLICY.with_within(Duration::from_secs(10), Duration::ZERO);
        let decide = |attempt, waited, hint| {
            let policy = policy.deadline(Duration::MAX);
            decide(&policy, FailedAttempt { attempt, waited, hint: Some(hint), ..FIRST })
        };
        assert!(matches!(decide(1, 0, 8 * SECOND), Decision::Retry { .. }));
        assert_eq!(decide(1, 0, 8 * SECOND + 1), Decision::GiveUp(GiveUpReason::HintTooLong));
        assert!(matches!(decide(2, 8 * SECOND, 2 * SECOND), Decision::Retry { .. }));
        assert_eq!(decide(2, 8 * SECOND, 2 * SECOND + 1), Decision::GiveUp(GiveUpReason::HintTooLong));
        // A hint that is not longer than the policy's own delay adds nothing.
        assert!(matches!(decide(2, 9 * SECOND, 2 * SECOND), Decision::Retry { .. }));
    }

    #[test]
    fn a_failure_that_stops_the_call_ends_it_whatever_the_limits() {
        let stopped = FailedAttempt { is_stopped: true, is_cancelled: true, ..FIRST };
        assert_eq!(decide(&POLICY, stopped), Decision::GiveUp(GiveUpReason::Stopped));
        let last = FailedAttempt { attempt: 3, is_retryable: false, ..stopped };
        assert_eq!(decide(&POLICY, last), Decision::GiveUp(GiveUpReason::Stopped));
    }

    #[test]
    fn a_cancelled_call_ends_for_that_reason_only_if_it_would_go_on() {
        let cancelled = FailedAttempt { is_cancelled: true, ..FIRST };
        assert_eq!(decide(&POLICY, cancelled), Decision::GiveUp(GiveUpReason::Cancelled));
        for (failed, reason) in [
            (FailedAttempt { attempt: 3, ..cancelled }, GiveUpReason::MaxAttempts),
            (FailedAttempt { is_retryable: false, ..cancelled }, GiveUpReason::NotRetryable),
            (FailedAttempt { elapsed: u64::MAX, ..cancelled }, GiveUpReason::Deadline),
            (FailedAttempt { hint: Some(u64::MAX), ..cancelled }, GiveUpReason::HintTooLong),
        ] {
            assert_eq!(decide(&POLICY, failed), Decision::GiveUp(reason));
        }
    }

    #[test]
    fn a_delay_of_the_function_replaces_that_of_the_policy() {
        let own = FailedAttempt { own_delay: Some(7), ..FIRST };
        assert_eq!(decide(&POLICY, own), retry(7));
        let hinted = FailedAttempt { hint: Some(9), ..own };
        assert_eq!(decide(&POLICY, hinted), Decision::Retry { delay: 7, wait: 9 });
        let long = FailedAttempt { own_delay: Some(90 * SECOND), ..FIRST };
        let unlimited = POLICY.deadline(Duration::MAX);
        assert_eq!(decide(&unlimited, long), retry(90 * SECOND), "the default limit is not written");
        assert_eq!(decide(&unlimited.max_delay(Duration::from_secs(60)), long), retry(60 * SECOND));
        let late = FailedAttempt { own_delay: Some(10 * SECOND), ..FIRST };
        assert_eq!(decide(&POLICY, late), Decision::GiveUp(GiveUpReason::Deadline));
    }

    #[test]
    fn the_short_path_decides_as_the_general_path() {
        let durations = [0, 1, 7, 1_000_000_000, 60_000_000_000, 1 << 63, FOREVER].map(Duration::from_nanos);
        let jitters = [
            Jitter::None,
            Jitter::Additive(0.3),
            Jitter::Spread(1.0),
            Jitter::Full,
            Jitter::Equal,
            Jitter::UpTo(Duration::from_secs(7)),
        ];
        for (base, max_delay) in durations.iter().flat_map(|&base| durations.map(|limit| (base, limit))) {
            for (jitter, factor) in
                jitters.iter().flat_map(|&jitter| [1.0, 2.0, 8.0].map(|factor| (jitter, factor)))
            {
                let plain =
                    Policy::new().max(70).base(base).max_delay(max_delay).factor(factor).jitter(jitter);
                assert!(plain.is_plain);
                let mut general = plain;
                general.is_plain = false;
                for (attempt, draw) in
                    (1..=70).flat_map(|attempt| [0, 1 << 63, u64::MAX].map(|draw| (attempt, draw)))
                {
                    let failed = FailedAttempt { attempt, draw, ..FIRST };
                    let short = match stop_reason(&plain, attempt, true) {
                        Some(reason) => Decision::GiveUp(reason),
                        None => {
                            let delay = plain.plain_interval(attempt).pick(draw);
                            Decision::Retry { delay, wait: delay }
                        }
                    };
                    assert_eq!(short, decide(&general, failed), "attempt {attempt} of {plain:?}");
                }
            }
        }
    }
}

//! The link between a budget and the member of the fleet that it has joined.

use core::sync::atomic::{AtomicBool, AtomicU32};
use core::task::Waker;
use std::boxed::Box;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::policy::nanos::Nanos;
use crate::runtime::sync::{AtomicU64, Ordering};

/// The link of a budget, which stays when the fleet is left.
#[derive(Debug)]
pub(super) struct Joined(OnceLock<Box<Link>>);

#[derive(Debug)]
pub(super) struct Link {
    pub(super) is_active: AtomicBool,
    /// The tokens that accrue in a second while the fleet is away; 0 while it is there.
    pub(super) alone: AtomicU32,
    pub(super) wants_grant: AtomicBool,
    /// Whether a retry was refused since the fleet was last asked.
    pub(super) has_refused: AtomicBool,
    /// The tokens of this process in a second if there is no member, such as after the end of its runtime.
    pub(super) share: AtomicU32,
    /// The time of the first request for a grant since the last answer, or 0.
    pub(super) asked_at: AtomicU64,
    /// How long an answer takes at most. Without one, there is no member.
    pub(super) answers_within: AtomicU64,
    pub(super) member: Mutex<Option<Waker>>,
}

impl Joined {
    pub(super) const fn new() -> Joined {
        Joined(OnceLock::new())
    }

    /// Returns the link, active or not.
    pub(super) fn make(&self) -> &Link {
        let new = || Link {
            is_active: AtomicBool::new(false),
            alone: AtomicU32::new(0),
            wants_grant: AtomicBool::new(false),
            has_refused: AtomicBool::new(false),
            share: AtomicU32::new(0),
            asked_at: AtomicU64::new(0),
            answers_within: AtomicU64::new(Nanos::MAX),
            member: Mutex::new(None),
        };
        self.0.get_or_init(|| Box::new(new()))
    }

    pub(super) fn link(&self) -> Option<&Link> {
        self.0.get().map(|link| &**link).filter(|link| link.is_active.load(Ordering::Acquire))
    }

    /// Returns the tokens of the reserve that accrue in a second, which are `own` without a fleet.
    pub(super) fn per_second(&self, own: u32) -> u32 {
        self.link().map_or(own, |link| link.alone.load(Ordering::Relaxed))
    }

    /// Asks the fleet for a grant. It does not wait.
    pub(super) fn ask(&self, now: Nanos) {
        let Some(link) = self.link() else { return };
        link.has_refused.store(true, Ordering::Release);
        // An error means that it was asked before.
        let _ = link.asked_at.compare_exchange(0, now.max(1), Ordering::Relaxed, Ordering::Relaxed);
        link.wants_grant.store(true, Ordering::Release);
        let member = link.member.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(member) = member {
            member.wake();
        }
    }
}

impl Link {
    /// Returns whether the member has not answered for so long that there is none.
    pub(super) fn has_no_member(&self, now: Nanos) -> bool {
        let asked_at = self.asked_at.load(Ordering::Relaxed);
        asked_at != 0 && now.saturating_sub(asked_at) > self.answers_within.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::super::budget::RetryBudget;
    use super::*;
    use crate::testing::{Guard, no_wait};

    #[test]
    fn there_is_no_member_if_it_has_not_answered_for_longer_than_it_takes() {
        let joined = Joined::new();
        let link = joined.make();
        link.answers_within.store(100, Ordering::Relaxed);
        for (asked_at, now, expected) in [
            (0, 0, false),
            (0, 1000, false), // it was not asked
            (50, 50, false),
            (50, 150, false),
            (50, 151, true),
            (50, 1000, true),
            (500, 100, false), // another clock is behind
        ] {
            link.asked_at.store(asked_at, Ordering::Relaxed);
            assert_eq!(link.has_no_member(now), expected, "asked at {asked_at}, now {now}");
        }
    }

    /// How long the member takes to answer at most.
    const ANSWERS_WITHIN: Nanos = 1_000_000_000;

    /// Returns a budget whose calls earn nothing, in a fleet whose member never answers by itself.
    fn joined() -> (RetryBudget, Guard) {
        let guard = no_wait();
        guard.advance(Duration::from_secs(1));
        let budget = RetryBudget::new().ratio(0.0).reserve_per_second(10);
        assert!(budget.join_fleet(Waker::noop().clone(), ANSWERS_WITHIN));
        (budget, guard)
    }

    #[test]
    fn a_budget_needs_a_grant_after_a_refusal_until_the_fleet_answers() {
        let (budget, _guard) = joined();
        assert!(!budget.needs_grant());
        assert!(!budget.try_withdraw());
        assert!(budget.needs_grant());
        budget.add_grant(1);
        assert!(!budget.needs_grant());
        assert!(budget.try_withdraw());
        assert!(!budget.needs_grant());
    }

    #[test]
    fn a_budget_accrues_its_share_and_needs_a_grant_while_the_fleet_is_away() {
        let (budget, guard) = joined();
        budget.accrue_with_fleet(4);
        guard.advance(Duration::from_secs(1));
        assert_eq!(budget.balance(), 0, "the reserve comes from the fleet");
        budget.accrue_share();
        assert!(budget.needs_grant(), "it wants to be with the fleet again");
        guard.advance(Duration::from_secs(1));
        assert_eq!(budget.balance(), 4);
        budget.accrue_with_fleet(4);
        assert_eq!((budget.balance(), budget.needs_grant()), (0, false));
    }

    #[test]
    fn a_budget_whose_member_does_not_answer_in_time_accrues_alone() {
        let (budget, guard) = joined();
        guard.advance(Duration::from_secs(60));
        assert!(!budget.try_withdraw(), "it asks now, whatever the time is");
        guard.advance(Duration::from_nanos(ANSWERS_WITHIN));
        assert!(!budget.try_withdraw());
        guard.advance(Duration::from_millis(100));
        assert_eq!(budget.balance(), 0, "the answer may still come");
        assert!(!budget.try_withdraw(), "the member is gone");
        guard.advance(Duration::from_millis(100));
        assert_eq!(budget.balance(), 1, "ten in a second");
    }
}

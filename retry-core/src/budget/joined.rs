//! A budget that has joined a fleet: its reserve comes from the fleet in grants.
//!
//! The tokens of calls add up by themselves, because every process has its own. A grant is put beside them, where it is
//! forgotten after one [`ttl`](RetryBudget::ttl). While the fleet is away, the reserve is the process's share of it.

use core::sync::atomic::Ordering;
use core::task::Waker;
use std::sync::PoisonError;

use super::budget::RetryBudget;
use super::link::Link;
use super::pool::TOKEN;
use crate::policy::nanos::Nanos;

/// The side of the member.
impl RetryBudget {
    /// Joins a fleet, with an empty reserve. The member answers within a time, or is gone. Returns `false` if the budget belongs
    /// to a fleet.
    pub(crate) fn join_fleet(&self, member: Waker, answers_within: Nanos) -> bool {
        let link = self.joined.make();
        if link.is_active.load(Ordering::Acquire) {
            return false;
        }
        link.alone.store(0, Ordering::Relaxed);
        link.share.store(self.reserve_per_second, Ordering::Relaxed);
        link.asked_at.store(0, Ordering::Relaxed);
        link.answers_within.store(answers_within, Ordering::Relaxed);
        *link.member.lock().unwrap_or_else(PoisonError::into_inner) = Some(member);
        // The first grant is asked for before the first failure, so that the first retry is paid for.
        link.wants_grant.store(true, Ordering::Relaxed);
        link.is_active.store(true, Ordering::Release);
        self.empty_reserve();
        true
    }

    /// Leaves the fleet. The reserve accrues by itself again, from empty on.
    pub(crate) fn leave_fleet(&self) {
        if let Some(link) = self.joined.link() {
            link.is_active.store(false, Ordering::Release);
            let _member = link.member.lock().unwrap_or_else(PoisonError::into_inner).take();
            self.empty_reserve();
        }
    }

    /// Returns whether the budget wants a grant. One that accrues alone wants to be with the fleet again.
    pub(crate) fn wants_grant(&self) -> bool {
        let wants =
            |link: &Link| link.wants_grant.load(Ordering::Acquire) || link.alone.load(Ordering::Relaxed) != 0;
        self.joined.link().is_some_and(wants)
    }

    /// Returns whether the budget wants a grant soon: a retry was refused, or it accrues alone.
    pub(crate) fn needs_grant(&self) -> bool {
        let needs =
            |link: &Link| link.has_refused.load(Ordering::Acquire) || link.alone.load(Ordering::Relaxed) != 0;
        self.joined.link().is_some_and(needs)
    }

    /// Adds the tokens of a grant, of which there may be none.
    pub(crate) fn add_grant(&self, tokens: u32) {
        let Some(link) = self.joined.link() else { return };
        link.has_refused.store(false, Ordering::Release);
        if tokens == 0 {
            return;
        }
        link.wants_grant.store(false, Ordering::Release);
        self.add_units(u64::from(tokens) * TOKEN);
    }

    /// Asks for a grant. If the member is gone, the reserve accrues alone.
    pub(super) fn ask_fleet(&self, now: Nanos) {
        self.joined.ask(now);
        if let Some(link) = self.joined.link().filter(|link| link.has_no_member(now)) {
            self.accrue_alone(link.share.load(Ordering::Relaxed));
        }
    }

    /// Accrues tokens by the fleet again, whose answer has come. `share` are those of this process in a second.
    pub(crate) fn accrue_with_fleet(&self, share: u32) {
        if let Some(link) = self.joined.link() {
            link.share.store(share, Ordering::Relaxed);
        }
        self.accrue_alone(0);
    }

    /// Accrues the share of this process while the fleet is away.
    pub(crate) fn accrue_share(&self) {
        if let Some(link) = self.joined.link() {
            self.accrue_alone(link.share.load(Ordering::Relaxed));
        }
    }

    /// Accrues `per_second` tokens, from an empty reserve on. With 0 the fleet is there.
    fn accrue_alone(&self, per_second: u32) {
        let Some(link) = self.joined.link() else { return };
        link.asked_at.store(0, Ordering::Relaxed);
        if link.alone.swap(per_second, Ordering::Relaxed) != per_second {
            self.empty_reserve();
        }
    }

    pub(crate) fn name_in_fleet(&self) -> Option<&'static str> {
        (self.pool.name != super::pool::UNNAMED).then_some(self.pool.name)
    }

    pub(crate) fn reserve_in_fleet(&self) -> u32 {
        self.reserve_per_second
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::testing::{Guard, no_wait};

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

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
        let units = u64::from(tokens) * TOKEN;
        // The positions of the pool wrap above the highest capacity, and a store may answer with any number.
        self.add_units(units.min(self.capacity_in_units()));
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
    use super::*;

    #[test]
    fn a_grant_above_the_capacity_fills_the_budget() {
        // The units of 28,147,498 tokens are just above the limit of 48 bits.
        for tokens in [1001, 28_147_498, u32::MAX] {
            let budget = RetryBudget::new().capacity(1000);
            assert!(budget.join_fleet(Waker::noop().clone(), Nanos::MAX));
            budget.add_grant(tokens);
            assert_eq!(budget.balance(), 1000, "{tokens}");
        }
    }
}

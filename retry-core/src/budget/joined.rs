//! A budget that has joined a fleet: its reserve comes from the fleet in grants.
//!
//! The tokens of calls add up by themselves, because every process has its own. A grant is put beside them, where it is
//! forgotten after one [`ttl`](RetryBudget::ttl). While the fleet is away, the reserve is the process's share of it.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Waker;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::budget::RetryBudget;
use super::pool::TOKEN;

/// The link of a budget, which stays when the fleet is left.
#[derive(Debug)]
pub(super) struct Joined(OnceLock<Box<Link>>);

#[derive(Debug)]
struct Link {
    is_active: AtomicBool,
    /// The tokens that accrue in a second while the fleet is away; 0 while it is there.
    alone: AtomicU32,
    wants_grant: AtomicBool,
    member: Mutex<Option<Waker>>,
}

impl Joined {
    pub(super) const fn new() -> Joined {
        Joined(OnceLock::new())
    }

    fn link(&self) -> Option<&Link> {
        self.0.get().map(|link| &**link).filter(|link| link.is_active.load(Ordering::Acquire))
    }

    /// Returns the tokens of the reserve that accrue in a second, which are `own` without a fleet.
    pub(super) fn per_second(&self, own: u32) -> u32 {
        self.link().map_or(own, |link| link.alone.load(Ordering::Relaxed))
    }

    /// Asks the fleet for a grant. It does not wait.
    pub(super) fn ask(&self) {
        let Some(link) = self.link() else { return };
        link.wants_grant.store(true, Ordering::Release);
        let member = link.member.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(member) = member {
            member.wake();
        }
    }
}

/// The side of the member.
impl RetryBudget {
    /// Joins a fleet, with an empty reserve. Returns `false` if the budget belongs to one.
    pub(crate) fn join_fleet(&self, member: Waker) -> bool {
        let link = self.joined.0.get_or_init(|| {
            Box::new(Link {
                is_active: AtomicBool::new(false),
                alone: AtomicU32::new(0),
                wants_grant: AtomicBool::new(false),
                member: Mutex::new(None),
            })
        });
        if link.is_active.load(Ordering::Acquire) {
            return false;
        }
        link.alone.store(0, Ordering::Relaxed);
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

    /// Returns whether the budget wants a grant.
    pub(crate) fn wants_grant(&self) -> bool {
        self.joined.link().is_some_and(|link| link.wants_grant.load(Ordering::Acquire))
    }

    /// Adds the tokens of a grant.
    pub(crate) fn add_grant(&self, tokens: u32) {
        let Some(link) = self.joined.link() else { return };
        link.wants_grant.store(false, Ordering::Release);
        self.add_units(u64::from(tokens) * TOKEN);
    }

    /// Accrues `per_second` tokens while the fleet is away, from an empty reserve on. With 0 the fleet is there.
    pub(crate) fn accrue_alone(&self, per_second: u32) {
        let Some(link) = self.joined.link() else { return };
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

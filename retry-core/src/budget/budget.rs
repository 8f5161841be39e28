//! [`RetryBudget`]: its deposits and withdrawals.

use core::num::NonZeroU32;

#[cfg(feature = "fleet")]
use super::link::Joined;
use super::pool::{Pool, SLOTS, TOKEN};
use super::reserve::Reserve;
#[cfg(feature = "std")]
use crate::observe::{self, BudgetEvent};
use crate::policy::nanos::{FOREVER, Nanos, min};
use crate::runtime::sync::{AtomicU64, Ordering};
use crate::runtime::{TimeSource, thread};

/// A limit on the retries of many calls together, so that retries do not overload a server in trouble.
///
/// Each call deposits a fraction of a token; each retry withdraws tokens. While most calls succeed, there are
/// enough tokens for every retry. When most calls fail, the number of retries is at most `ratio` times the
/// number of calls, and a small reserve. A budget is usually a `static`:
///
/// ```
/// use retry_core::RetryBudget;
///
/// static BUDGET: RetryBudget = RetryBudget::new().ratio(0.5).reserve_per_second(0);
///
/// let mut retries = 0;
/// for _ in 0..100 {
///     BUDGET.deposit(); // once per call
///     if BUDGET.try_withdraw() {
///         retries += 1; // the call failed, and may be retried
///     }
/// }
/// assert_eq!(retries, 50);
/// ```
///
/// A retry is paid before its wait. Its tokens stay spent if it is not made, because the wait was cancelled or the
/// breaker refuses it at the end of the wait.
///
/// A deposit expires after `ttl`, or up to a tenth of `ttl` earlier. The reserve is full at the start and
/// refills evenly. No method locks or allocates. The time is that of the calls: the time of tokio, of a test
/// context, or of [`clock`](Self::clock). Without `std`, the time stands still until a clock is given.
#[derive(Debug)]
pub struct RetryBudget {
    /// The units of one deposit.
    pub(super) deposit: u64,
    pub(super) reserve_per_second: u32,
    pub(super) ttl: Nanos,
    /// The capacity in tokens, if it was set.
    pub(super) capacity: Option<NonZeroU32>,
    pub(super) costs: [u32; 3],
    pub(super) refunds_on_success: bool,
    pub(super) earns_on_success: bool,
    /// Whether deposits are so small, relative to the capacity, that a thread may make several of them before
    /// it looks at the whole budget.
    pub(super) deposits_are_small: bool,
    pub(super) time: TimeSource,
    /// The offset of the slots on the clock. One of them begins at the first use, so the life of a deposit does
    /// not depend on the start of the process.
    phase: AtomicU64,
    reserve: Reserve,
    pub(super) pool: Pool,
    #[cfg(feature = "fleet")]
    pub(super) joined: Joined,
}

/// The kind of a failure, which indicates the state of the server and so determines the cost of a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// Any failure of no other kind.
    Error,
    /// The attempt timed out: most likely the server is overloaded and still works on the request.
    Timeout,
    /// The server reported that it receives too many requests.
    Throttled,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryBudget {
    /// Creates a budget of one retry for five calls and a reserve of 10 retries per second. Deposits live for
    /// 10 s.
    #[must_use]
    pub const fn new() -> RetryBudget {
        RetryBudget {
            deposit: TOKEN / 5,
            reserve_per_second: 10,
            ttl: 10_000_000_000,
            capacity: None,
            costs: [1; 3],
            refunds_on_success: false,
            earns_on_success: false,
            deposits_are_small: false,
            time: TimeSource::Runtime,
            phase: AtomicU64::new(UNUSED),
            reserve: Reserve::new(),
            pool: Pool::new(),
            #[cfg(feature = "fleet")]
            joined: Joined::new(),
        }
        .settled()
    }

    /// Deposits the tokens of one call. Call it once for each call, however the call ends and however often
    /// it is attempted. For a budget that [earns on success](Self::earn_on_success), call it once for each call
    /// that succeeds.
    #[inline]
    pub fn deposit(&self) {
        let must_look = self.must_look();
        if must_look || !self.pool.was_full() {
            self.pay_in(self.deposit, must_look);
        }
    }

    /// Withdraws the cost of a retry, if there are enough tokens, and returns whether there were.
    #[must_use = "`false` means that there must be no retry"]
    pub fn try_withdraw(&self) -> bool {
        self.try_withdraw_for(FailureKind::Error)
    }

    /// Withdraws the cost of a retry after a failure of `kind`, if there are enough tokens, and returns
    /// whether there were.
    #[must_use = "`false` means that there must be no retry"]
    pub fn try_withdraw_for(&self, kind: FailureKind) -> bool {
        let has_paid = self.withdraw(kind);
        #[cfg(feature = "std")]
        if observe::is_watched() {
            let event = BudgetEvent { budget: self.pool.name, balance: self.balance() };
            if has_paid {
                observe::budget_withdrawn(&event);
            } else {
                observe::budget_refused(&event);
            }
        }
        has_paid
    }

    /// Withdraws like [`try_withdraw_for`](Self::try_withdraw_for), and emits no event.
    pub(crate) fn withdraw(&self, kind: FailureKind) -> bool {
        let now = self.begin();
        let (capacity, income) = (self.capacity_in_units(), self.income());
        // The capacity limits the pool and the reserve together, and the reserve has grown since.
        self.reserve.cut(capacity.saturating_sub(self.pool.balance()), income, now);
        let price = self.price(kind);
        while let Err(missing) = self.pool.withdraw(price, capacity) {
            if !self.reserve.withdraw(missing, income, now) {
                #[cfg(feature = "fleet")]
                self.ask_fleet(now);
                return false;
            }
            self.pool.add(missing, thread::number());
        }
        true
    }

    /// Refunds the cost of a retry that succeeded after a failure of `kind`. It has no effect without
    /// [`refund_on_success`](Self::refund_on_success).
    pub fn refund(&self, kind: FailureKind) {
        if self.refunds_on_success {
            self.pay_in(self.price(kind), true);
        }
    }

    /// Returns the number of whole tokens that can be withdrawn now.
    #[must_use]
    pub fn balance(&self) -> u64 {
        let now = self.begin();
        let all = self.pool.balance().saturating_add(self.reserve.balance(self.income(), now));
        min(all, self.capacity_in_units()) / TOKEN
    }

    /// Deposits the tokens of a call that starts, unless they come from successes.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn call_started(&self) {
        if !self.earns_on_success {
            self.deposit();
        }
    }

    /// Deposits the tokens of a call that succeeded if they come from successes, and refunds the cost of its last
    /// retry.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn call_succeeded(&self, paid: Option<FailureKind>) {
        if self.earns_on_success {
            self.deposit();
        }
        if let Some(kind) = paid {
            self.refund(kind);
        }
    }

    #[expect(clippy::indexing_slicing, reason = "there is a cost for each kind")]
    fn price(&self, kind: FailureKind) -> u64 {
        u64::from(self.costs[kind as usize]) * TOKEN
    }

    #[cold]
    #[inline(never)]
    fn pay_in(&self, units: u64, must_look: bool) {
        let now = self.now_and_slot();
        if self.pool.is_full_in(now.slot) {
            return;
        }
        self.pool.turn_to(now.slot);
        if must_look || !self.pool.has_room() {
            self.pay_in_up_to_capacity(units, now);
        } else {
            self.pool.add(units, thread::number());
        }
    }

    /// Looks at the whole budget, and deposits what there is room for.
    fn pay_in_up_to_capacity(&self, units: u64, now: Now) {
        let (capacity, income) = (self.capacity_in_units(), self.income());
        let most = self.pool.balance().saturating_add(income.limit);
        // A thread makes 30 small deposits before it looks again, which are less than a hundredth of the capacity.
        self.pool.set_room(most <= capacity / 2);
        // The reserve is read only where it could make a difference.
        let reserve = if most.saturating_add(units) <= capacity {
            income.limit
        } else {
            self.reserve.balance(income, now.nanos)
        };
        self.pool.deposit(units, capacity.saturating_sub(reserve), now.slot);
    }

    /// Empties the reserve, which accrues from now on.
    #[cfg(feature = "fleet")]
    pub(super) fn empty_reserve(&self) {
        let now = self.begin();
        self.reserve.empty(self.income(), now);
    }

    /// Adds units that are forgotten after one life, like those of calls.
    #[cfg(feature = "fleet")]
    pub(super) fn add_units(&self, units: u64) {
        self.begin();
        self.pool.add(units, thread::number());
    }

    /// Returns the time, after the units that are too old by then have expired.
    fn begin(&self) -> Nanos {
        let now = self.now_and_slot();
        self.pool.turn_to(now.slot);
        now.nanos
    }

    fn now_and_slot(&self) -> Now {
        let nanos = self.time.now();
        let latest = self.pool.slot();
        let since = nanos.wrapping_sub(self.phase.load(Ordering::Relaxed));
        // Most calls are in the latest slot. A comparison finds it, in place of two divisions: a deposit takes 34 ns
        // and not 42 ns.
        let is_in_latest = since < latest.saturating_mul(self.ttl / SLOTS);
        Now { nanos, slot: if is_in_latest { latest } else { self.slot_at(nanos) } }
    }

    #[cold]
    #[inline(never)]
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "a slot is at least 100 µs long, since a life has at least 1 ms"
    )]
    fn slot_at(&self, nanos: Nanos) -> u64 {
        let length = self.ttl / SLOTS;
        // The first slot is 1, because the pool uses 0 for the time before any slot.
        nanos.saturating_sub(self.phase_or(nanos % length)) / length + 1
    }

    /// Returns the phase, which is `phase` if there was no use before.
    fn phase_or(&self, phase: Nanos) -> Nanos {
        match self.phase.compare_exchange(UNUSED, phase, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => phase,
            Err(set) => set,
        }
    }

    /// Returns whether a deposit has to look at the whole budget, which each thread does only once in several
    /// deposits. Without `std` there is no thread to count by, so every deposit looks.
    ///
    /// A deposit that does not look is skipped if the pool was found full, without a read of the clock, which
    /// costs twenty times as much as the rest. It may miss an expiry: the balance may be a few deposits too low,
    /// but is never too high. If the pool was found to have room, such a deposit is made whatever the capacity is.
    #[inline]
    fn must_look(&self) -> bool {
        thread::is_due() || !self.deposits_are_small
    }
}

/// The value of `phase` before the first use.
const UNUSED: Nanos = FOREVER;

#[derive(Clone, Copy, Debug)]
struct Now {
    nanos: Nanos,
    slot: u64,
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use core::time::Duration;

    use super::*;

    /// Returns a budget whose clock stands still, with the given capacity in tokens of five deposits.
    fn budget(capacity: u32) -> RetryBudget {
        RetryBudget::new().reserve_per_second(0).capacity(capacity).clock(|| Duration::ZERO)
    }

    fn deposit_tokens(budget: &RetryBudget, tokens: u32) {
        for _ in 0..5 * tokens {
            budget.deposit();
        }
    }

    #[test]
    fn a_budget_has_room_until_it_is_half_full() {
        let budget = budget(1000);
        assert!(!budget.pool.has_room(), "no deposit has looked");
        deposit_tokens(&budget, 490);
        assert!(budget.pool.has_room());
        deposit_tokens(&budget, 20);
        assert!(!budget.pool.has_room());
        assert_eq!(budget.balance(), 510);
        for _ in 0..20 {
            assert!(budget.try_withdraw());
        }
        budget.deposit();
        assert!(budget.pool.has_room(), "every deposit looks while there is no room");
    }

    #[test]
    fn every_large_deposit_looks() {
        let budget = budget(2);
        deposit_tokens(&budget, 1);
        budget.deposit();
        assert!(budget.pool.has_room(), "there was one token of two");
        budget.deposit();
        assert!(!budget.pool.has_room());
    }

    #[test]
    fn every_deposit_looks_in_a_test_context() {
        let _guard = crate::testing::no_wait();
        let budget = budget(1000);
        deposit_tokens(&budget, 500);
        budget.deposit();
        assert!(budget.pool.has_room(), "there were 500 tokens of 1000");
        budget.deposit();
        assert!(!budget.pool.has_room());
    }

    #[test]
    fn a_reserve_counts_as_full_where_room_is_concerned() {
        let budget = budget(1000).reserve_per_second(50);
        while budget.try_withdraw() {}
        budget.deposit();
        assert!(budget.pool.has_room());
        deposit_tokens(&budget, 20);
        assert!(!budget.pool.has_room());
    }

    #[test]
    fn a_budget_fills_up_to_its_capacity() {
        for capacity in [1, 2, 100, 1000, 2000] {
            let budget = budget(capacity);
            deposit_tokens(&budget, capacity - 1);
            assert_eq!(budget.balance(), u64::from(capacity - 1));
            deposit_tokens(&budget, 1000);
            assert_eq!(budget.balance(), u64::from(capacity));
            assert_eq!((0..4000).filter(|_| budget.try_withdraw()).count(), capacity as usize);
        }
    }
}

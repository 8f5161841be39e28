//! [`RetryBudget`]: its deposits and withdrawals.

use core::num::NonZeroU32;

use super::pool::{Pool, SLOTS, TOKEN};
use super::reserve::Reserve;
use crate::policy::nanos::{FOREVER, Nanos, min};
use crate::runtime::TimeSource;
use crate::runtime::sync::{AtomicU64, Ordering};

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
    /// Whether deposits are so small, relative to the capacity, that not every deposit has to read the clock.
    pub(super) deposits_are_small: bool,
    pub(super) time: TimeSource,
    /// The time of the first use. Slots are counted from it, not from the start of the process.
    first: AtomicU64,
    reserve: Reserve,
    pool: Pool,
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
            deposits_are_small: false,
            time: TimeSource::Runtime,
            first: AtomicU64::new(UNUSED),
            reserve: Reserve::new(),
            pool: Pool::new(),
        }
        .settled()
    }

    /// Deposits the tokens of one call. Call it once for each call, however the call ends and however often
    /// it is attempted.
    #[inline]
    pub fn deposit(&self) {
        if !(self.pool.was_full() && self.may_assume_full()) {
            self.pay_in(self.deposit);
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
        let now = self.begin();
        let (capacity, income) = (self.capacity_in_units(), self.income());
        // The capacity limits the pool and the reserve together, and the reserve has grown since.
        self.reserve.cut(capacity.saturating_sub(self.pool.balance()), income, now);
        let price = self.price(kind);
        while let Err(missing) = self.pool.withdraw(price) {
            if !self.reserve.withdraw(missing, income, now) {
                return false;
            }
            self.pool.add(missing);
        }
        true
    }

    /// Refunds the cost of a retry that succeeded after a failure of `kind`. It has no effect without
    /// [`refund_on_success`](Self::refund_on_success).
    pub fn refund(&self, kind: FailureKind) {
        if self.refunds_on_success {
            self.pay_in(self.price(kind));
        }
    }

    /// Returns the number of whole tokens that can be withdrawn now.
    #[must_use]
    pub fn balance(&self) -> u64 {
        let now = self.begin();
        let all = self.pool.balance() + self.reserve.balance(self.income(), now);
        min(all, self.capacity_in_units()) / TOKEN
    }

    fn price(&self, kind: FailureKind) -> u64 {
        u64::from(self.costs[kind as usize]) * TOKEN
    }

    #[cold]
    #[inline(never)]
    fn pay_in(&self, units: u64) {
        let now = self.now_and_slot();
        if self.pool.is_full_in(now.slot) {
            return;
        }
        self.pool.turn_to(now.slot);
        let (capacity, income) = (self.capacity_in_units(), self.income());
        // The reserve is read only where it could make a difference.
        let reserve = if self.pool.balance() + income.limit + units <= capacity {
            income.limit
        } else {
            self.reserve.balance(income, now.nanos)
        };
        self.pool.deposit(units, capacity.saturating_sub(reserve), now.slot);
    }

    /// Returns the time, after the units that are too old by then have expired.
    fn begin(&self) -> Nanos {
        let now = self.now_and_slot();
        self.pool.turn_to(now.slot);
        now.nanos
    }

    fn now_and_slot(&self) -> Now {
        let nanos = self.time.now();
        let slot = self.ttl / SLOTS;
        // The first slot is 1, because the pool uses 0 for the time before any slot.
        Now { nanos, slot: nanos.saturating_sub(self.first_use(nanos) % slot) / slot + 1 }
    }

    /// Returns the time of the first use, which is `now` if there was none.
    fn first_use(&self, now: Nanos) -> Nanos {
        match self.first.load(Ordering::Relaxed) {
            UNUSED => self
                .first
                .compare_exchange(UNUSED, now, Ordering::Relaxed, Ordering::Relaxed)
                .map_or_else(|first| first, |_| now),
            first => first,
        }
    }

    /// Returns whether a pool that was found full may be assumed to be full, without a read of the clock.
    ///
    /// A read of the clock costs twenty times as much as the rest of a deposit, so each thread reads the
    /// clock only once in several deposits. In between it may miss an expiry and skip a deposit: the balance
    /// may be a few deposits too low, but is never too high. Without `std` there is no thread to count by, so
    /// every deposit reads the clock.
    #[inline]
    fn may_assume_full(&self) -> bool {
        // In a test context every deposit reads the clock, so that results do not depend on the thread of the
        // test.
        #[cfg(feature = "std")]
        let is_due = looks::is_due() || crate::runtime::installed::has_test_context();
        #[cfg(not(feature = "std"))]
        let is_due = true;
        self.deposits_are_small && !is_due
    }
}

/// The value of `first` before the first use.
const UNUSED: Nanos = FOREVER;

struct Now {
    nanos: Nanos,
    slot: u64,
}

/// Decides which deposits of a thread read the clock although the budget seems full.
#[cfg(feature = "std")]
mod looks {
    use std::cell::Cell;

    /// One in so many deposits reads the clock. The number is prime, so that a thread that uses several
    /// budgets in turn reads the clock for each of them.
    const EVERY: u32 = 31;

    std::thread_local! {
        static UNTIL_NEXT: Cell<u32> = const { Cell::new(0) };
    }

    #[inline]
    pub(super) fn is_due() -> bool {
        UNTIL_NEXT.with(|left| {
            let is_due = left.get() == 0;
            left.set(if is_due { EVERY - 1 } else { left.get() - 1 });
            is_due
        })
    }
}

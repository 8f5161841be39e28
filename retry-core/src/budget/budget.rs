//! The type [`RetryBudget`]: its settings, deposits and withdrawals.

use core::time::Duration;

use super::pool::{MAX_TOKENS, Pool, SLOTS, TOKEN};
use super::reserve::{Income, Reserve};

use crate::policy::nanos::{FOREVER, Nanos, from_duration, max, min};
use crate::runtime::TimeSource;
use crate::runtime::sync::{AtomicU64, Ordering};

/// A limit on the retries of many calls together, so that a server in trouble is not buried under them.
///
/// Every call pays in a fraction of a token, every retry takes tokens out. While most calls succeed there is plenty;
/// when most fail, retries are no more than `ratio` times the calls, and a small reserve. Usually a `static`:
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
/// A deposit lives for `ttl`, give or take a tenth of it less. The reserve is there from the start and refills evenly.
/// Nothing locks or allocates. The time is that of the calls themselves: tokio's, that of a
/// test's guard, or that of [`clock`](Self::clock); without `std` it stands still until a clock is given.
#[derive(Debug)]
pub struct RetryBudget {
    ratio: f64,
    reserve_per_second: u32,
    ttl: Nanos,
    /// In tokens, if one was set.
    capacity: Option<u32>,
    costs: [u32; 3],
    refunds_on_success: bool,
    time: TimeSource,
    /// When it was first used: slots are counted from there, not from the moment at which the process started.
    first: AtomicU64,
    derived: Derived,
    pool: Pool,
    reserve: Reserve,
}

/// What a failure says of the state that a server is in, and so what a retry should cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// Any failure that is none of the others.
    Error,
    /// The attempt ran out of time: most likely the server is overloaded, and works on it still.
    Timeout,
    /// The server said that it is asked too often.
    Throttled,
}

/// What follows from the settings. Amounts are in units.
#[derive(Clone, Copy, Debug)]
struct Derived {
    deposit: u64,
    capacity: u64,
    income: Income,
    /// A tenth of the life of a deposit.
    slot: Nanos,
    /// Whether a few deposits are too little, measured by the capacity, to look at the clock for each of them.
    deposits_are_small: bool,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryBudget {
    /// One retry for five calls, and 10 per second besides; deposits live for 10 s.
    #[must_use]
    pub const fn new() -> RetryBudget {
        let (ratio, reserve_per_second, ttl, capacity) = (0.2, 10, 10_000_000_000, None);
        RetryBudget {
            ratio,
            reserve_per_second,
            ttl,
            capacity,
            costs: [1; 3],
            refunds_on_success: false,
            time: TimeSource::Runtime,
            first: AtomicU64::new(UNUSED),
            derived: Derived::of(ratio, reserve_per_second, ttl, capacity),
            pool: Pool::new(),
            reserve: Reserve::new(),
        }
    }

    /// Retries that one call pays for: `0.2` allows one retry for five calls. Exact to seven decimal places.
    ///
    /// # Panics
    /// If it is not in `0..=100`.
    #[must_use]
    #[track_caller]
    pub const fn ratio(mut self, ratio: f64) -> RetryBudget {
        assert!(
            ratio >= 0.0 && ratio <= 100.0,
            "`ratio` is not in 0..=100; write `ratio(0.2)` for one retry to five calls"
        );
        self.ratio = ratio;
        self.settled()
    }

    /// Retries per second that are allowed however few calls there are. Those of one `ttl` are there at the start and
    /// can be saved up.
    ///
    /// # Panics
    /// If it is above 10,000.
    #[must_use]
    #[track_caller]
    pub const fn reserve_per_second(mut self, retries: u32) -> RetryBudget {
        assert!(
            retries <= 10_000,
            "`reserve_per_second` is above 10000; raise `ratio` to let busy callers retry more"
        );
        self.reserve_per_second = retries;
        self.settled()
    }

    /// How long a deposit can be used. It expires in ten steps: after between 0.9 and 1 times this.
    ///
    /// # Panics
    /// If it is below 1 ms.
    #[must_use]
    #[track_caller]
    pub const fn ttl(mut self, ttl: Duration) -> RetryBudget {
        assert!(
            ttl.as_millis() >= 1,
            "`ttl` is below 1 ms; write how long calls count, such as `ttl(Duration::from_secs(10))`"
        );
        self.ttl = from_duration(ttl);
        self.settled()
    }

    /// The most tokens that can be saved up, the reserve included; 1000 if not set, or what the reserve holds if that
    /// is more.
    ///
    /// # Panics
    /// If it is not in `1..=10_000_000`.
    #[must_use]
    #[track_caller]
    pub const fn capacity(mut self, tokens: u32) -> RetryBudget {
        assert!(
            tokens >= 1 && tokens as u64 <= MAX_TOKENS,
            "`capacity` is not in 1..=10000000; write how many retries may be saved up, such as `capacity(1000)`"
        );
        self.capacity = Some(tokens);
        self.settled()
    }

    /// Tokens that a retry costs after a failure of that kind; 1 if not set. The AWS SDKs, say, charge more after a
    /// timeout.
    #[must_use]
    pub const fn cost(mut self, kind: FailureKind, tokens: u32) -> RetryBudget {
        self.costs[kind as usize] = tokens;
        self
    }

    /// Gives back what a retry cost if it succeeds, so that only retries in vain use the budget up.
    #[must_use]
    pub const fn refund_on_success(mut self) -> RetryBudget {
        self.refunds_on_success = true;
        self
    }

    /// Reads the time from `clock`: what has passed since any moment that stays the same.
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> Duration) -> RetryBudget {
        self.time = TimeSource::Custom(clock);
        self
    }

    const fn settled(mut self) -> RetryBudget {
        self.derived = Derived::of(self.ratio, self.reserve_per_second, self.ttl, self.capacity);
        self
    }

    /// Pays in for one call. To be called once for each, however it ends and however often it is attempted.
    #[inline]
    pub fn deposit(&self) {
        if !(self.pool.was_full() && self.may_assume_full()) {
            self.pay_in(self.derived.deposit);
        }
    }

    /// Takes what a retry costs, if it is there: whether it was.
    #[must_use = "`false` means that there must be no retry"]
    pub fn try_withdraw(&self) -> bool {
        self.try_withdraw_for(FailureKind::Error)
    }

    /// Takes what a retry costs after a failure of that kind, if it is there: whether it was.
    #[must_use = "`false` means that there must be no retry"]
    pub fn try_withdraw_for(&self, kind: FailureKind) -> bool {
        let now = self.begin();
        let Derived { capacity, income, .. } = self.derived;
        // What both hold is limited together, and the reserve has grown since.
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

    /// Tells that a retry after a failure of that kind succeeded. Does nothing without
    /// [`refund_on_success`](Self::refund_on_success).
    pub fn refund(&self, kind: FailureKind) {
        if self.refunds_on_success {
            self.pay_in(self.price(kind));
        }
    }

    /// Whole tokens that are there now.
    #[must_use]
    pub fn balance(&self) -> u64 {
        let now = self.begin();
        let all = self.pool.balance() + self.reserve.balance(self.derived.income, now);
        min(all, self.derived.capacity) / TOKEN
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
        let Derived { capacity, income, .. } = self.derived;
        // The reserve has to be looked at only where it could make a difference.
        let reserve = if self.pool.balance() + income.limit + units <= capacity {
            income.limit
        } else {
            self.reserve.balance(income, now.nanos)
        };
        self.pool.deposit(units, capacity.saturating_sub(reserve), now.slot);
    }

    /// What time it is, after everything has expired that has to by then.
    fn begin(&self) -> Nanos {
        let now = self.now_and_slot();
        self.pool.turn_to(now.slot);
        now.nanos
    }

    fn now_and_slot(&self) -> Now {
        let nanos = self.time.now();
        let slot = self.derived.slot;
        // The first slot is 1: to the pool, 0 is before all time.
        Now { nanos, slot: nanos.saturating_sub(self.first_use(nanos) % slot) / slot + 1 }
    }

    /// When the budget was first used; that is now, if it was not.
    fn first_use(&self, now: Nanos) -> Nanos {
        match self.first.load(Ordering::Relaxed) {
            UNUSED => self
                .first
                .compare_exchange(UNUSED, now, Ordering::Relaxed, Ordering::Relaxed)
                .map_or_else(|first| first, |_| now),
            first => first,
        }
    }

    /// Whether a pool that was full can be taken for full, without a look at the clock.
    ///
    /// A clock costs twenty times what the rest of a deposit does. So a thread looks every so many times only; in
    /// between it may fail to see that something has expired, and not pay in: a few deposits too little, never one
    /// too many. Without `std` there is no thread to count by.
    #[inline]
    fn may_assume_full(&self) -> bool {
        // Under a test's guard every deposit looks, so that what a test sees does not depend on the thread it runs on.
        #[cfg(feature = "std")]
        let is_due = looks::is_due() || crate::runtime::installed::has_test_context();
        #[cfg(not(feature = "std"))]
        let is_due = true;
        self.derived.deposits_are_small && !is_due
    }
}

/// The first use of a budget that was not used.
const UNUSED: Nanos = FOREVER;

struct Now {
    nanos: Nanos,
    slot: u64,
}

impl Derived {
    const fn of(ratio: f64, reserve_per_second: u32, ttl: Nanos, capacity: Option<u32>) -> Derived {
        /// At one token a second.
        const NANOS_PER_UNIT: Nanos = 1_000_000_000 / TOKEN;
        const MAX: u64 = MAX_TOKENS * TOKEN;
        let deposit = (ratio * TOKEN as f64 + 0.5) as u64;
        let saved_up = min((reserve_per_second as u64).saturating_mul(ttl) / NANOS_PER_UNIT, MAX);
        let capacity = match capacity {
            Some(tokens) => tokens as u64 * TOKEN,
            None => max(1000 * TOKEN, saved_up),
        };
        let income = Income { per_second: reserve_per_second, limit: min(saved_up, capacity) };
        Derived {
            deposit,
            capacity,
            income,
            slot: ttl / SLOTS,
            deposits_are_small: deposit << 12 <= capacity,
        }
    }
}

/// Which deposits of a thread look at the clock although the budget seems full.
#[cfg(feature = "std")]
mod looks {
    use std::cell::Cell;

    /// A prime: a thread that uses several budgets by turns looks for each of them.
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

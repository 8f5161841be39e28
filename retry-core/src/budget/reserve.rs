//! The reserve of a budget: tokens that accrue with time, up to a limit.
//!
//! The income is a position on a scale that moves with time. The spent part is another position on that
//! scale, which is stored. The balance is the difference, and at most the limit. So the balance after an idle
//! hour takes one subtraction, like the balance after a second. A withdrawal is a compare-and-swap of the
//! stored word, so no token is spent twice.

use super::pool::{TOKEN, replace};
use crate::policy::nanos::Nanos;
use crate::runtime::sync::{AtomicU64, Ordering};

/// The rate at which tokens accrue, and the limit of the reserve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Income {
    /// Tokens per second.
    pub(crate) per_second: u32,
    /// The most units that the reserve holds.
    pub(crate) limit: u64,
}

impl Income {
    /// Returns the income until `now`, as a position on a scale that wraps, so only differences are
    /// meaningful. The scale does not begin at 0: otherwise a position at the beginning of time would equal
    /// [`UNTOUCHED`].
    #[expect(clippy::arithmetic_side_effects, reason = "the product of 64, 32 and 24 bits has 120")]
    const fn until(self, now: Nanos) -> u64 {
        const NANOS_PER_SECOND: u128 = 1_000_000_000;
        const BEGINNING: u64 = 1 << 62;
        let income = now as u128 * self.per_second as u128 * TOKEN as u128 / NANOS_PER_SECOND;
        BEGINNING.wrapping_add(income as u64)
    }
}

/// The reserve of a budget. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Reserve {
    /// The position up to which the income is spent; [`UNTOUCHED`] before the first withdrawal.
    spent: AtomicU64,
}

/// The stored position before the first withdrawal. The reserve is full then, whatever the time is.
const UNTOUCHED: u64 = 0;

impl Reserve {
    pub(crate) const fn new() -> Reserve {
        Reserve { spent: AtomicU64::new(UNTOUCHED) }
    }

    /// Returns the number of units that can be withdrawn at `now`.
    pub(crate) fn balance(&self, income: Income, now: Nanos) -> u64 {
        unspent(self.spent.load(Ordering::Acquire), income, now)
    }

    /// Withdraws all of `units` or none, and returns whether it did.
    pub(crate) fn withdraw(&self, units: u64, income: Income, now: Nanos) -> bool {
        self.keep(income, now, |balance| balance.checked_sub(units))
    }

    /// Discards the balance. The scale may be another one than before, with the income of another size.
    #[cfg(feature = "fleet")]
    pub(crate) fn empty(&self, income: Income, now: Nanos) {
        self.spent.store(income.until(now).max(UNTOUCHED + 1), Ordering::Release);
    }

    /// Discards the part of the balance above `limit`.
    pub(crate) fn cut(&self, limit: u64, income: Income, now: Nanos) {
        self.keep(income, now, |balance| (balance > limit).then_some(limit));
    }

    /// Replaces the balance by the result of `rest`. Returns `false`, without a change, if the result is
    /// `None`.
    fn keep(&self, income: Income, now: Nanos, rest: impl Fn(u64) -> Option<u64>) -> bool {
        loop {
            let spent = self.spent.load(Ordering::Acquire);
            let Some(rest) = rest(unspent(spent, income, now)) else { return false };
            // Adds one unit to a position that would equal `UNTOUCHED`, which happens once in a wrap of the
            // scale.
            let position = income.until(now).wrapping_sub(rest).max(UNTOUCHED + 1);
            if replace(&self.spent, spent, position) {
                return true;
            }
        }
    }
}

/// Returns the income since `spent`. If the clock is behind that of another thread, the result is 0.
const fn unspent(spent: u64, income: Income, now: Nanos) -> u64 {
    let since = income.until(now).wrapping_sub(spent);
    if spent == UNTOUCHED || since < 1 << 63 && since > income.limit {
        income.limit
    } else if since < 1 << 63 {
        since
    } else {
        0
    }
}

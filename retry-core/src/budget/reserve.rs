//! The reserve of a budget: tokens that accrue with time, up to a limit.
//!
//! The income is a position on a scale that moves with time. The spent part is another position on that
//! scale, which is stored. The balance is the difference, and at most the limit. So the balance after an idle
//! hour takes one subtraction, like the balance after a second. A withdrawal is a compare-and-swap of the
//! stored word, so no token is spent twice.

use super::pool::{TOKEN, replace};
use crate::policy::nanos::{Nanos, min};
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
    if spent == UNTOUCHED {
        income.limit
    } else if since < 1 << 63 {
        min(since, income.limit)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One unit per nanosecond, up to 1000 units.
    const INCOME: Income = Income { per_second: 100, limit: 1000 };

    /// The time at which the position of [`INCOME`] would equal [`UNTOUCHED`].
    const AT_UNTOUCHED: Nanos = 3 << 62;

    #[test]
    fn a_reserve_refills_evenly_from_any_time_on() {
        for now in [0, 1, 999, 1 << 40, AT_UNTOUCHED - 1, AT_UNTOUCHED + 1] {
            let reserve = Reserve::new();
            assert!(!reserve.withdraw(1001, INCOME, now));
            assert!(reserve.withdraw(1000, INCOME, now), "it is full at the start");
            for (later, balance) in [(0, 0), (1, 1), (999, 999), (1000, 1000), (1001, 1000), (1 << 40, 1000)]
            {
                assert_eq!(reserve.balance(INCOME, now + later), balance, "{later} ns after {now}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_behind_finds_an_empty_reserve() {
        let reserve = Reserve::new();
        assert!(reserve.withdraw(1000, INCOME, 5000));
        for now in [0, 4999, 5000] {
            assert_eq!(reserve.balance(INCOME, now), 0, "{now}");
        }
        let spent = INCOME.until(5000);
        assert_eq!(unspent(spent, INCOME, 5000 + (1 << 63) - 1), 1000, "the farthest time that is ahead");
        assert_eq!(unspent(spent, INCOME, 5000 + (1 << 63)), 0, "the farthest time that is behind");
    }

    #[test]
    fn a_position_that_would_count_as_untouched_moves_by_one_unit() {
        assert_eq!(INCOME.until(AT_UNTOUCHED), UNTOUCHED);
        let reserve = Reserve::new();
        assert!(reserve.withdraw(1000, INCOME, AT_UNTOUCHED));
        assert_eq!(reserve.balance(INCOME, AT_UNTOUCHED), 0);
        assert_eq!(reserve.balance(INCOME, AT_UNTOUCHED + 10), 9);
    }

    #[test]
    #[cfg(feature = "fleet")]
    fn an_emptied_reserve_is_not_an_untouched_one() {
        for now in [0, 7, AT_UNTOUCHED] {
            let reserve = Reserve::new();
            reserve.empty(INCOME, now);
            assert_eq!(reserve.balance(INCOME, now), 0, "{now}");
        }
    }

    #[test]
    fn a_cut_keeps_what_is_within_the_limit() {
        let reserve = Reserve::new();
        reserve.cut(1000, INCOME, 5000);
        assert_eq!(reserve.balance(INCOME, 0), 1000, "still untouched, so full at any time");
        reserve.cut(300, INCOME, 5000);
        assert_eq!(reserve.balance(INCOME, 5000), 300);
        reserve.cut(400, INCOME, 5050);
        assert_eq!(reserve.balance(INCOME, 5050), 350);
    }
}

//! The settings of a budget, and the amounts that follow from them.

use core::num::NonZeroU32;
use core::time::Duration;

use super::budget::{FailureKind, RetryBudget};
use super::pool::{MAX_TOKENS, TOKEN};
use super::reserve::Income;
use crate::policy::nanos::{Nanos, from_duration, max, min};
use crate::runtime::TimeSource;

/// Setters, which are `const`.
impl RetryBudget {
    /// Sets the name of the budget in events, metrics and counts; `unnamed` if not set.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> RetryBudget {
        self.pool.name = name;
        self
    }

    /// Sets the number of retries that one call pays for; 0.2 if not set, which allows one retry for five
    /// calls. The ratio is exact to seven decimal places.
    ///
    /// # Panics
    /// If `ratio` is not in `0..=100`.
    #[must_use]
    #[track_caller]
    pub const fn ratio(mut self, ratio: f64) -> RetryBudget {
        assert!(
            ratio >= 0.0 && ratio <= 100.0,
            "`ratio` is not in 0..=100; write `ratio(0.2)` for one retry to five calls"
        );
        self.deposit = (ratio * TOKEN as f64 + 0.5) as u64;
        self.settled()
    }

    /// Sets the number of retries per second that are allowed however few calls there are; 10 if not set. The
    /// reserve holds the retries of one `ttl`. It is full at the start, and unused retries are saved up.
    ///
    /// # Panics
    /// If `retries` is above 10,000.
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

    /// Sets the lifetime of a deposit; 10 s if not set. Deposits expire in ten steps, so each lives between
    /// 0.9 and 1 times `ttl`.
    ///
    /// # Panics
    /// If `ttl` is below 1 ms.
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

    /// Sets the most tokens that can be saved up, the reserve included. If not set, the capacity is 1000 or,
    /// if that is more, the size of the reserve.
    ///
    /// # Panics
    /// If `tokens` is not in `1..=10_000_000`.
    #[must_use]
    #[track_caller]
    pub const fn capacity(mut self, tokens: u32) -> RetryBudget {
        assert!(
            tokens >= 1 && tokens as u64 <= MAX_TOKENS,
            "`capacity` is not in 1..=10000000; write how many retries may be saved up, such as `capacity(1000)`"
        );
        self.capacity = NonZeroU32::new(tokens);
        self.settled()
    }

    /// Sets the number of tokens that a retry costs after a failure of `kind`; 1 if not set. The AWS SDKs,
    /// for example, charge more after a timeout.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "there is a cost for each kind")]
    pub const fn cost(mut self, kind: FailureKind, tokens: u32) -> RetryBudget {
        self.costs[kind as usize] = tokens;
        self
    }

    /// Refunds the cost of a retry that succeeds, so that only failed retries use up the budget.
    #[must_use]
    pub const fn refund_on_success(mut self) -> RetryBudget {
        self.refunds_on_success = true;
        self
    }

    /// Takes deposits from successes alone: a call deposits its tokens when it succeeds, and not when it starts. So
    /// retries stop while nearly every call fails, when those that [`ratio`](Self::ratio) grants to failed calls
    /// would still load the server. gRPC throttles retries [in this way][grpc].
    ///
    /// A call succeeds by a value that ends it, at the first attempt or after retries. A value that `retry_ok` refuses
    /// and an error deposit nothing, whether or not the error is retryable. A budget that is used by itself cannot see
    /// how a call ends: call [`deposit`](Self::deposit) after each success. The reserve does not depend on calls, so
    /// that the first calls of a process can be retried; `reserve_per_second(0)` leaves the successes alone.
    ///
    /// ```
    /// use retry_core::{Policy, RetryBudget, testing};
    ///
    /// static BUDGET: RetryBudget =
    ///     RetryBudget::new().ratio(0.5).reserve_per_second(0).earn_on_success();
    ///
    /// let guard = testing::no_wait();
    /// let call = |result: Result<(), &'static str>| Policy::new().retry(|| result).budget(&BUDGET).run();
    /// for _ in 0..100 {
    ///     assert_eq!(call(Err("down")), Err("down"));
    /// }
    /// assert_eq!(guard.delays().len(), 0, "no call has succeeded yet");
    /// for _ in 0..4 {
    ///     assert_eq!(call(Ok(())), Ok(()));
    /// }
    /// assert_eq!(BUDGET.balance(), 2);
    /// ```
    ///
    /// [grpc]: https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs
    #[must_use]
    pub const fn earn_on_success(mut self) -> RetryBudget {
        self.earns_on_success = true;
        self
    }

    /// Sets the clock, a function that returns the time since any moment that stays the same.
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> Duration) -> RetryBudget {
        self.time = TimeSource::Custom(clock);
        self
    }

    /// Returns the budget with the fields that follow from others.
    pub(super) const fn settled(mut self) -> RetryBudget {
        self.deposits_are_small = self.deposit << 12 <= self.capacity_in_units();
        self
    }

    /// Returns the most units that can be saved up, the reserve included.
    #[expect(clippy::arithmetic_side_effects, reason = "the product of 32 and 24 bits has 56")]
    pub(super) const fn capacity_in_units(&self) -> u64 {
        match self.capacity {
            Some(tokens) => tokens.get() as u64 * TOKEN,
            None => max(1000 * TOKEN, self.income_of_one_life()),
        }
    }

    /// Returns the income of the reserve.
    pub(super) fn income(&self) -> Income {
        let limit = min(self.income_of_one_life(), self.capacity_in_units());
        #[cfg(feature = "fleet")]
        let per_second = self.joined.per_second(self.reserve_per_second);
        #[cfg(not(feature = "fleet"))]
        let per_second = self.reserve_per_second;
        Income { per_second, limit }
    }

    const fn income_of_one_life(&self) -> u64 {
        /// The time in which one unit accrues at one token per second.
        const NANOS_PER_UNIT: Nanos = 1_000_000_000 / TOKEN;
        let accrued = (self.reserve_per_second as u64).saturating_mul(self.ttl) / NANOS_PER_UNIT;
        min(accrued, MAX_TOKENS * TOKEN)
    }
}
